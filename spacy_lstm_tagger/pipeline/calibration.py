"""The temperature at which log-probabilities fit gold tags best."""

import numpy
import torch
from thinc.types import Floats2d

from ..models.types import Ids

BOUNDS = (0.05, 20.0)  # where the gold tags are all predicted, or none, there is no best one


def temperature(log_probs: Floats2d, tags: Ids) -> float:
    """Find t that minimizes the negative log-likelihood of tags under softmax(log_probs / t).

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    tags (Ids): (n_tokens,).
    """
    scores, gold = torch.tensor(numpy.asarray(log_probs)), torch.from_numpy(tags)
    inverse = torch.ones((), requires_grad=True)  # in 1 / t the likelihood is convex
    optimizer = torch.optim.LBFGS([inverse], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(scores * inverse, gold)
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    low, high = BOUNDS
    return float(numpy.clip(1 / inverse.item(), low, high)) if inverse > 1 / high else high
