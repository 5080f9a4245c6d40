"""Thinc models around the networks."""

from .softmax_tagger import build_softmax_tagger
from .tagger import build_lstm_tagger
from .tok2vec import build_lstm_tok2vec
from .vocabulary import count_vocabulary

__all__ = [
    "build_lstm_tagger",
    "build_lstm_tok2vec",
    "build_softmax_tagger",
    "count_vocabulary",
]
