"""The spaCy component."""

from .lstm_tagger import LSTMTagger, make_lstm_tagger

__all__ = ["LSTMTagger", "make_lstm_tagger"]
