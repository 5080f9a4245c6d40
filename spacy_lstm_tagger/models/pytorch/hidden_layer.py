"""A hidden layer over the LSTM, which sees the hidden state and the words nearby."""

from typing import Any

import torch
from torch import Tensor, nn

from .gather import gather


class HiddenLayer(nn.Module):
    """relu(W h_i + c + the sum of V_k x_(i+k) for k from -window_size to window_size), where h_i is
    the hidden state at word i, and x_i the word's embedding.

    An affine layer over h_i alone adds up what the two directions say of a tag. The hidden layer
    can weigh one against the other. It also sees the words themselves, so that h_i has more room
    for what is farther away.

    width (int): Width of h_i.
    embedding_width (int): Width of x_i, all parts of the embedding.
    hidden_width (int): Number of units.
    window_size (int): How many words it sees before and after word i.
    device (torch.device | str): Device of the weights.
    """

    def __init__(
        self,
        width: int,
        embedding_width: int,
        hidden_width: int,
        *,
        window_size: int,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self.distances = range(-window_size, window_size + 1)
        factory: dict[str, Any] = {"device": device, "dtype": torch.float32}
        self.states = nn.Linear(width, hidden_width, **factory)
        # V_k, one distance behind the other.
        n_outputs = len(self.distances) * hidden_width
        self.words = nn.Linear(embedding_width, n_outputs, bias=False, **factory)
        nn.init.kaiming_uniform_(self.states.weight, nonlinearity="relu")
        nn.init.zeros_(self.states.bias)

    def forward(self, hidden: Tensor, embedded: Tensor, index: Tensor, lengths: Tensor) -> Tensor:
        """Compute the units.

        hidden (Tensor): The hidden state at each token, float32, (n_tokens, width).
        embedded (Tensor): The distinct words, float32, (n_distinct, embedding_width).
        index (Tensor): Which of the distinct words each token is, int64, (n_tokens,).
        lengths (Tensor): Number of tokens of each sentence, int64, (n_sentences,).
        RETURNS (Tensor): float32, (n_tokens, hidden_width).
        """
        # Places of the first and the last token of each token's sentence, (n_tokens,).
        lengths = lengths.to(index.device)
        end = lengths.cumsum(0)
        first = torch.repeat_interleave(end - lengths, lengths)
        last = torch.repeat_interleave(end - 1, lengths)
        place = torch.arange(len(index), device=index.device)
        of_words = gather(self.words(embedded), index)
        sums = self.states(hidden)  # (n_tokens, hidden_width)
        at_distances = of_words.chunk(len(self.distances), dim=1)  # (n_tokens, hidden_width) each
        for distance, added in zip(self.distances, at_distances, strict=True):
            other = place + distance
            is_there = (first <= other) & (other <= last)
            sums = sums + added.roll(-distance, dims=0) * is_there[:, None]
        return torch.relu(sums)
