"""The rules in the annotations of a function hold for configs and for programs."""

import math
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import catalogue
import confection
import pytest
from annotated_types import Ge, Gt, Le, MinLen, MultipleOf

from spacy_lstm_tagger.config_rules import check_config, check_value


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
    shares: Annotated[dict[str, Annotated[float, Gt(0)]], MinLen(1)] | None = None,
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
    ("key", "value", "rule"),
    [
        ("width", -2, "greater than 0"),
        ("width", 3, "a multiple of 2"),
        ("width", 2.5, "a valid integer"),
        ("width", True, "a valid integer"),
        ("width", "2", "a valid integer"),
        ("width", None, "a valid integer"),
        ("dropout", 1.5, "less than or equal to 1, or null"),
        ("dropout", math.nan, "a finite number, or null"),
        ("dropout", math.inf, "a finite number, or null"),
        ("dropout", True, "a valid number, or null"),
        ("is_used", 1, "a valid boolean"),
        ("is_used", "no", "a valid boolean"),
        ("name", 1, "a valid string"),
        ("attr", "SHAPE", "'ORTH' or 'LOWER'"),
        ("attr", ["ORTH"], "'ORTH' or 'LOWER'"),
        ("sizes", "12", "a list"),
        ("sizes", 12, "a list"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(make, key, value, rule):
    message = f"Invalid config value {key} = {value!r}: it has to be {rule}."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(**{key: value})


@each_way
def test_a_wrong_value_in_a_list_or_dict_is_named(make):
    with pytest.raises(ValueError, match=re.escape("sizes[1] = 0: it has to be greater than 0")):
        make(sizes=[1, 0])
    with pytest.raises(ValueError, match=re.escape("shares['web'] = -1: it has to be greater")):
        make(shares={"news": 1, "web": -1})
    with pytest.raises(ValueError, match=r"shares = \{\}: it has to have at least 1 item"):
        make(shares={})


@each_way
@pytest.mark.parametrize(
    "values",
    [
        {"width": 4, "dropout": 1, "is_used": False, "name": "n", "attr": "LOWER"},
        {"sizes": [], "shares": {"news": 0.5, "web": 1}, "child": [True]},
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


def test_fill_config_writes_the_defaults():
    filled = registry.fill({"layer": {"@layers": "layer", "width": 4}})["layer"]
    assert filled["width"] == 4
    assert filled["attr"] == "ORTH"
    assert list(filled["sizes"]) == [1, 2]
    assert filled["dropout"] is None


def test_a_config_with_an_unknown_key_is_refused():
    with pytest.raises(confection.ConfigValidationError, match="widht"):
        from_config(widht=4)


def test_a_rule_about_two_values():
    check_value("width", 4, True, "even when bidirectional = true")
    with pytest.raises(ValueError, match="width = 3: it has to be even when bidirectional = true"):
        check_value("width", 3, False, "even when bidirectional = true")
