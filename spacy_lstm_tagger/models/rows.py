"""Arrays with a row for each token of a batch, and blocks, which are the rows of each Doc."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, cast

import numpy
from spacy.tokens import Doc
from thinc.api import Ops
from thinc.types import Floats2d

from .types import Array


def split_rows(rows: Any, lengths: Sequence[int]) -> list[Any]:
    """Split rows into blocks of these lengths, which are views."""
    ends = accumulate(lengths)
    return [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def join_rows(ops: Ops, blocks: Sequence[Floats2d]) -> Floats2d:
    """Join blocks, as `ops.flatten` does. Blocks that `split_rows` returned are not copied: their
    rows follow one another in one array. The result may share its memory with them."""
    filled = [block for block in blocks if len(block)]
    if filled and all(isinstance(block, numpy.ndarray) for block in filled):
        rows = rows_in_one_array(cast(Sequence[Array], filled))
        if rows is not None:
            return cast(Floats2d, rows)
    return cast(Floats2d, ops.flatten(blocks))


def check_rows(blocks: Sequence[Array | Floats2d], docs: Sequence[Doc]) -> None:
    """Raise a ValueError if a Doc has not as many tokens as its block has rows. If a component
    splits a token, spaCy puts more rows behind the others, so the rows belong to other tokens."""
    for block, doc in zip(blocks, docs, strict=True):
        if len(block) != len(doc):
            raise ValueError(
                f"A Doc has {len(doc)} tokens, but the network's input has {len(block)} rows for "
                "it. Let a component that splits tokens run before the one that makes this "
                "input, such as 'tok2vec'."
            )


def rows_in_one_array(blocks: Sequence[Array]) -> Array | None:
    """The rows of an array that begin with the first block and end with the last one; None if the
    blocks are not all of them in their order.

    blocks (Sequence[Array]): None of them empty: NumPy does not say where an empty array lies.
    """
    whole = blocks[0].base
    if not isinstance(whole, numpy.ndarray) or whole.ndim != 2 or not whole.flags.c_contiguous:
        return None
    address = address_of(blocks[0])
    start = (address - address_of(whole)) // whole.strides[0]
    end = start
    for block in blocks:
        follows = (
            block.base is whole
            and block.dtype == whole.dtype
            and block.shape[1:] == whole.shape[1:]
            and block.flags.c_contiguous
            and address_of(block) == address
        )
        if not follows:
            return None
        address += block.nbytes
        end += len(block)
    return whole[start:end]


def address_of(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
