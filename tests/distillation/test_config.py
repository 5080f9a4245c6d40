"""What the config of a student needs, and what is filled in."""

import pytest
import spacy
from helpers import ROOT
from spacy.util import load_config
from thinc.api import Config

from spacy_lstm_tagger.distillation import fill_config
from spacy_lstm_tagger.distillation.config import resolve_settings

RAW = {"paths.raw_text": "raw.txt"}


def load(name="default.cfg"):
    return load_config(ROOT / "configs" / name, interpolate=False)


def test_what_a_training_config_lacks_is_filled_in():
    config = load()
    filled, keys = fill_config(config, RAW)
    assert "distillation" not in config  # which stays as it is
    assert filled["corpora"]["distillation"]["path"] == "${paths.raw_text}"
    assert filled.interpolate()["corpora"]["distillation"]["path"] == "raw.txt"
    assert filled["distillation"]["optimizer"] == config["training"]["optimizer"]
    assert filled["distillation"]["batcher"] == config["training"]["batcher"]
    assert filled["training"] == config["training"]
    assert keys["distillation.temperature"] == 1.0
    assert "training.dropout" not in keys


def test_what_the_config_has_is_kept():
    filled, _ = fill_config(load(), RAW)
    filled["distillation"]["temperature"] = 2.0
    filled["distillation"]["optimizer"] = {"@optimizers": "SGD.v1", "learn_rate": 0.1}
    again, keys = fill_config(filled)
    assert again == filled
    assert not keys


def test_overrides_reach_what_is_filled_in():
    overrides = {**RAW, "distillation.gold_share": 0.5, "distillation.optimizer.learn_rate": 0.1}
    filled, keys = fill_config(load(), overrides)
    assert filled["distillation"]["gold_share"] == 0.5
    assert filled["distillation"]["optimizer"]["learn_rate"] == 0.1
    assert not set(overrides) & set(keys)


@pytest.mark.parametrize(
    ("path", "reader"),
    [("raw.jsonl", "spacy.JsonlCorpus.v1"), ("folder", "spacy.PlainTextCorpus.v1")],
)
def test_the_reader_follows_the_suffix(path, reader):
    filled, _ = fill_config(load(), {"paths.raw_text": path})
    assert filled["corpora"]["distillation"]["@readers"] == reader


def test_without_raw_text():
    with pytest.raises(ValueError, match=r"--paths\.raw_text raw\.txt"):
        fill_config(load())


def test_another_corpus_needs_no_raw_text():
    filled, _ = fill_config(load(), {"distillation.corpus": "corpora.train"})
    assert "distillation" not in filled["corpora"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("temperature", -1, r"distillation\.temperature = -1.*0 or above"),
        ("gold_share", 1, r"distillation\.gold_share = 1.*below 1"),
        ("dropout", True, r"distillation\.dropout = True"),
        ("max_epochs", 0.5, r"distillation\.max_epochs = 0\.5.*whole number"),
        ("max_steps", -2, r"distillation\.max_steps = -2"),
        ("patience", 5, r"'patience'.*it has to be \['batcher'"),
    ],
)
def test_invalid_values_are_named(key, value, message):
    filled, _ = fill_config(load(), RAW)
    filled["distillation"][key] = value
    with pytest.raises(ValueError, match=message):
        resolve_settings(filled.interpolate())


def test_a_config_without_the_section():
    with pytest.raises(ValueError, match=r"no section \[distillation\]"):
        resolve_settings(load().interpolate())


def test_spacy_keeps_the_section():
    filled, _ = fill_config(load(), RAW)
    nlp = spacy.util.load_model_from_config(filled)
    assert nlp.config["distillation"] == filled["distillation"]
    assert Config().from_str(nlp.config.to_str())["distillation"] == filled["distillation"]
