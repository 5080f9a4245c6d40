"""The networks, in plain PyTorch."""

from .adversary import Adversary
from .embedding import WordEmbedding
from .lstm import SequenceLSTM
from .network import WordLSTM
from .tags import TagLogProbs

__all__ = [
    "Adversary",
    "SequenceLSTM",
    "TagLogProbs",
    "WordEmbedding",
    "WordLSTM",
]
