"""Thinc models around the networks."""

from .encoder import LSTMEncoder
from .tagger import LSTMTagger
from .tok2vec import LSTMTok2Vec, count_words

__all__ = ["LSTMEncoder", "LSTMTagger", "LSTMTok2Vec", "count_words"]
