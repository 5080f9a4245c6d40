"""Checks of the dicts that a program gives to the visualizer."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

EXAMPLE = '{"words": [{"text": "The", "tag": "DT"}]}'


def check_dict(text: Mapping[str, Any]) -> dict[str, Any]:
    """A text that can be drawn, with what it leaves out. Raises a ValueError that names the word
    and its key if the text is not such as `parse_tags` makes it."""
    words = text.get("words")
    if not isinstance(words, list):
        keys = sorted(map(str, text))
        raise ValueError(f"A dict to draw has to be like {EXAMPLE}; this one has the keys {keys}.")
    filled = {"settings": {}, "title": None, **text}
    demand(isinstance(filled["settings"], Mapping), "settings", filled["settings"], "a dict")
    demand(is_text_or_none(filled["title"]), "title", filled["title"], "a string or None")
    for i, word in enumerate(words):
        where = f"words[{i}]"
        demand(isinstance(word, Mapping), where, word, 'a dict like {"text": "The", "tag": "DT"}')
        for key in ("text", "tag"):
            demand(isinstance(word.get(key), str), f"{where}[{key!r}]", word.get(key), "a string")
        for key in ("pos", "gold"):
            is_valid = is_text_or_none(word.get(key))
            demand(is_valid, f"{where}[{key!r}]", word.get(key), "a string or None")
        prob, best = word.get("prob"), word.get("best")
        is_valid = prob is None or is_probability(prob)
        demand(is_valid, f"{where}['prob']", prob, "a number from 0 to 1, or None")
        is_valid = best is None or (isinstance(best, list) and all(map(is_best, best)))
        demand(is_valid, f"{where}['best']", best, "a list of tags, each with a number from 0 to 1")
    return filled


def demand(is_valid: bool, where: str, value: Any, rule: str) -> None:
    if not is_valid:
        raise ValueError(f"Can't draw {where} = {value!r}: it has to be {rule}.")


def is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def is_probability(value: Any) -> bool:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and 0 <= value <= 1


def is_best(pair: Any) -> bool:
    is_pair = isinstance(pair, list | tuple) and len(pair) == 2
    return is_pair and isinstance(pair[0], str) and is_probability(pair[1])
