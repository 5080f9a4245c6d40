"""An LSTM over the characters of each word, as the PyTorch lesson proposes."""

from typing import cast

import torch
from torch import Tensor, nn

from ..constants import CHARACTER_WIDTH, N_SPECIAL_CHARACTERS
from .sequence import SequenceLSTM


class CharacterLSTM(nn.Module):
    """Reads a word character by character, forwards and backwards; the last hidden states of both
    directions are the word's vector.

    n_letters (int): Number of characters in the alphabet, without row `UNKNOWN_CHARACTER`.
    width (int): Width of the vector, both directions together.
    device (torch.device | str): Device of the weights.
    """

    def __init__(self, *, n_letters: int, width: int, device: torch.device | str = "cpu") -> None:
        super().__init__()
        self.letters = nn.Embedding(
            N_SPECIAL_CHARACTERS + n_letters, CHARACTER_WIDTH, device=device, dtype=torch.float32
        )
        self.sequence = SequenceLSTM(
            CHARACTER_WIDTH,
            width=width,
            depth=1,
            bidirectional=True,
            device=device,
        )

    def forward(self, characters: Tensor, n_characters: Tensor) -> Tensor:
        """Read a batch of words.

        characters (Tensor): Rows of the characters, word after word, int64, (n_characters,).
        n_characters (Tensor): Number of characters of each word, all above 0, int64, (n_words,).
        RETURNS (Tensor): float32, (n_words, width).
        """
        _, (hidden, _) = self.sequence(self.letters.weight, characters, n_characters)
        # (n_words, directions * width of a direction)
        return cast(Tensor, hidden.transpose(0, 1).flatten(1))
