"""The networks, in plain PyTorch."""

from .embedding import WordEmbedding
from .lstm import State, WordLSTM, time_major
from .tags import TagLogProbs

__all__ = ["State", "TagLogProbs", "WordEmbedding", "WordLSTM", "time_major"]
