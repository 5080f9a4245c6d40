"""What the networks in PyTorch and in NumPy share with what feeds them."""

from typing import Any, NamedTuple

UNKNOWN = 0  # the row of every word outside the vocabulary
N_SPECIAL = 1  # rows that stand before the first word of the vocabulary

UNKNOWN_CHARACTER = 0  # the row of every character outside the alphabet, and of an empty word
N_SPECIAL_CHARACTERS = 1  # rows that stand before the first character of the alphabet
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
