"""Embeds a word: one vector from its row, its features, its characters and its static vector."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..word_inputs import (
    CHARACTER_WIDTH,
    FEATURE_ROWS,
    FEATURE_WIDTH,
    N_SPECIAL,
    N_SPECIAL_CHARACTERS,
    UNKNOWN,
    VECTOR_WIDTH,
    WordInputs,
)
from ..word_inputs import EMBEDDING_SCALE as SCALE
from .lstm import SequenceLSTM

INITIAL_STD = 0.1  # small, so that rows that training never changes add little noise


class CharacterLSTM(nn.Module):
    """Reads a word character by character, forwards and backwards; the last hidden states of both
    directions are the word's vector.

    n_characters (int): Number of characters in the alphabet, without row `UNKNOWN_CHARACTER`.
    width (int): Width of the vector, both directions together.
    device (torch.device | str): Device of the weights.
    """

    def __init__(
        self, *, n_characters: int, width: int, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__()
        self.letters = nn.Embedding(
            N_SPECIAL_CHARACTERS + n_characters, CHARACTER_WIDTH, device=device, dtype=torch.float32
        )
        self.sequence = SequenceLSTM(
            CHARACTER_WIDTH,
            width=width,
            depth=1,
            bidirectional=True,
            device=device,
        )

    def forward(self, characters: Tensor, word_lengths: Tensor) -> Tensor:
        """Read a batch of words.

        characters (Tensor): Rows of the characters, word after word, int64, (n_characters,).
        word_lengths (Tensor): Number of characters of each word, all above 0, int64,
            (n_distinct,).
        RETURNS (Tensor): float32, (n_distinct, width).
        """
        _, (hidden, _) = self.sequence(self.letters.weight, characters, word_lengths)
        # (n_distinct, directions * width of a direction)
        return cast(Tensor, hidden.transpose(0, 1).flatten(1))


class WordEmbedding(nn.Module):
    """Embeds a word as the concatenation of several kinds of vectors.

    Many words share a feature, such as a suffix. All features are in one table, in which each has
    its own `FEATURE_ROWS` rows.

    n_words (int): Number of words in the vocabulary, without row `UNKNOWN`.
    word_width (int): Width of a word's own embedding, 0 to leave it out.
    n_features (int): Number of features of a word.
    n_characters (int): Number of characters in the alphabet.
    char_width (int): Width of the vector that an LSTM computes from a word's characters, 0 to
        leave it out.
    static_width (int): Width of the static vectors, 0 if there are none.
    device (torch.device | str): Device of the weights.
    """

    def __init__(
        self,
        *,
        n_words: int,
        word_width: int,
        n_features: int = 0,
        n_characters: int = 0,
        char_width: int = 0,
        static_width: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self.word_dropout = 0.0
        self.width = word_width + n_features * FEATURE_WIDTH + char_width
        self.width += VECTOR_WIDTH if static_width else 0
        factory: dict[str, Any] = {"device": device, "dtype": torch.float32}
        self.words = (
            nn.Embedding(N_SPECIAL + n_words, word_width, **factory) if word_width else None
        )
        self.features = (
            nn.Embedding(n_features * FEATURE_ROWS, FEATURE_WIDTH, **factory)
            if n_features
            else None
        )
        self.vectors = (
            nn.Linear(static_width, VECTOR_WIDTH, bias=False, **factory) if static_width else None
        )
        for table in (self.words, self.features, self.vectors):
            if table is not None:
                nn.init.normal_(table.weight, std=INITIAL_STD)
        self.characters = (
            CharacterLSTM(n_characters=n_characters, width=char_width, device=device)
            if char_width
            else None
        )

    def forward(self, words: WordInputs) -> Tensor:
        """Embed the distinct words of a batch.

        RETURNS (Tensor): float32, (n_distinct, width).
        """
        columns = []
        if self.words is not None:
            ids = words.ids
            if self.training and self.word_dropout:  # so the vector of unknown words is learned
                draws = torch.rand(ids.shape, device=ids.device, dtype=torch.float32)
                dropped = draws < self.word_dropout
                ids = ids.masked_fill(dropped, UNKNOWN)
            columns.append(SCALE * self.words(ids))  # (n_distinct, word_width)
        if self.features is not None:
            features = self.features(words.features)  # (n_distinct, n_features, FEATURE_WIDTH)
            columns.append(SCALE * features.flatten(1))
        if self.characters is not None:
            # (n_distinct, char_width)
            columns.append(self.characters(words.characters, words.word_lengths))
        if self.vectors is not None:
            vectors = functional.normalize(words.vectors)  # the scale differs between tables
            columns.append(SCALE * self.vectors(vectors))  # (n_distinct, VECTOR_WIDTH)
        return torch.cat(columns, dim=1)
