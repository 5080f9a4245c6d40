"""Arrays with a row for each token of a batch, and their parts, which are the rows of each Doc."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from spacy.tokens import Doc
from thinc.types import Floats2d

from .types import Array


def split_rows(rows: Any, lengths: Sequence[int]) -> list[Any]:
    """Split rows into parts of these lengths, which are views."""
    ends = accumulate(lengths)
    return [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]


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
