"""Calibration: a temperature, so that about 90 % of the tags that have 90 % are right."""

import numpy
from thinc.types import Floats2d

from ..models.numpy_network import softmax
from ..models.types import Ids

# Bounds of a temperature. If all gold tags are predicted, or none is, there is no best one.
BOUNDS = (0.05, 20.0)
# Number of times that the logarithm of their ratio is halved, until six digits are known.
N_HALVINGS = 24


def best_temperature(logits: Floats2d, tags: Ids) -> float:
    """Find t that minimizes the negative log-likelihood of tags under softmax(logits / t).

    It has four digits, because the seventh digit of a logit depends on the texts that were tagged
    together.

    logits (Floats2d): The inputs of the softmax, (n_tokens, n_tags).
    tags (Ids): (n_tokens,).

    Raises a ValueError if each tag is the most probable one, or none is: there is no such t then.
    """
    exact = numpy.asarray(logits, dtype="float64")
    is_right = exact.argmax(axis=1) == tags
    if is_right.all() or not is_right.any():
        which = "each" if is_right.all() else "no"
        raise ValueError(f"Can't calibrate: {which} gold tag is predicted. Use more data.")
    gold = exact[numpy.arange(len(tags)), tags].mean()

    def slope(inverse: float) -> float:
        """The derivative of the mean loss by 1 / t, in which the loss is convex."""
        probs = softmax(inverse * exact)
        return float((probs * exact).sum(axis=1).mean() - gold)

    low, high = BOUNDS
    for _ in range(N_HALVINGS):
        middle = (low * high) ** 0.5
        if slope(1 / middle) > 0:  # the loss rises with 1 / t
            low = middle
        else:
            high = middle
    return float(f"{(low * high) ** 0.5:.4g}")
