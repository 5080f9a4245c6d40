"""The order in which the LSTMs in NumPy and in PyTorch read a batch of sequences."""

from typing import NamedTuple

import numpy

from .types import Ids


class TimeSteps(NamedTuple):
    """At each time step one token of each sequence that has one left, the longest sequence first.

    order (Ids): The tokens in the order of reading, for each direction, (directions, n_tokens).
    place (Ids): The same tokens as places in the order of the first direction.
    sequence (Ids): The sequence of each token in the order of reading, (n_tokens,). It is the same
        in both directions.
    sizes (list[int]): Number of tokens of each time step.
    """

    order: Ids
    place: Ids
    sequence: Ids
    sizes: list[int]

    @classmethod
    def of(cls, starts: Ids, lengths: Ids, n_directions: int) -> "TimeSteps":
        """The time steps for sequences, the longest first.

        starts (Ids): Position of the first token of each sequence, (n_sequences,).
        lengths (Ids): Tokens of each sequence, all above 0, (n_sequences,).
        """
        is_read = numpy.arange(lengths[0])[:, None] < lengths  # (n_steps, n_sequences)
        time, sequence = numpy.nonzero(is_read)
        sizes = is_read.sum(axis=1)
        step_start = numpy.cumsum(sizes) - sizes
        # The second direction reads a sequence from its end.
        times = numpy.stack([time, lengths[sequence] - 1 - time][:n_directions])
        return cls(
            order=starts[sequence] + times,
            place=step_start[times] + sequence,
            sequence=sequence,
            sizes=sizes.tolist(),
        )
