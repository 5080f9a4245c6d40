"""The hidden layer over an LSTM, in NumPy."""

from typing import NamedTuple

import numpy

from .. import limits
from ..types import Floats, Ids, Mask
from ..weights import Weights
from .threads import run_in_threads

# An array, because NumPy converts a number anew in each operation.
ZERO = numpy.zeros((), dtype="float32")


class HiddenLayer(NamedTuple):
    """relu(W h_i + c + the sum of V_k x_(i+k)), as the `HiddenLayer` in PyTorch.

    What a word adds to the sums at each distance depends on the word alone. So it is a part of the
    word's projection, which is kept for words that come back, see `word_weights`.

    states (Floats): W, transposed, (n_in, n_units).
    distances (range): How far each of the words is, the word itself in the middle.
    """

    states: Floats
    distances: range

    @classmethod
    def compile(cls, weights: Weights, prefix: str) -> "HiddenLayer | None":
        """Take its weights; None if there are none.

        prefix (str): What the names of its weights begin with.
        """
        W = weights.arrays.get(f"{prefix}states.weight")
        if W is None:
            return None
        n_units = len(W)
        window_size = len(weights.arrays[f"{prefix}words.weight"]) // n_units // 2
        return cls(
            states=numpy.ascontiguousarray(W.T, dtype="float32"),
            distances=range(-window_size, window_size + 1),
        )

    @property
    def n_units(self) -> int:
        return int(self.states.shape[1])

    def fill(
        self,
        units: Floats,
        hidden: Floats,
        rows: Ids,
        of_words: Floats,
        index: Ids,
        tokens: "TokensOfDocs",
        *,
        n_threads: int,
    ) -> None:
        """Compute the units of some tokens.

        units (Floats): To be filled, (n_rows, n_units).
        hidden (Floats): h_i, (n_rows, n_in).
        rows (Ids): The row of each of the tokens in both, (n_tokens,).
        of_words (Floats): What distinct words add to the sums, (n_distinct, n_distances * n_units)
            or wider.
        index (Ids): Which of the distinct words each token of the batch is, (n_batch,).
        tokens (TokensOfDocs): The tokens, as places in index.
        n_threads (int): Number of threads among which the tokens are shared.
        """
        n_units = self.n_units
        size = limits.HIDDEN_ROWS

        def compute(first: int) -> None:
            rows_now = rows[first : first + size]
            now = tokens.take(slice(first, first + size))
            sums = hidden[rows_now] @ self.states
            for number, distance in enumerate(self.distances):
                at_distance = of_words[:, number * n_units : (number + 1) * n_units]
                other, is_missing = now.at(distance)
                added = at_distance[index[other]]
                added[is_missing] = 0
                sums += added
            units[rows_now] = numpy.maximum(sums, ZERO, out=sums)

        firsts = range(0, len(rows), size)
        run_in_threads(compute, firsts, min(n_threads, len(firsts)))


def word_weights(weights: Weights, prefix: str) -> tuple[Floats, Floats]:
    """What the embedding of a word is multiplied with in a `HiddenLayer`.

    prefix (str): What the names of the layer's weights begin with.
    RETURNS (tuple[Floats, Floats]): V_k, one distance behind the other, (n_distances * n_units,
        embedding_width), and what is added, (n_distances * n_units,): c to the word's own sums.
    """
    V = weights.arrays[f"{prefix}words.weight"].astype("float32")
    c = weights.arrays[f"{prefix}states.bias"]
    before = (len(V) - len(c)) // 2  # rows for the words before
    return V, numpy.pad(c.astype("float32"), (before, before))


class TokensOfDocs(NamedTuple):
    """Tokens of a batch, and the first and the last token of each one's Doc: places in the batch,
    (n_tokens,) each."""

    place: Ids
    first: Ids
    last: Ids

    @classmethod
    def of(cls, lengths: Ids) -> "TokensOfDocs":
        """All tokens of Docs that are laid end to end.

        lengths (Ids): Number of tokens of each Doc, all above 0, (n_docs,).
        """
        end = numpy.cumsum(lengths)
        return cls(
            place=numpy.arange(end[-1]),
            first=numpy.repeat(end - lengths, lengths),
            last=numpy.repeat(end - 1, lengths),
        )

    def take(self, tokens: slice | Ids) -> "TokensOfDocs":
        """Some of the tokens."""
        return TokensOfDocs(*(places[tokens] for places in self))

    def at(self, distance: int) -> tuple[Ids, Mask]:
        """The tokens at a distance, (n_tokens,) each.

        RETURNS (tuple[Ids, Mask]): Their places, and whether the Doc has no such token, so that
            another one stands in for it.
        """
        other = self.place + distance
        in_doc = numpy.minimum(numpy.maximum(other, self.first), self.last)
        return in_doc, in_doc != other
