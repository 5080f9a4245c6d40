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

# Width of the embedding of a character.
CHARACTER_WIDTH = 64
# Width of the embedding of each prefix, suffix and shape.
FEATURE_WIDTH = 64
# Rows of the embedding table for each of them. A hash gives the row.
FEATURE_ROWS = 5000
# Width to which a static vector is projected.
VECTOR_WIDTH = 100

# Embeddings are scaled up, so that they learn faster than the weights of the layers above.
EMBEDDING_SCALE = 3.0


class WordInputs(NamedTuple):
    """The inputs of the embedding for some distinct words: arrays of NumPy, or tensors of PyTorch.

    ids (Any): Rows of the word table, int64, (n_distinct,).
    features (Any): Rows of the feature table, int64, (n_distinct, n_features).
    characters (Any): Rows of the character table, word after word, int64, (n_characters,).
    word_lengths (Any): Number of characters of each word, all above 0, int64, (n_distinct,).
    vectors (Any): Static vectors, float32, (n_distinct, static_width).
    """

    ids: Any
    features: Any
    characters: Any
    word_lengths: Any
    vectors: Any
