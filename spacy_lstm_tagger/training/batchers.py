"""A batcher for the config. The size of its batches follows the size of the corpus."""

import random
from collections.abc import Callable, Iterable, Iterator, Sized
from functools import partial
from math import sqrt
from typing import Annotated

from annotated_types import Gt
from spacy.training import Example

from ..config_rules import check_config
from ..models.limits import TRAINING_WORDS
from ..models.whitespace import word_mask

Batcher = Callable[[Iterable[Example]], Iterator[list[Example]]]
# An example, and the number of its words before it.
Counted = tuple[int, Example]

# Number of batches whose examples are sorted by length together.
POOL = 16


@check_config
def batch_by_corpus(scale: Annotated[float, Gt(0)] = 2.2) -> Batcher:
    """Batches of `scale * sqrt(n)` words each for a corpus of n words, and of about 2,000 at most.

    A small corpus gets small batches, so that an epoch has enough steps. A large corpus gets large
    batches, which take less time per word. With a fixed number of steps, the number of epochs
    follows too: it is `scale * steps / sqrt(n)`. If the corpus is streamed, the number of its words
    is not known, and batches have about 2,000.

    The examples of a batch have similar lengths, because an LSTM takes as many time steps as the
    longest example has words.

    scale (float): Factor in the size.
    RETURNS (Callable[[Iterable[Example]], Iterator[list[Example]]]): The batcher.
    """
    return partial(sorted_batches, scale=scale)


def sorted_batches(
    examples: Iterable[Example], scale: float, length: Callable[[Example], int] | None = None
) -> Iterator[list[Example]]:
    """Make the batches of `batch_by_corpus`.

    length (Callable[[Example], int] | None): The length of an example, None for the number of its
        words. A batch has examples of similar lengths.
    """
    counted: Iterable[Counted] = ((n_words(example), example) for example in examples)
    size: float = TRAINING_WORDS
    if isinstance(examples, Sized):  # not with max_epochs = -1, which streams the corpus
        counted = list(counted)
        size = min(scale * sqrt(sum(words for words, _ in counted)), size)
    for pool in cut(counted, size * POOL):
        pool.sort(key=lambda counted: length(counted[1]) if length else counted[0])
        batches = list(cut(pool, size))
        random.shuffle(batches)
        for batch in batches:
            yield [example for _, example in batch]


def n_words(example: Example) -> int:
    """Count the tokens of an example, without whitespace tokens: a tagger does not see them."""
    return int(word_mask(example.predicted).sum())


def cut(counted: Iterable[Counted], size: float) -> Iterator[list[Counted]]:
    """Split examples, in their order, into non-empty lists of about size words."""
    batch: list[Counted] = []
    total = 0
    for words, example in counted:
        if batch and total + words / 2 > size:
            yield batch
            batch = []
            total = 0
        batch.append((words, example))
        total += words
    if batch:
        yield batch
