"""The spaCy component."""

from .factory import make_lstm_tagger
from .lstm_tagger import LSTMTagger, get_tagger
from .probabilities import install_extensions, pipe_probs

__all__ = ["LSTMTagger", "get_tagger", "install_extensions", "make_lstm_tagger", "pipe_probs"]
