"""The spaCy component."""

from .log_probs import install_extensions
from .lstm_tagger import LSTMTagger, get_tagger, make_lstm_tagger

__all__ = ["LSTMTagger", "get_tagger", "install_extensions", "make_lstm_tagger"]
