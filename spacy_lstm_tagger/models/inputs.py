"""Converts Docs to the inputs of a network."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import numpy
from spacy.attrs import IS_SPACE, ORTH
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import get_array_module
from thinc.types import Floats2d

from .constants import Words
from .settings import Tok2VecSettings
from .shim import network_shim
from .types import Ids, Keys, Mask, Tok2Vec
from .vocabulary import WordVocabulary


class Tokens(NamedTuple):
    """The words of a batch of Docs in one sequence, without whitespace tokens.

    keys (Keys): The key of each word, (n_words,).
    lengths (Ids): Number of words of each Doc that has words, (n_docs,).
    word (Callable[[int], str]): Returns the word of a key.
    vocab (Vocab): The vocab of the first Doc.
    is_word (Mask | None): Whether each token of the batch is a word, (n_tokens,); None if
        all of them are.
    """

    keys: Keys
    lengths: Ids
    word: Callable[[int], str]
    vocab: Vocab
    is_word: Mask | None

    @classmethod
    def from_docs(cls, docs: list[Doc]) -> "Tokens":
        keys, is_space = numpy.concatenate([doc.to_array([ORTH, IS_SPACE]) for doc in docs]).T
        lengths = numpy.array([len(doc) for doc in docs], dtype="int64")
        is_word = None
        if is_space.any():
            is_word = is_space == 0
            keys = keys[is_word]
            ends = numpy.cumsum(lengths)
            n_words = numpy.append(0, numpy.cumsum(is_word))
            lengths = n_words[ends] - n_words[ends - lengths]
        lengths = lengths[lengths > 0]
        vocab = docs[0].vocab
        if all(doc.vocab.strings is vocab.strings for doc in docs):
            return cls(keys, lengths, vocab.strings.__getitem__, vocab, is_word)
        words = {token.orth: token.text for doc in docs for token in doc}
        return cls(keys, lengths, words.__getitem__, vocab, is_word)

    def texts(self, keys: list[int]) -> list[str]:
        """The words of some keys."""
        return list(map(self.word, keys))


def convert_tokens(model: Tok2Vec, tokens: Tokens) -> tuple[Words, Ids, Ids]:
    """The inputs of `WordLSTM` for a batch: its distinct words, the index of each token's word
    (n_words,), and the number of words of each sequence (n_sequences,)."""
    keys, index = numpy.unique(tokens.keys, return_inverse=True)
    words = convert_words(model, tokens.vocab, tokens.texts(keys.tolist()))
    return words, index, tokens.lengths


def convert_words(model: Tok2Vec, vocab: Vocab, texts: Sequence[str]) -> Words:
    """The inputs of the embedding for a list of words.

    vocab (Vocab): Has the static vectors.
    texts (Sequence[str]): The words.
    """
    settings: Tok2VecSettings = network_shim(model).settings
    vocabulary = vocabulary_of(model)
    if (len(vocabulary), len(vocabulary.alphabet)) != (settings.n_words, settings.n_letters):
        raise ValueError(
            f"The vocabulary has {len(vocabulary)} words and {len(vocabulary.alphabet)} letters, "
            f"but the weights are for n_words = {settings.n_words} and n_letters = "
            f"{settings.n_letters}. The vocabulary is damaged, or it was set without initializing "
            "the model."
        )
    none = numpy.zeros(0, dtype="int64")
    characters, n_characters = none, none
    if settings.char_width:
        characters, n_characters = vocabulary.character_rows(texts)
    return Words(
        vocabulary.rows(texts),
        settings.word_features.ids(texts),
        characters,
        n_characters,
        static_vectors(vocab, texts, settings.vectors_width or 0),
    )


def vocabulary_of(model: Tok2Vec) -> WordVocabulary:
    return cast(WordVocabulary, model.attrs["vocabulary"])


def static_vectors(vocab: Vocab, words: Sequence[str], width: int) -> Floats2d:
    """The vectors of words; zeros for a word that has none.

    vocab (Vocab): The vocab with the table, of words or of floret's subwords.
    words (Sequence[str]): The words.
    width (int): The expected width of the table; 0 for no vectors.
    RETURNS (Floats2d): (n_words, width).
    """
    table = vocab.vectors
    xp = get_array_module(table.data)
    if not width:
        return cast(Floats2d, xp.zeros((len(words), 0), dtype="float32"))
    if table.shape[1] != width:
        raise ValueError(
            f"The model was trained with static vectors of width {width}, but the vectors of this "
            f"pipeline have width {table.shape[1]}. Use the vectors of the "
            "training: load the pipeline as 'spacy train' wrote it, or see [initialize] vectors."
        )
    if table.mode == Mode.floret:
        return cast(Floats2d, xp.asarray(table.get_batch(list(words)), dtype="float32"))
    # No Doc is made, because it would keep the words in the vocab for ever.
    attr = None if table.attr == ORTH else cast(Any, vocab).lex_attr_getters[table.attr]
    keys = numpy.array([get_string_id(attr(w) if attr else w) for w in words], dtype="uint64")
    rows = xp.asarray(table.find(keys=keys))
    vectors = table.data[rows].astype("float32")
    vectors[rows < 0] = 0
    return cast(Floats2d, vectors)
