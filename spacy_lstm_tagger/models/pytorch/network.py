"""An LSTM over sentences whose distinct words are embedded once."""

from typing import cast

from torch import Tensor, nn

from ..constants import Words
from .embedding import WordEmbedding
from .lstm import SequenceLSTM


class WordLSTM(nn.Module):
    """Embedding, then LSTM: h_i, the hidden state at word i, for each word.

    embedding (WordEmbedding): Embeds the distinct words.
    sequence (SequenceLSTM): Reads their vectors.
    """

    def __init__(self, embedding: WordEmbedding, sequence: SequenceLSTM) -> None:
        super().__init__()
        self.embedding = embedding
        self.sequence = sequence

    def set_dropout(self, rate: float, word_rate: float) -> None:
        """Set the dropout rates of training.

        rate (float): Share of units before, between and after the layers.
        word_rate (float): Share of words that are read as unknown.
        """
        self.sequence.set_dropout(rate)
        self.embedding.word_dropout = word_rate

    def forward(self, words: Words, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Run over a batch of sentences, none of them empty.

        words (Words): The distinct words of the batch.
        tokens (Tensor): Index of each token's word in the distinct words, int64, (n_tokens,).
        lengths (Tensor): Number of tokens of each sentence, int64, (n_sentences,).
        RETURNS (Tensor): h_i for each token, float32, (n_tokens, width).
        """
        return cast(Tensor, self.sequence(self.embedding(words), tokens, lengths))
