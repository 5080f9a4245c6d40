"""Adversarial training: a small change of the word vectors that raises the loss the most."""

import contextlib
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from .threads import on_one_thread


class Adversary:
    """A second pass over a batch, whose word vectors are perturbed along the gradient of the first
    (Miyato et al. 2017: Adversarial Training Methods for Semi-Supervised Text Classification).

        with Adversary(network.embedding).watch() as adversary:
            ...  # forward and backward
            adversary.perturb(0.03)
            ...  # forward and backward

    embedding (nn.Module): The layer that returns the vectors, float32, (n_distinct, width).
    """

    def __init__(self, embedding: nn.Module) -> None:
        self.embedding = embedding
        self.vectors: Tensor | None = None
        self.perturbation: Tensor | None = None

    @contextlib.contextmanager
    def watch(self) -> Iterator["Adversary"]:
        """Record the vectors of the next forward pass, and their gradient."""
        hook = self.embedding.register_forward_hook(self._after_forward)
        try:
            yield self
        finally:
            hook.remove()

    @on_one_thread()
    def perturb(self, relative_norm: float) -> None:
        """Change the vectors of the next pass in the direction in which the loss rises the fastest.

        relative_norm (float): Norm of the change, as a share of the norm of the vectors.
        """
        if self.vectors is None or self.vectors.grad is None:
            return
        gradient = self.vectors.grad
        norm = relative_norm * self.vectors.detach().norm()
        self.perturbation = norm / gradient.norm().clamp(min=1e-12) * gradient

    def _after_forward(self, embedding: nn.Module, args: Any, vectors: Tensor) -> Tensor:
        if self.perturbation is not None:
            return vectors + self.perturbation
        vectors.retain_grad()
        self.vectors = vectors
        return vectors
