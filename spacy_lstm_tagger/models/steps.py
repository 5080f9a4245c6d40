"""The order in which the LSTMs in NumPy and in PyTorch read a batch of sequences."""

from typing import NamedTuple

import numpy

from .types import Ids


class Steps(NamedTuple):
    """At each time step one token of each sequence that has one left, the longest sequence first.

    order (Ids): The tokens in the order of reading, for each direction, (directions, n_tokens).
    place (Ids): The same tokens as places in the order of the first direction.
    sizes (list[int]): Number of tokens of each time step.
    last (Ids): Place of the last token that is read of each sequence, (n_sequences,).
    """

    order: Ids
    place: Ids
    sizes: list[int]
    last: Ids

    @classmethod
    def of(cls, starts: Ids, lengths: Ids, n_directions: int) -> "Steps":
        """The steps for sequences, the longest first.

        starts (Ids): Position of the first token of each sequence, (n_sequences,).
        lengths (Ids): Tokens of each sequence, all above 0, (n_sequences,).
        """
        is_read = numpy.arange(lengths[0])[:, None] < lengths
        time, sequence = numpy.nonzero(is_read)
        sizes = is_read.sum(axis=1)
        step_start = numpy.cumsum(sizes) - sizes
        times = numpy.stack([time, lengths[sequence] - 1 - time][:n_directions])
        return cls(
            starts[sequence] + times,
            step_start[times] + sequence,
            sizes.tolist(),
            step_start[lengths - 1] + numpy.arange(len(lengths)),
        )
