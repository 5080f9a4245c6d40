"""The networks, in plain NumPy, for predictions on a CPU.

Each is made from weights by `compile` in settings.py. Its weights are never changed. network.py,
lstm.py and tags.py hold `WordNetwork`, `LSTM` and `Affine`. In PyTorch, the second is
`SequenceLSTM`, and the third is `TagLogProbs` without its softmax.
"""

from .blas import one_thread
from .network import WordNetwork
from .tags import Affine, log_softmax, softmax
from .threads import get_num_threads, set_num_threads

__all__ = [
    "Affine",
    "WordNetwork",
    "get_num_threads",
    "log_softmax",
    "one_thread",
    "set_num_threads",
    "softmax",
]
