"""The networks, in plain PyTorch."""

from ..words import Words
from .adversary import Adversary
from .embedding import CharacterLSTM, WordEmbedding
from .lstm import SequenceLSTM
from .network import WordLSTM
from .recurrence import State
from .tags import TagLogProbs

__all__ = [
    "Adversary",
    "CharacterLSTM",
    "SequenceLSTM",
    "State",
    "TagLogProbs",
    "WordEmbedding",
    "WordLSTM",
    "Words",
]
