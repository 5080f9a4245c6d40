"""Types that pass between the layers."""

from typing import NamedTuple

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

Keys = NDArray[numpy.uint64]
Ids = NDArray[numpy.int64]

Tok2Vec = Model[list[Doc], list[Floats2d]]
TaggerModel = Model[list[Doc], list[Floats2d]]


class WordBatch(NamedTuple):
    """The tokens of a batch of Docs, and their distinct words.

    words (Ids): Ids of the distinct words, (n_words,).
    features (Ids): Ids of their features, (n_words, n_features).
    tokens (Ids): Which of the distinct words each token is, (n_tokens,).
    lengths (Ids): Tokens of each Doc that has any, (n_sequences,).
    """

    words: Ids
    features: Ids
    tokens: Ids
    lengths: Ids
