"""Config values that make no sense are named with their rule, in configs and in programs."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import catalogue
import confection
import pytest
import spacy
from annotated_types import Ge, Gt, Le, Lt, MinLen, MultipleOf
from spacy.vocab import Vocab

from spacy_lstm_tagger.config_rules import check_config, check_type
from spacy_lstm_tagger.models.softmax_tagger import build_softmax_tagger
from spacy_lstm_tagger.models.tok2vec import build_lstm_tok2vec


class registry(confection.registry):  # noqa: N801  # as spaCy names its own
    layers = catalogue.create("spacy_lstm_tagger_tests", "layers")


@registry.layers("layer")
@check_config
def make_layer(
    width: Annotated[int, Gt(0), MultipleOf(2)] = 2,
    dropout: Annotated[float, Ge(0), Le(1)] | None = None,
    is_used: bool = True,
    name: str = "",
    attr: Literal["ORTH", "LOWER"] = "ORTH",
    sizes: Sequence[Annotated[int, Gt(0)]] = (1, 2),
    shares: Annotated[dict[str, Annotated[float, Lt(1)]], MinLen(1)] | None = None,
    lemmas: dict[str, str | list[str]] | None = None,
    scorer: Callable[..., Any] | None = None,
    vocab: Vocab | None = None,
    child: Any = None,
) -> dict[str, Any]:
    """Return what it got."""
    return dict(locals())


def from_config(**values):
    return registry.resolve({"layer": {"@layers": "layer", **values}})["layer"]


def from_program(**values):
    return make_layer(**values)


each_way = pytest.mark.parametrize("make", [from_config, from_program])


@each_way
@pytest.mark.parametrize(
    ("values", "place", "rule"),
    [
        ({"width": -2}, "width = -2", "be greater than 0"),
        ({"width": 3}, "width = 3", "be a multiple of 2"),
        ({"width": 2.5}, "width = 2.5", "be a valid integer"),
        ({"width": True}, "width = True", "be a valid integer"),
        ({"width": "2"}, "width = '2'", "be a valid integer"),
        ({"width": None}, "width = None", "be a valid integer"),
        ({"dropout": -0.5}, "dropout = -0.5", "be greater than or equal to 0"),
        ({"dropout": 1.5}, "dropout = 1.5", "be less than or equal to 1"),
        ({"dropout": math.nan}, "dropout = nan", "be a finite number"),
        ({"dropout": math.inf}, "dropout = inf", "be a finite number"),
        ({"dropout": True}, "dropout = True", "be a valid number"),
        ({"is_used": 1}, "is_used = 1", "be a valid boolean"),
        ({"is_used": "no"}, "is_used = 'no'", "be a valid boolean"),
        ({"name": 1}, "name = 1", "be a valid string"),
        ({"attr": "SHAPE"}, "attr = 'SHAPE'", "be 'ORTH' or 'LOWER'"),
        ({"attr": ["ORTH"]}, "attr = ['ORTH']", "be 'ORTH' or 'LOWER'"),
        ({"sizes": "12"}, "sizes = '12'", "be a list"),
        ({"sizes": 12}, "sizes = 12", "be a list"),
        ({"sizes": [1, 0]}, "sizes[1] = 0", "be greater than 0"),
        ({"shares": {"news": 0.5, "web": 1}}, "shares['web'] = 1", "be less than 1"),
        ({"shares": {}}, "shares = {}", "have at least 1 item"),
        ({"lemmas": {"a": ["b", 5]}}, "lemmas['a'] = ['b', 5]", "be a valid string"),
        ({"scorer": 1}, "scorer = 1", "be callable"),
        ({"vocab": "en"}, "vocab = 'en'", "be an instance of Vocab"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(make, values, place, rule):
    message = f"Invalid config value {place}: it has to {rule}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        make(**values)


@each_way
@pytest.mark.parametrize(
    "values",
    [
        {"width": 4, "dropout": 1, "is_used": False, "name": "n", "attr": "LOWER", "scorer": len},
        {"sizes": [], "shares": {"news": 0.5, "web": 0}, "lemmas": {"a": ["b"]}, "child": [True]},
        {"sizes": [3], "dropout": None, "shares": None},
    ],
)
def test_right_values_reach_the_function_as_they_are(make, values):
    made = make(**values)
    for key, value in values.items():
        assert made[key] == value
        assert type(made[key]) is type(value)


def test_values_by_position_are_checked():
    with pytest.raises(ValueError, match="dropout = 2"):
        make_layer(2, 2)


def test_a_value_of_several_types():
    message = "Invalid config value x['a'] = 5: it has to be a valid string or be a valid list."
    with pytest.raises(ValueError, match=re.escape(message)):
        check_type("x", {"a": 5}, dict[str, str | list[str]])


def test_fill_config_writes_the_defaults():
    filled = registry.fill({"layer": {"@layers": "layer", "width": 4}})["layer"]
    assert filled["width"] == 4
    assert filled["attr"] == "ORTH"
    assert list(filled["sizes"]) == [1, 2]
    assert filled["dropout"] is None


def test_a_config_with_an_unknown_key_is_refused():
    with pytest.raises(confection.ConfigValidationError, match="widht"):
        from_config(widht=4)


@pytest.mark.parametrize(
    ("function", "values"),
    [
        (build_lstm_tok2vec, {"width": 0}),
        (build_lstm_tok2vec, {"min_freq": 0}),
        (build_lstm_tok2vec, {"word_width": -1}),
        (build_lstm_tok2vec, {"word_dropout": 1.0}),
        (build_lstm_tok2vec, {"prefixes": "13"}),
        (build_lstm_tok2vec, {"suffixes": 3}),
        (build_lstm_tok2vec, {"char_width": 7}),
        (build_softmax_tagger, {"tok2vec": None}),
    ],
)
def test_a_function_of_a_config_refuses(function, values):
    key, value = next(iter(values.items()))
    message = re.escape(f"Invalid config value {key} = {value!r}: it has to ")
    with pytest.raises(ValueError, match=message):
        function(**values)


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
