"""Whitespace tokens: the networks do not see them."""

from collections.abc import Callable
from typing import cast

from spacy.attrs import IS_SPACE
from spacy.tokens import Doc
from thinc.api import get_array_module
from thinc.types import Floats2d

from .types import Layer, Mask


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


def call_on_words(
    layer: Layer, X: list[Floats2d], is_train: bool, is_word: list[Mask] | None, value: float
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    """Call a layer on the rows of words alone.

    X (list[Floats2d]): For each Doc, (n_tokens, nI).
    is_word (list[Mask] | None): What `words_of` returned for the Docs.
    value (float): Fills the output's rows for whitespace tokens.
    RETURNS (tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]): The output,
        (n_tokens, nO) for each Doc, and the function for the backward pass.
    """
    if is_word is None:
        return layer(X, is_train)

    def words(rows: list[Floats2d]) -> list[Floats2d]:
        masks = [layer.ops.xp.asarray(mask) for mask in is_word]
        return [of_doc[mask] for of_doc, mask in zip(rows, masks, strict=True)]

    def tokens(rows: list[Floats2d], value: float) -> list[Floats2d]:
        pairs = zip(rows, is_word, strict=True)
        return [add_space_rows(of_doc, mask, value) for of_doc, mask in pairs]

    Y, backprop = layer(words(X), is_train)
    return tokens(Y, value), lambda dY: tokens(backprop(words(dY)), 0.0)
