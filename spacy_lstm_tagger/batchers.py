"""Batches for the config whose size follows that of the corpus."""

import random
from collections.abc import Callable, Iterable, Iterator, Sized
from math import sqrt

from spacy.attrs import IS_SPACE
from spacy.training import Example

from .models.checks import check

Batcher = Callable[[Iterable[Example]], Iterator[list[Example]]]


def batch_by_corpus(scale: float = 2.2, max_size: int = 2000, pool: int = 16) -> Batcher:
    """Batches of `scale * sqrt(n)` words each for a corpus of n words.

    A small corpus gets small batches, and so many steps an epoch that training does not take too
    few; a large one gets large batches, which take less time for each word. With a fixed
    number of steps, the number of epochs follows too: it is as many as `scale * steps / sqrt(n)`.

    The pieces of a batch are of like length, since an LSTM takes as many steps of time as the
    longest of them has words.

    scale (float): Factor in the size.
    max_size (int): About the most words of a batch; also the size where the corpus is streamed, so
        that its own is not known.
    pool (int): Number of batches among whose pieces those of like length are put together; 1 to
        leave them in their order.
    RETURNS (Callable[[Iterable[Example]], Iterator[list[Example]]]): The batcher.
    """
    check("scale", scale, scale > 0, "above 0")
    check("max_size", max_size, max_size > 0, "above 0")
    check("pool", pool, pool > 0, "above 0")

    def batcher(examples: Iterable[Example]) -> Iterator[list[Example]]:
        size: float = max_size
        if isinstance(examples, Sized):  # not with max_epochs = -1, which streams the corpus
            size = min(scale * sqrt(sum(map(n_words, examples))), max_size)
        for piece in cut(examples, size * pool):
            piece.sort(key=n_words)
            batches = list(cut(piece, size))
            random.shuffle(batches)
            yield from batches

    return batcher


def n_words(example: Example) -> int:
    """Whitespace does not count: a tagger does not see it."""
    return int((example.predicted.to_array(IS_SPACE) == 0).sum())


def cut(examples: Iterable[Example], size: float) -> Iterator[list[Example]]:
    """Cut examples, in their order, into lists of about size words, none of them empty."""
    batch: list[Example] = []
    total = 0
    for example in examples:
        length = n_words(example)
        if batch and total + length / 2 > size:
            yield batch
            batch, total = [], 0
        batch.append(example)
        total += length
    if batch:
        yield batch
