"""Numbers that the networks in PyTorch and in NumPy share with what feeds them."""

UNKNOWN = 0  # the row of every word outside the vocabulary
N_SPECIAL = 1  # rows that stand before the first word of the vocabulary

UNKNOWN_CHARACTER = 0  # the row of every character outside the alphabet, and of an empty word
N_SPECIAL_CHARACTERS = 1  # rows that stand before the first character of the alphabet
CHARACTER_WIDTH = 64

# Embeddings are scaled up, so that they learn faster than the weights of the layers above.
EMBEDDING_SCALE = 3.0
