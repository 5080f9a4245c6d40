"""The sizes of batches: how much is read, copied or learned from at once."""

import math

# Docs that `LSTMTagger.pipe` tags together, and `LSTMTagger.calibrate` scores together. The number
# for `nlp.pipe` is [nlp] batch_size.
DOCS = 128
# Tokens that a network reads together. More tokens take more memory and no less time.
TOKENS = 16_384
# Sequences that the LSTM runs together on one thread. Larger values are not faster, and leave less
# to share among threads.
SEQUENCES = 128
# Fewer sequences than this are not worth a thread.
SEQUENCES_FOR_A_THREAD = 8
# Tokens whose projected inputs the LSTM copies together, so that they stay in the cache.
GATHERED_TOKENS = 128
# New words whose projections are computed together, so that they stay in the cache. So few rows are
# a small product for OpenBLAS, too, see `Projection`.
PROJECTED_WORDS = 24
# Tokens whose units of a hidden layer are computed together, so that they stay in the cache.
HIDDEN_ROWS = 256
# Fewer rows than this are not worth a thread in a product.
ROWS_FOR_A_THREAD = 1024
# Words of a batch in training, at most, with `batch_by_corpus`. A small corpus has smaller batches.
TRAINING_WORDS = 2000


def share_size(n: int, n_threads: int, at_least: int = 1) -> int:
    """The size of the shares of n things among threads.

    at_least (int): The smallest share that is worth a thread.
    """
    return max(math.ceil(n / n_threads), at_least)
