"""What the functions of a config for training refuse, and what the message says."""

import math
import re

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_lstm_tagger.training.augmenters import forms_augmenter
from spacy_lstm_tagger.training.batchers import batch_by_corpus
from spacy_lstm_tagger.training.callbacks import round_weights
from spacy_lstm_tagger.training.corpus import SentenceCorpus
from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus
from spacy_lstm_tagger.training.start_from import start_from

SHARES = {"gold": 1, "more": 1}


def mixed(corpora=("gold", "more"), shares=SHARES):
    """A corpus of readers that give nothing."""
    return MixedCorpus(dict.fromkeys(corpora, lambda _: iter([])), shares)


def read(path):
    return list(SentenceCorpus(path)(spacy.blank("xx")))


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """A folder with a file that is not converted, two that are damaged, and an empty
    folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.conllu").write_text("1\ta\n")
    data = DocBin(docs=[spacy.blank("xx")("A text")]).to_bytes()
    (tmp_path / "truncated.spacy").write_bytes(data[:-10])
    (tmp_path / "empty.spacy").write_bytes(b"")
    (tmp_path / "empty").mkdir()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: forms_augmenter(lower_level=1.5), "lower_level = 1.5"),
        (lambda: forms_augmenter(title_level=math.nan), "title_level = nan"),
        (lambda: forms_augmenter(typo_level=-0.1), "typo_level = -0.1"),
        (lambda: forms_augmenter(0.6, 0.6, 0.0), "lower_level + upper_level + title_level = 1.2"),
        (
            lambda: forms_augmenter(0.33, 0.56, 0.12),
            "be at most 1, because an example has one",
        ),
        (lambda: batch_by_corpus(0), "scale = 0"),
        (lambda: batch_by_corpus("2"), "scale = '2'"),
        (lambda: round_weights("int4"), "tables = 'int4'"),
        (lambda: SentenceCorpus("x", max_sents=0), "max_sents = 0"),
        (lambda: SentenceCorpus("x", max_sents=1.5), "max_sents = 1.5"),
        (lambda: SentenceCorpus("x", limit=-1), "limit = -1"),
        (lambda: SentenceCorpus("x", limit=1.5), "limit = 1.5"),
        (lambda: SentenceCorpus("x", gold_preproc="no"), "gold_preproc = 'no'"),
        (lambda: mixed(()), "corpora = {}: it has to be one corpus or more"),
        (lambda: MixedCorpus(["a"], {"a": 1}), "corpora = ['a']"),
        (lambda: MixedCorpus({"new": "x.spacy"}, {"new": 1}), "corpora['new'] = 'x.spacy'"),
        (lambda: MixedCorpus({"new": None}, {"new": 1}), "be a reader, in a section of its own"),
        (lambda: mixed(shares={}), "shares = {}"),
        (lambda: mixed(shares=[1.0, 1.0]), "shares = [1.0, 1.0]"),
        (lambda: mixed(shares={"gold": 1}), "be given for each of the corpora: gold, more"),
        (lambda: mixed(shares={"gold": 1, "more": 0.0}), "shares['more'] = 0.0"),
        (lambda: start_from(3), "pipeline = 3"),
        (lambda: start_from("x", take="tokenizer"), "take = 'tokenizer'"),
        (lambda: start_from(None, ["x"])(spacy.blank("xx")), "there is none to take ['x'] from"),
        (lambda: start_from("missing")(spacy.blank("xx")), "Can't load the pipeline missing: "),
        (lambda: read(None), "A corpus has no path: a value of [paths] is null"),
        (lambda: read(""), "--paths.train train.spacy"),
        (lambda: read("labelled"), "There is no labelled. Convert tagged text: "),
        (lambda: read("train.conllu"), "spacy convert-tags train.conllu train.spacy"),
        (lambda: read("empty"), "There is no .spacy file in empty. Convert tagged text: "),
        (lambda: read("truncated.spacy"), "truncated.spacy is damaged or not a DocBin: "),
        (lambda: read("empty.spacy"), "empty.spacy is damaged or not a DocBin: "),
    ],
)
def test_a_wrong_value_is_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_shares_of_forms_may_add_up_to_one():
    forms_augmenter(0.33, 0.56, 0.11)
