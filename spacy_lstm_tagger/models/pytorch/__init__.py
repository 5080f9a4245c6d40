"""The networks, in plain PyTorch."""

from ..constants import Words
from .adversary import Adversary
from .embedding import CharacterLSTM, WordEmbedding
from .lstm import State
from .network import WordLSTM
from .sequence import SequenceLSTM, time_major
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
