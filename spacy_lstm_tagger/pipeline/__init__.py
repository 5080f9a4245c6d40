"""The spaCy component."""

from .factory import make_lstm_tagger
from .log_probs import install_extensions
from .lstm_tagger import LSTMTagger, get_tagger, with_log_probs

__all__ = ["LSTMTagger", "get_tagger", "install_extensions", "make_lstm_tagger", "with_log_probs"]
