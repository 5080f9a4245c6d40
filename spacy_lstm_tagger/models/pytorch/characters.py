"""The lesson's own extension: an LSTM over the letters of each word."""

from torch import Tensor, nn

from .sequence import SequenceLSTM

UNKNOWN_LETTER = 0  # the row of every letter outside the alphabet, and of a word without any
N_SPECIAL_LETTERS = 1  # rows that stand before the first letter of the alphabet
LETTER_WIDTH = 64


class CharacterLSTM(nn.Module):
    """Reads a word letter by letter, forwards and backwards; its last hidden states are its vector.

    n_letters (int): Letters of the alphabet; row `UNKNOWN_LETTER` comes on top of them.
    width (int): Width of the vector, both directions together.
    precision (str): "float32" or "bfloat16", see `SequenceLSTM`.
    """

    def __init__(self, *, n_letters: int, width: int, precision: str) -> None:
        super().__init__()
        self.letters = nn.Embedding(N_SPECIAL_LETTERS + n_letters, LETTER_WIDTH)
        self.sequence = SequenceLSTM(
            LETTER_WIDTH, width=width, depth=1, bidirectional=True, precision=precision
        )

    def forward(self, letters: Tensor, lengths: Tensor) -> Tensor:
        """letters (Tensor): Rows of the letters, word behind word, int64, (n_letters,).
        lengths (Tensor): Letters of each word, all above 0, int64 on the CPU, (n_words,).
        RETURNS (Tensor): float32, (n_words, width).
        """
        _, (hidden, _) = self.sequence(self.letters.weight, letters, lengths)
        return hidden.transpose(0, 1).flatten(1)  # (n_words, directions * width of a direction)
