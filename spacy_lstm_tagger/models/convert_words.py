"""Converts the words of Docs to the inputs of a network."""

from collections.abc import Sequence

import numpy

from .settings import Tok2VecSettings
from .shim import network_shim
from .static_vectors import same_vectors
from .types import Ids, Tok2Vec
from .vocabulary import vocabulary_of
from .whitespace import WordSequences
from .word_inputs import WordInputs


def batch_inputs(model: Tok2Vec, words: WordSequences) -> tuple[WordInputs, Ids, Ids]:
    """The inputs of `pytorch.WordNetwork` for a batch: its distinct words, the index of each word
    (n_words,), and the number of words of each sequence (n_sequences,)."""
    keys, index = numpy.unique(words.keys, return_inverse=True)
    inputs = convert_words(model, words, words.texts(keys.tolist()))
    return inputs, index, words.lengths


def convert_words(model: Tok2Vec, words: WordSequences, texts: Sequence[str]) -> WordInputs:
    """The inputs of the embedding for a list of words.

    words (WordSequences): The batch to which the words belong.
    texts (Sequence[str]): The words.
    """
    settings: Tok2VecSettings = network_shim(model).settings
    vocabulary = vocabulary_of(model)
    characters = numpy.zeros(0, dtype="int64")
    word_lengths = characters
    if settings.char_width:
        characters, word_lengths = vocabulary.character_rows(texts)
    return WordInputs(
        vocabulary.rows(texts),
        settings.word_features.ids(texts),
        characters,
        word_lengths,
        same_vectors(words.vocabs, texts, settings.static_width or 0),
    )
