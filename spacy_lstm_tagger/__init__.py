"""A spaCy component that tags parts of speech with an LSTM."""

from importlib.metadata import version

__version__ = version("spacy-lstm-tagger")
