"""The temperature at which log-probabilities fit gold tags best."""

import numpy
import torch
from thinc.types import Floats2d

from .isolation import isolated
from .types import Ids

BOUNDS = (0.05, 20.0)  # if all gold tags are predicted, or none is, there is no best one


def best_temperature(log_probs: Floats2d, tags: Ids) -> float:
    """Find t that minimizes the negative log-likelihood of tags under softmax(log_probs / t).

    It has four digits: log-probabilities vary in the seventh with the texts that were tagged
    before, because the projections of words are kept.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    tags (Ids): (n_tokens,).
    """
    with isolated(inference=False):
        scores = torch.from_numpy(numpy.array(log_probs, dtype="float64"))
        gold = torch.from_numpy(tags)
        # The loss is convex in 1 / t.
        inverse = torch.ones((), requires_grad=True, dtype=torch.float64, device="cpu")
        optimizer = torch.optim.LBFGS([inverse], max_iter=100, line_search_fn="strong_wolfe")

        def loss() -> torch.Tensor:
            optimizer.zero_grad()
            value = torch.nn.functional.cross_entropy(scores * inverse, gold)
            value.backward()
            return value

        optimizer.step(loss)
    low, high = BOUNDS
    best = 1 / inverse.item() if inverse > 1 / high else high
    return float(f"{max(best, low):.4g}")
