"""Words' vectors with the small change that would hurt a prediction the most."""

import contextlib
from collections.abc import Iterator

from torch import Tensor, nn


class Adversary(nn.Module):
    """Lets a network train on a batch as it is, and then on the same batch with changed vectors
    (Miyato et al. 2017: Adversarial Training Methods for Semi-Supervised Text Classification).

        with adversary.watch():
            ...  # forward and backward
            adversary.attack(0.03)
            ...  # forward and backward
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_watching = False
        self.vectors: Tensor | None = None
        self.change: Tensor | None = None

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Keep the vectors of the next training pass, and their gradient."""
        self.is_watching = True
        try:
            yield
        finally:
            self.is_watching, self.vectors, self.change = False, None, None

    def attack(self, size: float) -> None:
        """Change the vectors of the next pass in the direction in which the loss rises the fastest.

        size (float): Norm of the change, as a share of that of the vectors.
        """
        if self.vectors is None or self.vectors.grad is None:
            return
        gradient, vectors = self.vectors.grad, self.vectors.detach()
        self.change = size * vectors.norm() / gradient.norm().clamp(min=1e-12) * gradient

    def forward(self, vectors: Tensor) -> Tensor:
        """vectors (Tensor): Of the distinct words of a batch, float32, (n_words, width)."""
        if not vectors.requires_grad:  # another thread that predicts
            return vectors
        if self.change is not None:
            return vectors + self.change
        if self.is_watching:
            vectors.retain_grad()
            self.vectors = vectors
        return vectors
