"""The spaCy component."""

from .lstm_tagger import LSTMTagger, get_tagger, make_lstm_tagger

__all__ = ["LSTMTagger", "get_tagger", "make_lstm_tagger"]
