"""The components that tag, and what they store in a Doc."""

from .factory import make_lstm_tagger
from .log_probs import install_extensions
from .lstm_tagger import LSTMTagger

__all__ = ["LSTMTagger", "install_extensions", "make_lstm_tagger"]
