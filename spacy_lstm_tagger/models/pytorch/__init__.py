"""The networks, in plain PyTorch."""

from ..constants import Words
from .adversary import Adversary
from .embedding import CharacterLSTM, WordEmbedding
from .lstm import SequenceLSTM, time_major
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
    "time_major",
]
