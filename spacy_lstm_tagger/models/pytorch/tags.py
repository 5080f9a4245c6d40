"""From hidden states to log-probabilities of tags."""

import torch
from torch import Tensor, nn


class TagLogProbs(nn.Module):
    """Affine, then log-softmax: log softmax(A h_i + b), where A has as many rows as there are tags.

    The weights start at zero: all tags are equally likely.

    n_in (int): Width of h_i.
    n_tags (int): Number of tags.
    device (torch.device | str): Device of the weights.
    """

    def __init__(self, *, n_in: int, n_tags: int, device: torch.device | str = "cpu") -> None:
        super().__init__()
        self.affine = nn.Linear(n_in, n_tags, device=device, dtype=torch.float32)
        nn.init.zeros_(self.affine.weight)
        nn.init.zeros_(self.affine.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """Score the tags of each token.

        hidden (Tensor): h_i for each token, float32, (n_tokens, n_in).
        RETURNS (Tensor): Log-probabilities in nats, float32, (n_tokens, n_tags).
        """
        return torch.log_softmax(self.affine(hidden), dim=1)
