"""What the embedding of a word reads, in NumPy and in PyTorch: the rows of its tables."""

from typing import Any, NamedTuple

# The row of every word outside the vocabulary.
UNKNOWN = 0
# Number of rows before the first word of the vocabulary.
N_SPECIAL = 1

# The row of every character outside the alphabet, and of an empty word.
UNKNOWN_CHARACTER = 0
# Number of rows before the first character of the alphabet.
N_SPECIAL_CHARACTERS = 1
CHARACTER_WIDTH = 64

# Embeddings are scaled up, so that they learn faster than the weights of the layers above.
EMBEDDING_SCALE = 3.0


class Words(NamedTuple):
    """The inputs of the embedding for some words: arrays of NumPy, or tensors of PyTorch.

    ids (Any): Rows of the word table, int64, (n_words,).
    features (Any): Rows of the feature table, int64, (n_words, n_features).
    characters (Any): Rows of the character table, word after word, int64, (n_characters,).
    n_characters (Any): Number of characters of each word, all above 0, int64, (n_words,).
    vectors (Any): Static vectors, float32, (n_words, static_width).
    """

    ids: Any
    features: Any
    characters: Any
    n_characters: Any
    vectors: Any
