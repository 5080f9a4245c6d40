"""From what is known of a word to one vector."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from .characters import CharacterLSTM

UNKNOWN = 0  # the row of every word outside the vocabulary
N_SPECIAL = 1  # rows that stand before the first word of the vocabulary

# Embeddings start small, so that rows which training never touches add little noise, and are
# scaled up, so that they learn faster than the weights of the layers above.
INITIAL_STD = 0.1
SCALE = 3.0


class Words(NamedTuple):
    """What is known of each distinct word of a batch.

    ids (Tensor): Rows of the word table, int64, (n_words,).
    features (Tensor): Rows of the feature table, int64, (n_words, n_features).
    letters (Tensor): Rows of the letter table, word behind word, int64, (n_letters,).
    lengths (Tensor): Letters of each word, all above 0, int64 on the CPU, (n_words,).
    vectors (Tensor): Static vectors, float32, (n_words, vectors_width).
    """

    ids: Tensor
    features: Tensor
    letters: Tensor
    lengths: Tensor
    vectors: Tensor


class WordEmbedding(nn.Module):
    """A vector for each word: several kinds of vectors side by side.

    A feature is something that many words share, such as a suffix. Each feature has
    `feature_rows` rows of one table to itself.

    n_words (int): Words of the vocabulary; row `UNKNOWN` comes on top of them.
    word_width (int): Width of a word's own embedding, 0 to leave it out.
    n_features (int): Features of a word.
    feature_rows (int): Rows of the table for each feature.
    feature_width (int): Width of each feature's embedding.
    n_letters (int): Letters of the alphabet.
    char_width (int): Width of what an LSTM makes of a word's letters, 0 to leave it out.
    vectors_width (int): Width of the static vectors, 0 if there are none.
    vector_width (int): Width to which static vectors are projected.
    precision (str): "float32" or "bfloat16", see `SequenceLSTM`.
    """

    def __init__(
        self,
        *,
        n_words: int,
        word_width: int,
        n_features: int = 0,
        feature_rows: int = 0,
        feature_width: int = 0,
        n_letters: int = 0,
        char_width: int = 0,
        vectors_width: int = 0,
        vector_width: int = 0,
        precision: str = "float32",
    ) -> None:
        super().__init__()
        self.word_dropout = 0.0
        self.width = word_width + n_features * feature_width + char_width
        self.width += vector_width if vectors_width else 0
        self.words = nn.Embedding(N_SPECIAL + n_words, word_width) if word_width else None
        self.features = (
            nn.Embedding(n_features * feature_rows, feature_width) if n_features else None
        )
        self.vectors = nn.Linear(vectors_width, vector_width, bias=False) if vectors_width else None
        for part in (self.words, self.features, self.vectors):
            if part is not None:
                nn.init.normal_(part.weight, std=INITIAL_STD)
        self.characters = (
            CharacterLSTM(n_letters=n_letters, width=char_width, precision=precision)
            if char_width
            else None
        )

    def forward(self, words: Words) -> Tensor:
        """Embed words.

        RETURNS (Tensor): float32, (n_words, width).
        """
        parts = []
        if self.words is not None:
            ids = words.ids
            if self.training and self.word_dropout:  # so the vector of unknown words is learned
                dropped = torch.rand(ids.shape, device=ids.device) < self.word_dropout
                ids = ids.masked_fill(dropped, UNKNOWN)
            parts.append(SCALE * self.words(ids))  # (n_words, word_width)
        if self.features is not None:
            features = self.features(words.features)  # (n_words, n_features, feature_width)
            parts.append(SCALE * features.flatten(1))
        if self.characters is not None:
            parts.append(self.characters(words.letters, words.lengths))  # (n_words, char_width)
        if self.vectors is not None:
            vectors = functional.normalize(words.vectors)  # tables differ much in scale
            parts.append(SCALE * self.vectors(vectors))  # (n_words, vector_width)
        return torch.cat(parts, dim=1)
