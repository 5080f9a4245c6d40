"""From the ids of a word and of its features to one vector."""

import torch
from torch import Tensor, nn

UNKNOWN = 0  # the row of every word outside the vocabulary
N_SPECIAL = 1  # rows that stand before the first word of the vocabulary

# Embeddings start small, so that rows which training never touches add little noise, and are
# scaled up, so that they learn faster than the weights of the layers above.
INITIAL_STD = 0.1
SCALE = 3.0


class WordEmbedding(nn.Module):
    """A vector for each word: its own embedding beside those of its features.

    A feature is something that many words share, such as a suffix. Each feature has
    `feature_rows` rows of one table to itself.

    n_words (int): Words of the vocabulary; row `UNKNOWN` comes on top of them.
    word_width (int): Width of a word's own embedding, 0 to leave it out.
    n_features (int): Features of a word.
    feature_rows (int): Rows of the table for each feature.
    feature_width (int): Width of each feature's embedding.
    """

    def __init__(
        self,
        *,
        n_words: int,
        word_width: int,
        n_features: int,
        feature_rows: int,
        feature_width: int,
    ) -> None:
        super().__init__()
        self.word_dropout = 0.0
        self.width = word_width + n_features * feature_width
        self.words = nn.Embedding(N_SPECIAL + n_words, word_width) if word_width else None
        self.features = (
            nn.Embedding(n_features * feature_rows, feature_width) if n_features else None
        )
        for table in (self.words, self.features):
            if table is not None:
                nn.init.normal_(table.weight, std=INITIAL_STD)

    def forward(self, words: Tensor, features: Tensor) -> Tensor:
        """Embed words.

        words (Tensor): Rows of the word table, int64, (n_words,).
        features (Tensor): Rows of the feature table, int64, (n_words, n_features).
        RETURNS (Tensor): float32, (n_words, width).
        """
        parts = []
        if self.words is not None:
            if self.training and self.word_dropout:  # so the vector of unknown words is learned
                dropped = torch.rand(words.shape, device=words.device) < self.word_dropout
                words = words.masked_fill(dropped, UNKNOWN)
            parts.append(self.words(words))  # (n_words, word_width)
        if self.features is not None:
            parts.append(self.features(features).flatten(1))  # (n_words, n_features * its width)
        return SCALE * torch.cat(parts, dim=1)
