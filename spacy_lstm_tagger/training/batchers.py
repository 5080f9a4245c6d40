"""A batcher for the config. The size of its batches follows the size of the corpus."""

import random
from collections.abc import Callable, Iterable, Iterator, Sized
from math import sqrt
from typing import Annotated, Literal

from annotated_types import Gt
from spacy.attrs import LENGTH
from spacy.training import Example

from ..config_rules import check_config
from ..models.batch_sizes import TRAINING_WORDS
from ..models.whitespace import word_mask

Batcher = Callable[[Iterable[Example]], Iterator[list[Example]]]


@check_config
def batch_by_corpus(
    scale: Annotated[float, Gt(0)] = 2.2,
    max_size: Annotated[int, Gt(0)] = TRAINING_WORDS,
    pool: Annotated[int, Gt(0)] = 16,
    sort_by: Literal["words", "characters"] = "words",
) -> Batcher:
    """Batches of `scale * sqrt(n)` words each for a corpus of n words.

    A small corpus gets small batches, so that an epoch has enough steps. A large corpus gets large
    batches, which take less time per word. With a fixed number of steps, the number of epochs
    follows too: it is `scale * steps / sqrt(n)`.

    The examples of a batch have similar lengths, because an LSTM takes as many time steps as the
    longest example has words.

    scale (float): Factor in the size.
    max_size (int): Approximate maximum number of words in a batch. It is also the size if the
        corpus is streamed, because the number of its words is not known then.
    pool (int): Number of batches whose examples are sorted by length together. With 1, each batch
        has consecutive examples of the corpus.
    sort_by (str): "words" for a network that reads words. "characters" for a transformer: a web
        address is one word of many pieces, and the batch is padded to the longest example.
    RETURNS (Callable[[Iterable[Example]], Iterator[list[Example]]]): The batcher.
    """

    def batcher(examples: Iterable[Example]) -> Iterator[list[Example]]:
        size: float = max_size
        if isinstance(examples, Sized):  # not with max_epochs = -1, which streams the corpus
            size = min(scale * sqrt(sum(map(n_words, examples))), max_size)
        for piece in cut(examples, size * pool):
            piece.sort(key=LENGTHS[sort_by])
            batches = list(cut(piece, size))
            random.shuffle(batches)
            yield from batches

    return batcher


def n_words(example: Example) -> int:
    """Count the tokens of an example, without whitespace tokens: a tagger does not see them."""
    return int(word_mask(example.predicted).sum())


def n_characters(example: Example) -> int:
    """Count the characters of an example, without whitespace between words."""
    return int(example.predicted.to_array(LENGTH).sum())


LENGTHS = {"words": n_words, "characters": n_characters}


def cut(examples: Iterable[Example], size: float) -> Iterator[list[Example]]:
    """Split examples, in their order, into non-empty lists of about size words."""
    batch: list[Example] = []
    total = 0
    for example in examples:
        length = n_words(example)
        if batch and total + length / 2 > size:
            yield batch
            batch = []
            total = 0
        batch.append(example)
        total += length
    if batch:
        yield batch
