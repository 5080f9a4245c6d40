"""The embedding of a word in NumPy."""

from typing import NamedTuple

import numpy

from ..types import Floats, Ids
from ..weights import Weights, WeightTable
from ..word_inputs import EMBEDDING_SCALE, WordInputs
from .lstm import LSTM

SCALE = numpy.float32(EMBEDDING_SCALE)


class CharacterLSTM(NamedTuple):
    """An LSTM over the characters of each word, as the `CharacterLSTM` in PyTorch.

    letters (Floats): The characters, projected for its first layer.
    lstm (LSTM): One layer, both directions.
    """

    letters: Floats
    lstm: LSTM

    @classmethod
    def compile(cls, weights: Weights, prefix: str) -> "CharacterLSTM | None":
        """Take its weights; None if there are none.

        prefix (str): What the names of its weights begin with.
        """
        letters = weights.table(f"{prefix}letters.weight")
        if letters is None:
            return None
        lstm = LSTM.compile(weights, f"{prefix}sequence.", bidirectional=True)
        return cls(lstm.project(letters.to_float32()), lstm)

    def __call__(self, characters: Ids, word_lengths: Ids) -> Floats:
        """The last hidden state of each direction, (n_distinct, width)."""
        hidden = self.lstm.run(self.letters, characters, word_lengths)  # (n_characters, width)
        end = numpy.cumsum(word_lengths)
        last = hidden[end - 1]  # (n_distinct, width)
        # The second direction ends on the first character.
        second = slice(self.lstm.direction_width, None)
        last[:, second] = hidden[end - word_lengths, second]
        return last


class WordEmbedding(NamedTuple):
    """Embeds a word, as the `WordEmbedding` in PyTorch. What a network leaves out is None.

    words (WeightTable | None): The words of the vocabulary.
    features (WeightTable | None): Prefixes, suffixes and shapes.
    characters (CharacterLSTM | None): Reads a word character by character.
    vectors (Floats | None): Multiplies static vectors, (static_width, VECTOR_WIDTH).
    """

    words: WeightTable | None
    features: WeightTable | None
    characters: CharacterLSTM | None
    vectors: Floats | None

    @classmethod
    def compile(cls, weights: Weights, prefix: str) -> "WordEmbedding":
        """prefix (str): What the names of its weights begin with."""
        vectors = weights.table(f"{prefix}vectors.weight")
        return cls(
            words=weights.table(f"{prefix}words.weight"),
            features=weights.table(f"{prefix}features.weight"),
            characters=CharacterLSTM.compile(weights, f"{prefix}characters."),
            vectors=None if vectors is None else vectors.to_float32().T,
        )

    @property
    def word_width(self) -> int:
        """Width of the first part of a vector, which is the word's own."""
        return 0 if self.words is None else self.words.width

    def __call__(self, words: WordInputs) -> Floats:
        """The vector of each word, (n_distinct, width)."""
        n_distinct = len(words.ids)
        columns = []
        if self.words is not None:
            columns.append(SCALE * self.words.rows(words.ids))
        if self.features is not None:
            columns.append(SCALE * self.features.rows(words.features).reshape(n_distinct, -1))
        if self.characters is not None:
            columns.append(self.characters(words.characters, words.word_lengths))
        if self.vectors is not None:
            norms = numpy.linalg.norm(words.vectors, axis=1, keepdims=True)
            unit_vectors = words.vectors / numpy.maximum(norms, numpy.float32(1e-12))
            columns.append(SCALE * (unit_vectors @ self.vectors))
        return numpy.concatenate(columns, axis=1)
