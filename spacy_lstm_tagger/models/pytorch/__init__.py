"""The networks, in plain PyTorch."""

from .adversary import Adversary
from .characters import CharacterLSTM
from .embedding import WordEmbedding, Words
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
