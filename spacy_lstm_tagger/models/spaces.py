"""Whitespace tokens: the networks do not see them."""

from typing import cast

import numpy
from numpy.typing import NDArray
from spacy.attrs import IS_SPACE
from spacy.tokens import Doc
from thinc.api import get_array_module
from thinc.types import Floats2d

Mask = NDArray[numpy.bool_]


def words_of(docs: list[Doc]) -> list[Mask] | None:
    """For each Doc, whether each of its tokens is a word, (n_tokens,); None if all of them are."""
    is_space = [doc.to_array(IS_SPACE) for doc in docs]
    if not any(spaces.any() for spaces in is_space):
        return None
    return [spaces == 0 for spaces in is_space]


def add_space_rows(rows: Floats2d, is_word: Mask | None, value: float = 0.0) -> Floats2d:
    """Add rows for whitespace tokens, filled with one value.

    rows (Floats2d): The rows of the words, (n_words, width).
    is_word (NDArray[bool] | None): Whether each token is a word, (n_tokens,); None if all are.
    RETURNS (Floats2d): (n_tokens, width).
    """
    if is_word is None:
        return rows
    xp = get_array_module(rows)
    total = xp.full((len(is_word), rows.shape[1]), value, dtype="float32")
    total[xp.asarray(is_word)] = rows
    return cast(Floats2d, total)
