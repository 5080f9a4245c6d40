"""A config value that makes no sense is named, with what it has to be."""

import math
import re

import pytest

from spacy_lstm_tagger.models import build_lstm_encoder, build_lstm_tok2vec
from spacy_lstm_tagger.models.checks import check_bool, check_int, check_number
from spacy_lstm_tagger.training.augmenters import forms_augmenter
from spacy_lstm_tagger.training.batchers import batch_by_corpus
from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus
from spacy_lstm_tagger.training.optimizers import scaled_adam
from spacy_lstm_tagger.training.readers import SentenceCorpus
from spacy_lstm_tagger.training.schedules import warmup_cosine

VALID = {
    build_lstm_encoder: {"width": 6, "depth": 1, "dropout": 0.0},
    MixedCorpus: {"corpora": {"gold": iter, "more": iter}, "shares": {"gold": 1, "more": 1}},
    scaled_adam: {"learn_rate": 0.01, "scales": {"encoder.*": 0.1}},
    SentenceCorpus: {"path": "data.spacy"},
    warmup_cosine: {"initial_rate": 0.1, "warmup_steps": 0, "total_steps": 5},
}
# By function and key.
BAD = {
    build_lstm_tok2vec: {
        **{key: [0] for key in ("depth", "min_freq", "feature_width", "feature_rows")},
        **{"width": [0, 7], "dropout": [-0.1, 1.5], "word_width": [-1], "word_dropout": [1.0]},
        **{"prefixes": ["13"], "suffixes": [3], "char_width": [-2, 7], "vector_width": [0]},
    },
    build_lstm_encoder: {"width": [7], "depth": [-1], "dropout": [1.0]},
    forms_augmenter: {
        **{"lower_level": [1.5], "typo_level": [-0.1], "typos_per_word": [2]},
        **{"title_level": [math.nan], "no_final_punct_level": [2]},
    },
    batch_by_corpus: {"scale": [0], "max_size": [0, 1.5], "pool": [0, 2.0], "sort_by": [["x"]]},
    MixedCorpus: {"temperature": [-1, math.nan], "corpora": [{}], "shares": [{}, [1.0, 1.0]]},
    scaled_adam: {
        **{"learn_rate": [0, "fast"], "beta1": [-0.1, 1], "beta2": [-0.1, 1], "eps": [0]},
        **{"L2": [-1], "grad_clip": [-1], "use_averages": ["no"], "L2_is_weight_decay": [1]},
        "scales": [{}],
    },
    SentenceCorpus: {"max_sents": [0, 1.5], "limit": [-1, 1.5], "gold_preproc": ["no"]},
    warmup_cosine: {
        "initial_rate": [0.0],
        **{"warmup_steps": [-1, 5, 1.5], "total_steps": [0, 1.5]},
    },
}


@pytest.mark.parametrize("function", BAD)
def test_each_key(function):
    for key, values in BAD[function].items():
        for value in values:
            message = re.escape(f"Invalid config value {key} = {value!r}: it has to be ")
            with pytest.raises(ValueError, match=message):
                function(**{**VALID.get(function, {}), key: value})


@pytest.mark.parametrize("value", [math.inf, math.nan, True, "1", None, [1]])
def test_what_is_no_number(value):
    message = re.escape(f"key = {value!r}: it has to be a ")
    for check in (check_number, check_int):
        with pytest.raises(ValueError, match=message):
            check("key", value, lambda _: True, "above 0")


@pytest.mark.parametrize("value", [1, 0, "no", None])
def test_what_is_neither_true_nor_false(value):
    with pytest.raises(ValueError, match=re.escape(f"key = {value!r}: it has to be true or false")):
        check_bool("key", value)


def test_values_that_do_not_fit_each_other():
    with pytest.raises(ValueError, match=r"lower_level \+ upper_level \+ title_level = 1.2"):
        forms_augmenter(lower_level=0.6, upper_level=0.6, title_level=0, typo_level=0)


def test_values_within_a_dict():
    with pytest.raises(ValueError, match=r"scales\['encoder.\*'\] = -1: .* 0 or above"):
        scaled_adam(0.01, {"encoder.*": -1})
    with pytest.raises(ValueError, match=r"shares.more = 0.0: .* above 0"):
        MixedCorpus(VALID[MixedCorpus]["corpora"], {"gold": 1, "more": 0.0})
    with pytest.raises(ValueError, match="given for each of the corpora: gold, more"):
        MixedCorpus(VALID[MixedCorpus]["corpora"], {"gold": 1})
