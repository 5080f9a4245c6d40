"""Arrays with a row for each token of a batch, and their parts, which are the rows of each Doc."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, cast

import numpy
from spacy.tokens import Doc
from thinc.api import Ops
from thinc.types import Floats2d

from .types import Array


def split_rows(rows: Any, lengths: Sequence[int]) -> list[Any]:
    """Split rows into parts of these lengths, which are views."""
    ends = accumulate(lengths)
    return [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def join_rows(ops: Ops, parts: Sequence[Floats2d]) -> Floats2d:
    """Join parts, as `ops.flatten` does. Parts that `split_rows` returned are not copied: their
    rows follow one another in one array. The result may share its memory with them."""
    filled = [part for part in parts if len(part)]
    if filled and all(isinstance(part, numpy.ndarray) for part in filled):
        rows = rows_in_one_array(cast(Sequence[Array], filled))
        if rows is not None:
            return cast(Floats2d, rows)
    return cast(Floats2d, ops.flatten(parts))


def check_rows(parts: Sequence[Array | Floats2d], docs: Sequence[Doc]) -> None:
    """Raise a ValueError if a Doc has not as many tokens as its part has rows. If a component
    splits a token, spaCy puts more rows behind the others, so the rows belong to other tokens."""
    for part, doc in zip(parts, docs, strict=True):
        if len(part) != len(doc):
            raise ValueError(
                f"A Doc has {len(doc)} tokens, but the network's input has {len(part)} rows for "
                "it. Let a component that splits tokens run before the one that makes this "
                "input, such as 'tok2vec'."
            )


def rows_in_one_array(parts: Sequence[Array]) -> Array | None:
    """The rows of an array that begin with the first part and end with the last one; None if the
    parts are not all of them in their order.

    parts (Sequence[Array]): None of them empty: NumPy does not say where an empty array lies.
    """
    whole = parts[0].base
    if not isinstance(whole, numpy.ndarray) or whole.ndim != 2 or not whole.flags.c_contiguous:
        return None
    address = address_of(parts[0])
    start = (address - address_of(whole)) // whole.strides[0]
    end = start
    for part in parts:
        follows = (
            part.base is whole
            and part.dtype == whole.dtype
            and part.shape[1:] == whole.shape[1:]
            and part.flags.c_contiguous
            and address_of(part) == address
        )
        if not follows:
            return None
        address += part.nbytes
        end += len(part)
    return whole[start:end]


def address_of(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
