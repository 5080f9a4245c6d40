"""Config values that make no sense are named with their rule, in configs and in programs."""

import math
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import catalogue
import confection
import pytest
import spacy
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf

from spacy_lstm_tagger.config_rules import RULES, check_config, check_type
from spacy_lstm_tagger.models.tok2vec import build_lstm_tok2vec
from spacy_lstm_tagger.training.augmenters import forms_augmenter
from spacy_lstm_tagger.training.batchers import batch_by_corpus
from spacy_lstm_tagger.training.callbacks import half_precision
from spacy_lstm_tagger.training.corpus import SentenceCorpus
from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus


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
    with pytest.raises(ValueError, match=r"shares = \{\}: it has to have a length of 1 or more"):
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


CORPORA = {"gold": iter, "more": iter}
# Arguments that a function has to get.
NEEDED = {
    MixedCorpus: {"corpora": CORPORA, "shares": {"gold": 1, "more": 1}},
    SentenceCorpus: {"path": "data.spacy"},
}
# Values that the functions of a config refuse, by key.
REFUSED = {
    build_lstm_tok2vec: [
        ("width", 0),
        ("width", 7),
        ("depth", 0),
        ("min_freq", 0),
        ("word_width", -1),
        ("word_dropout", 1.0),
        ("prefixes", "13"),
        ("suffixes", 3),
        ("char_width", -2),
        ("char_width", 7),
    ],
    forms_augmenter: [
        ("lower_level", 1.5),
        ("title_level", math.nan),
        ("typo_level", -0.1),
        ("typos_per_word", 2),
        ("no_final_punct_level", 2),
        ("informal_level", 1.5),
    ],
    batch_by_corpus: [
        ("scale", 0),
        ("max_size", 0),
        ("max_size", 1.5),
        ("pool", 0),
        ("pool", 2.0),
        ("sort_by", ["x"]),
    ],
    MixedCorpus: [
        ("temperature", -1),
        ("temperature", math.nan),
        ("corpora", {}),
        ("shares", {}),
        ("shares", [1.0, 1.0]),
    ],
    SentenceCorpus: [
        ("max_sents", 0),
        ("max_sents", 1.5),
        ("limit", -1),
        ("limit", 1.5),
        ("gold_preproc", "no"),
    ],
    half_precision: [("embeddings", "int4")],
}


@pytest.mark.parametrize(
    ("function", "key", "value"),
    [(function, *row) for function, rows in REFUSED.items() for row in rows],
)
def test_a_function_of_a_config_refuses(function, key, value):
    arguments = {**NEEDED.get(function, {}), key: value}
    message = re.escape(f"Invalid config value {key} = {value!r}: it has to be ")
    with pytest.raises(ValueError, match=message):
        function(**arguments)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model": {"tok2vec": {"width": 0}}}, "width = 0"),
        ({"model": {"tok2vec": {"attrs": ["NORM"]}}}, "attrs"),
        ({"model": {"tok2vec": {"width": "wide"}}}, "width = 'wide': it has to be a valid integer"),
        ({"model": {"nO": 0}}, "nO = 0"),
        ({"label_smoothing": 1.0}, "label_smoothing = 1.0"),
        ({"adversarial": -0.1}, "adversarial = -0.1"),
        ({"label_smothing": 0.1}, "label_smothing"),
    ],
)
def test_the_component_refuses(config, message):
    with pytest.raises(ValueError, match=message):
        spacy.blank("xx").add_pipe("lstm_tagger", config=config)


def test_values_that_do_not_fit_each_other():
    with pytest.raises(ValueError, match=r"lower_level \+ upper_level \+ title_level = 1.2"):
        forms_augmenter(lower_level=0.6, upper_level=0.6, title_level=0, typo_level=0)
    with pytest.raises(ValueError, match=r"shares\['more'\] = 0.0: .* greater than 0"):
        MixedCorpus(CORPORA, {"gold": 1, "more": 0.0})
    with pytest.raises(ValueError, match="given for each of the corpora: gold, more"):
        MixedCorpus(CORPORA, {"gold": 1})


@pytest.mark.parametrize(
    ("annotation", "value", "rule"),
    [
        (Annotated[float, Ge(0.5)], 0.25, "be greater than or equal to 0.5"),
        (Annotated[float, Lt(1)], 1.0, "be less than 1"),
        (Annotated[int, Gt(1_000_000)], 7, "be greater than 1000000"),
        (list[str], ("a",), "be a valid list"),
        (dict[str, float], [1.0], "be a valid dictionary"),
        (Annotated[list[int], MaxLen(1)], [1, 2], "have a length of 1 or less"),
        (Annotated[str, MinLen(1)], "", "have a length of 1 or more"),
    ],
)
def test_rules_for_what_is_saved(annotation, value, rule):
    with pytest.raises(ValueError, match=f"it has to {re.escape(rule)}\\.$"):
        check_type("key", value, annotation)


WORDS = dict[str, str | list[str]]


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (WORDS, {"a": 5}, "x['a'] = 5: it has to be a valid string or be a valid list."),
        (WORDS, {"a": ["b", 5]}, "x['a'][1] = 5: it has to be a valid string."),
        (int | float, "1", "x = '1': it has to be a valid integer or be a valid number."),
        (
            bool | str | None,
            5,
            "x = 5: it has to be a valid boolean or be a valid string, or null.",
        ),
        (WORDS, {5: "b"}, "x, a key = 5: it has to be a valid string."),
        (WORDS, {(1, 2): "b"}, "x, a key = (1, 2): it has to be a valid string."),
        (dict[str, WORDS], {"a": {5: "b"}}, "x['a'], a key = 5: it has to be a valid string."),
        (WORDS, {"[key]": 5}, "x['[key]'] = 5: it has to be a valid string or be a valid list."),
    ],
)
def test_an_error_has_no_place_that_the_value_does_not_have(annotation, value, message):
    with pytest.raises(ValueError, match=f"^Invalid config value {re.escape(message)}$"):
        check_type("x", value, annotation)


def test_a_rule_that_has_no_words_here_is_told_by_pydantic():
    assert "tuple_type" not in RULES
    with pytest.raises(ValueError, match=r"a rule of Pydantic \(Input should be a valid tuple\)"):
        check_type("key", 1, tuple[int, int])
