"""Thinc models around the networks."""

from .tagger import LSTMTagger
from .tok2vec import LSTMTok2Vec, count_words

__all__ = ["LSTMTagger", "LSTMTok2Vec", "count_words"]
