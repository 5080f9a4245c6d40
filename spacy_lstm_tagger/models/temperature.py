"""The temperature at which log-probabilities fit gold tags best."""

import numpy
from thinc.types import Floats2d

from .types import Ids

BOUNDS = (0.05, 20.0)  # if all gold tags are predicted, or none is, there is no best one
N_HALVINGS = 24  # of the logarithm of their ratio, until six digits are known


def best_temperature(log_probs: Floats2d, tags: Ids) -> float:
    """Find t that minimizes the negative log-likelihood of tags under softmax(log_probs / t).

    It has four digits: log-probabilities vary in the seventh with the texts that were tagged
    together.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    tags (Ids): (n_tokens,).
    """
    scores = numpy.asarray(log_probs, dtype="float64")
    gold = scores[numpy.arange(len(tags)), tags].mean()

    def slope(inverse: float) -> float:
        """The derivative of the mean loss by 1 / t, in which the loss is convex."""
        scaled = inverse * scores
        weights = numpy.exp(scaled - scaled.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return float((weights * scores).sum(axis=1).mean() - gold)

    low, high = BOUNDS
    for _ in range(N_HALVINGS):
        middle = (low * high) ** 0.5
        if slope(1 / middle) > 0:  # the loss rises with 1 / t
            low = middle
        else:
            high = middle
    return float(f"{(low * high) ** 0.5:.4g}")
