"""The networks, in plain PyTorch."""

from .characters import CharacterLSTM
from .embedding import WordEmbedding, Words
from .network import WordLSTM
from .sequence import SequenceLSTM, time_major
from .sweep import State
from .tags import TagLogProbs

__all__ = [
    "CharacterLSTM",
    "SequenceLSTM",
    "State",
    "TagLogProbs",
    "WordEmbedding",
    "WordLSTM",
    "Words",
    "time_major",
]
