"""Whitespace tokens: the networks do not see them."""

from typing import cast

from spacy.attrs import IS_SPACE
from spacy.tokens import Doc
from thinc.api import get_array_module
from thinc.types import Floats2d

from .types import Mask


def words_of(docs: list[Doc]) -> list[Mask] | None:
    """For each Doc, whether each of its tokens is a word, (n_tokens,); None if all of them are."""
    is_space = [doc.to_array(IS_SPACE) for doc in docs]
    if not any(spaces.any() for spaces in is_space):
        return None
    return [spaces == 0 for spaces in is_space]


def add_space_rows(rows: Floats2d, is_word: Mask | None, value: float = 0.0) -> Floats2d:
    """Add rows for whitespace tokens, filled with one value.

    rows (Floats2d): The rows of the words, (n_words, width).
    is_word (Mask | None): Whether each token is a word, (n_tokens,); None if all are.
    RETURNS (Floats2d): (n_tokens, width).
    """
    if is_word is None:
        return rows
    xp = get_array_module(rows)
    total = xp.full((len(is_word), rows.shape[1]), value, dtype="float32")
    total[xp.asarray(is_word)] = rows
    return cast(Floats2d, total)


def fill_space_rows(
    rows: list[Floats2d], is_word: list[Mask] | None, value: float
) -> list[Floats2d]:
    """Give the rows of whitespace tokens one value, without changing the arrays.

    rows (list[Floats2d]): For each Doc, (n_tokens, width).
    is_word (list[Mask] | None): What `words_of` returned for the Docs.
    """
    if is_word is None:
        return rows
    xp = get_array_module(rows[0])
    return [
        cast(Floats2d, xp.where(xp.asarray(mask)[:, None], of_doc, xp.float32(value)))
        for of_doc, mask in zip(rows, is_word, strict=True)
    ]
