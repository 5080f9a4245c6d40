"""The rows of all Docs together, one for each token. The networks do not see whitespace tokens."""

from itertools import accumulate
from typing import Any, cast

import numpy
from spacy.attrs import IS_SPACE
from spacy.tokens import Doc
from thinc.api import Model, get_array_module
from thinc.types import Floats2d

from .types import Mask


def word_mask(docs: list[Doc]) -> Mask | None:
    """Whether each token of some Docs is a word, (n_tokens,); None if all of them are."""
    is_space = numpy.concatenate([numpy.zeros(0), *(doc.to_array(IS_SPACE) for doc in docs)])
    return is_space == 0 if is_space.any() else None


def take_words(rows: Floats2d, is_word: Mask | None) -> Floats2d:
    """The rows of words: (n_tokens, width) to (n_words, width)."""
    return rows if is_word is None else rows[get_array_module(rows).asarray(is_word)]


def add_space_rows(rows: Floats2d, is_word: Mask | None, value: float = 0.0) -> Floats2d:
    """Add rows for whitespace tokens, filled with one value: (n_words, width) to (n_tokens, width).

    is_word (Mask | None): What `word_mask` returned.
    """
    if is_word is None:
        return rows
    xp = get_array_module(rows)
    total = xp.full((len(is_word), rows.shape[1]), value, dtype="float32")
    total[xp.asarray(is_word)] = rows
    return cast(Floats2d, total)


def unflatten(rows: Any, lengths: list[int]) -> list[Any]:
    """Split rows (n_tokens, …) into (n_tokens of the Doc, …) for each Doc."""
    ends = accumulate(lengths)
    return [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def check_width(model: Model[Any, Any], X: Floats2d, wrong_width: str) -> None:
    """Raise a ValueError for rows whose width is not the model's nI.

    wrong_width (str): The error, with {given} and {expected}.
    """
    if X.shape[1] != model.get_dim("nI"):
        raise ValueError(wrong_width.format(given=X.shape[1], expected=model.get_dim("nI")))
