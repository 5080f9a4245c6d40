"""Tokens that two tokenizations share."""

from collections.abc import Iterator

import numpy
from spacy.training import Alignment


def one_to_one(alignment: Alignment) -> Iterator[tuple[int, int]]:
    """The index of each token of the first text that is one token of the second, and its index
    there."""
    to_second, to_first = alignment.x2y, alignment.y2x
    starts = numpy.cumsum(to_second.lengths) - to_second.lengths
    for i in numpy.nonzero(to_second.lengths == 1)[0].tolist():
        j = int(to_second.data[starts[i]])
        if to_first.lengths[j] == 1:
            yield i, j
