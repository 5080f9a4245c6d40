"""From hidden states to tags, in NumPy."""

from typing import NamedTuple

import numpy

from .. import batch_sizes
from ..types import Floats
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
        """weights (Weights): The weights of a `TagLogProbs`."""
        arrays = weights.widened()
        return cls(numpy.ascontiguousarray(arrays["affine.weight"].T), arrays["affine.bias"])

    def __call__(self, hidden: Floats) -> Floats:
        """(n_tokens, n_in) to (n_tokens, n_tags)."""
        return affine(hidden, self.weights, self.bias)


def affine(X: Floats, W: Floats, b: Floats) -> Floats:
    """X W + b, (n_rows, n_in) to (n_rows, n_out)."""
    Y = numpy.empty((len(X), len(b)), dtype="float32")
    n_threads = min(get_num_threads(), max(len(X) // batch_sizes.ROWS_FOR_A_THREAD, 1))
    size = batch_sizes.share(len(X), n_threads)

    def compute(start: int) -> None:
        rows = slice(start, start + size)
        numpy.matmul(X[rows], W, out=Y[rows])
        Y[rows] += b

    with one_thread():
        run_in_threads(compute, range(0, len(X), size), n_threads)
    return Y


def softmax(logits: Floats) -> Floats:
    """Probabilities, (n_rows, n_out)."""
    probs: Floats = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    return probs


def log_softmax(logits: Floats) -> Floats:
    """Log-probabilities in nats, (n_tokens, n_tags)."""
    log_probs: Floats = logits - logits.max(axis=1, keepdims=True)
    log_probs -= numpy.log(numpy.exp(log_probs).sum(axis=1, keepdims=True))
    return log_probs
