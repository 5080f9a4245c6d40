"""Config values that make no sense are named with their rule, in configs and in programs."""

import math
import re
from collections.abc import Sequence
from typing import Annotated

import pytest
import spacy
from annotated_types import Ge
from confection import ConfigValidationError
from spacy.util import registry

from spacy_lstm_tagger.config_rules import check_config, check_type

TOK2VEC = {"@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1"}
SOFTMAX = {"@architectures": "spacy_lstm_tagger.SoftmaxTagger.v1"}
START = {"@callbacks": "spacy_lstm_tagger.start_from.v1"}
CORPUS = {"@readers": "spacy_lstm_tagger.SentenceCorpus.v1", "path": None}
MIXED = {"@readers": "spacy_lstm_tagger.MixedCorpus.v1", "corpora": {"a": len, "b": len}}


def from_config(block):
    return registry.resolve({"block": block})


def from_program(block):
    (registered, name), *values = block.items()
    return registry.get(registered[1:], name)(**dict(values))


@pytest.mark.parametrize("make", [from_config, from_program])
@pytest.mark.parametrize(
    ("block", "message"),
    [
        (TOK2VEC | {"width": 0}, "width = 0: it has to be greater than 0."),
        (TOK2VEC | {"width": 2.5}, "width = 2.5: it has to be a valid integer."),
        (TOK2VEC | {"width": True}, "width = True: it has to be a valid integer."),
        (TOK2VEC | {"width": None}, "width = None: it has to be a valid integer."),
        (TOK2VEC | {"char_width": 7}, "char_width = 7: it has to be a multiple of 2."),
        (TOK2VEC | {"word_dropout": 1}, "word_dropout = 1: it has to be less than 1."),
        (TOK2VEC | {"word_dropout": "0"}, "word_dropout = '0': it has to be a valid number."),
        (TOK2VEC | {"word_dropout": math.nan}, "word_dropout = nan: it has to be a finite number."),
        (TOK2VEC | {"shape": 1}, "shape = 1: it has to be a valid boolean."),
        (TOK2VEC | {"word_attr": "TAG"}, "word_attr = 'TAG': it has to be 'ORTH' or 'LOWER'."),
        (TOK2VEC | {"prefixes": "13"}, "prefixes = '13': it has to be a list."),
        (TOK2VEC | {"prefixes": [1, 0]}, "prefixes[1] = 0: it has to be greater than 0."),
        (MIXED | {"shares": {"a": 1, "b": 0}}, "shares['b'] = 0: it has to be greater than 0."),
        (CORPUS | {"augmenter": 1}, "augmenter = 1: it has to be callable."),
        (START | {"pipeline": 1}, "pipeline = 1: it has to be a valid string."),
        (SOFTMAX | {"tok2vec": None}, "tok2vec = None: it has to be an instance of Model."),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(make, block, message):
    with pytest.raises(ValueError, match=f"^{re.escape(f'Invalid config value {message}')}"):
        make(block)


@check_config
def settings(rate: Annotated[float, Ge(0)] | None = 0.5, sizes: Sequence[int] = (1, 2)):
    return rate, sizes


def test_right_values_reach_the_function_as_they_are():
    rate, sizes = settings(1, [3])
    assert (type(rate), sizes) == (int, [3])
    assert settings(None) == (None, (1, 2))


def test_values_by_position_are_checked():
    with pytest.raises(ValueError, match="rate = -2"):
        settings(-2)


def test_a_value_of_several_types():
    message = "Invalid config value x['a'] = 5: it has to be a valid string or be a valid list."
    with pytest.raises(ValueError, match=re.escape(message)):
        check_type("x", {"a": 5}, dict[str, str | list[str]])


def test_fill_config_writes_the_defaults():
    filled = registry.fill({"model": TOK2VEC | {"width": 4}})["model"]
    assert filled["width"] == 4
    assert filled["word_attr"] == "ORTH"
    assert list(filled["suffixes"]) == [2, 3, 4]


def test_a_config_with_an_unknown_key_is_refused():
    with pytest.raises(ConfigValidationError, match="widht"):
        registry.resolve({"model": TOK2VEC | {"widht": 4}})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model": {"tok2vec": {"attrs": ["NORM"]}}}, "attrs"),
        ({"model": {"tok2vec": {"width": "wide"}}}, "width = 'wide': it has to be a valid integer"),
        ({"model": {"nO": 0}}, "nO = 0"),
        ({"label_smoothing": 1.0}, "label_smoothing = 1.0"),
        ({"label_smothing": 0.1}, "label_smothing"),
    ],
)
def test_the_component_refuses(config, message):
    with pytest.raises(ValueError, match=message):
        spacy.blank("xx").add_pipe("lstm_tagger", config=config)


def test_a_config_that_is_changed_while_it_is_loaded(trained, tmp_path):
    trained.to_disk(tmp_path)
    changed = {"components": {"lstm_tagger": {"label_smoothing": 1.5}}}
    with pytest.raises(ValueError, match=r"label_smoothing = 1\.5: it has to be less than 1\."):
        spacy.load(tmp_path, config=changed)
