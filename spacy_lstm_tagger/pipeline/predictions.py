"""The tags of a batch as spaCy's taggers pass them: an array of indices for each Doc."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, cast

import numpy

from ..models.types import Floats, Ids
from ..models.whitespace import Batch


def best_tags(batch: Batch, logits: Floats) -> list[Ids]:
    """For each Doc, the indices of the best tags of its tokens, (n_tokens,). The index of a
    whitespace token means nothing.

    logits (Floats): The inputs of the softmax for each word, (n_words, n_tags).
    """
    return batch.split(batch.add_spaces(logits.argmax(axis=1)))


def join_tags(batch: Batch, tag_ids: Iterable[Any]) -> Ids:
    """Join an array or a list of each Doc to one array for its words, (n_words,). More arrays than
    Docs are ignored. Raises a ValueError if there are no tags for a Doc, or not as many as it has
    tokens.

    tag_ids (Iterable[Any]): The indices of the tags of each Doc.
    """
    # An array of CuPy has a method `get`.
    of_docs = islice(tag_ids, len(batch.docs))
    arrays = [of_doc.get() if hasattr(of_doc, "get") else of_doc for of_doc in of_docs]
    check_fit(batch.n_tokens, list(map(len, arrays)))
    joined = numpy.concatenate([numpy.zeros(0), *arrays]).astype("int64")
    return cast(Ids, batch.take_words(joined))


def check_fit(n_tokens: Sequence[int], n_tags: Sequence[int]) -> None:
    """Raise a ValueError if there are no tags for a Doc, or not as many as it has tokens.

    n_tokens (Sequence[int]): Of each Doc.
    n_tags (Sequence[int]): Of each Doc.
    """
    if len(n_tags) != len(n_tokens):
        raise ValueError(f"There are {len(n_tokens)} Docs, but tags for {len(n_tags)}.")
    for number, (tokens, tags) in enumerate(zip(n_tokens, n_tags, strict=True)):
        if tokens != tags:
            raise ValueError(f"Doc {number} has {tokens} tokens, but there are {tags} tags for it.")
