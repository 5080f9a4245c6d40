"""A layer over the hidden states of an LSTM, in NumPy."""

from typing import NamedTuple

import numpy

from .. import batch_sizes
from ..types import Floats
from ..weights import Weights
from .threads import run_in_threads


class HiddenLayer(NamedTuple):
    """relu(W h + c) of a hidden state h. Its weights are never changed.

    weights (Floats): W, transposed, (n_in, width).
    bias (Floats): c, (width,).
    """

    weights: Floats
    bias: Floats

    @classmethod
    def compile(cls, weights: Weights) -> "HiddenLayer | None":
        """The layer of a `WordLSTM`; None if it has none.

        weights (Weights): The weights of the `WordLSTM`.
        """
        if "hidden_layer.weight" not in weights.arrays:
            return None
        W = weights.arrays["hidden_layer.weight"].T
        c = weights.arrays["hidden_layer.bias"]
        return cls(numpy.ascontiguousarray(W, dtype="float32"), c.astype("float32"))

    @property
    def width(self) -> int:
        return len(self.bias)

    def fill(self, rows: Floats, *, n_threads: int = 1) -> None:
        """Compute the last columns of rows from the first ones.

        rows (Floats): Hidden states, and room for the units behind them, (n_rows, n_in + width).
        n_threads (int): Number of threads among which the rows are shared.
        """
        n_in = len(self.weights)
        size = batch_sizes.share(len(rows), n_threads, batch_sizes.ROWS_FOR_A_THREAD)

        def compute(first: int) -> None:
            part = rows[first : first + size]
            units = part[:, n_in:]
            numpy.matmul(part[:, :n_in], self.weights, out=units)
            units += self.bias
            numpy.maximum(units, 0, out=units)

        firsts = range(0, len(rows), size)
        run_in_threads(compute, firsts, min(n_threads, len(firsts)))
