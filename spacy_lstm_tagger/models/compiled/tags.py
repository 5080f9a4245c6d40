"""From hidden states to tags, in NumPy."""

from typing import NamedTuple

import numpy

from ..types import Floats
from ..weights import Weights


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
        logits: Floats = numpy.matmul(hidden, self.weights)
        logits += self.bias
        return logits


def log_softmax(logits: Floats) -> Floats:
    """Log-probabilities in nats, (n_tokens, n_tags)."""
    log_probs: Floats = logits - logits.max(axis=1, keepdims=True)
    log_probs -= numpy.log(numpy.exp(log_probs).sum(axis=1, keepdims=True))
    return log_probs
