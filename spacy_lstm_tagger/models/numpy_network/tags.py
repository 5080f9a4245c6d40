"""From hidden states to tags, in NumPy."""

from typing import NamedTuple

import numpy

from .. import limits
from ..types import Array, Floats
from ..weights import Weights
from .blas import one_thread
from .threads import get_num_threads, run_in_threads


class Affine(NamedTuple):
    """A h + b, the inputs of the softmax.

    weights (Floats): A, transposed, (n_in, n_tags).
    bias (Floats): b, (n_tags,).
    """

    weights: Floats
    bias: Floats

    @classmethod
    def compile(cls, weights: Weights) -> "Affine":
        """Take the affine layer of a `TagLogProbs`.

        weights (Weights): Its weights.
        """
        arrays = weights.to_float32()
        return cls(numpy.ascontiguousarray(arrays["affine.weight"].T), arrays["affine.bias"])

    def __call__(self, hidden: Floats) -> Floats:
        """(n_tokens, n_in) to (n_tokens, n_tags)."""
        n_tokens = len(hidden)
        logits = numpy.empty((n_tokens, len(self.bias)), dtype="float32")
        n_threads = min(get_num_threads(), max(n_tokens // limits.ROWS_FOR_A_THREAD, 1))
        size = limits.share_size(n_tokens, n_threads)

        def compute(start: int) -> None:
            rows = slice(start, start + size)
            numpy.matmul(hidden[rows], self.weights, out=logits[rows])
            logits[rows] += self.bias

        with one_thread():
            run_in_threads(compute, range(0, n_tokens, size), n_threads)
        return logits


def softmax(logits: Array) -> Array:
    """Probabilities in the precision of the logits, (n_rows, n_out)."""
    probs: Array = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    return probs


def log_softmax(logits: Floats) -> Floats:
    """Log-probabilities in nats, (n_tokens, n_tags)."""
    log_probs: Floats = logits - logits.max(axis=1, keepdims=True)
    log_probs -= numpy.log(numpy.exp(log_probs).sum(axis=1, keepdims=True))
    return log_probs
