"""A config value that makes no sense is named, with what it has to be."""

import math
import re

import pytest

from spacy_lstm_tagger.models import build_lstm_tok2vec
from spacy_lstm_tagger.training.augmenters import forms_augmenter
from spacy_lstm_tagger.training.batchers import batch_by_corpus
from spacy_lstm_tagger.training.corpus import SentenceCorpus
from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus

VALID = {
    MixedCorpus: {"corpora": {"gold": iter, "more": iter}, "shares": {"gold": 1, "more": 1}},
    SentenceCorpus: {"path": "data.spacy"},
}
# By function and key.
BAD = {
    build_lstm_tok2vec: {
        **{key: [0] for key in ("depth", "min_freq", "feature_width", "feature_rows", "heads")},
        **{"width": [0, 7], "dropout": [-0.1, 1.5], "word_width": [-1], "word_dropout": [1.0]},
        **{"prefixes": ["13"], "suffixes": [3], "char_width": [-2, 7], "vector_width": [0]},
    },
    forms_augmenter: {
        **{"lower_level": [1.5], "typo_level": [-0.1], "typos_per_word": [2]},
        **{"title_level": [math.nan], "no_final_punct_level": [2]},
    },
    batch_by_corpus: {"scale": [0], "max_size": [0, 1.5], "pool": [0, 2.0], "sort_by": [["x"]]},
    MixedCorpus: {"temperature": [-1, math.nan], "corpora": [{}], "shares": [{}, [1.0, 1.0]]},
    SentenceCorpus: {"max_sents": [0, 1.5], "limit": [-1, 1.5], "gold_preproc": ["no"]},
}


@pytest.mark.parametrize("function", BAD)
def test_each_key(function):
    for key, values in BAD[function].items():
        for value in values:
            message = re.escape(f"Invalid config value {key} = {value!r}: it has to be ")
            with pytest.raises(ValueError, match=message):
                function(**{**VALID.get(function, {}), key: value})


def test_values_that_do_not_fit_each_other():
    with pytest.raises(ValueError, match=r"lower_level \+ upper_level \+ title_level = 1.2"):
        forms_augmenter(lower_level=0.6, upper_level=0.6, title_level=0, typo_level=0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width": 10}, "heads = 4: .* which is 5 with width = 10"),
        ({"width": 10, "bidirectional": False}, "heads = 4: .* which is 10 with width = 10"),
        ({"depth": 2}, "heads = 4: it has to be 1 with depth = 2"),
    ],
)
def test_heads_fit_the_width_and_the_depth(values, message):
    with pytest.raises(ValueError, match=message):
        build_lstm_tok2vec(heads=4, **values)


def test_values_within_a_dict():
    with pytest.raises(ValueError, match=r"shares\['more'\] = 0.0: .* greater than 0"):
        MixedCorpus(VALID[MixedCorpus]["corpora"], {"gold": 1, "more": 0.0})
    with pytest.raises(ValueError, match="given for each of the corpora: gold, more"):
        MixedCorpus(VALID[MixedCorpus]["corpora"], {"gold": 1})
