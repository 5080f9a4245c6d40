"""The one owner of whitespace tokens: the networks read words alone.

A word is any token that is not whitespace. Everything that feeds a network or a loss asks here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

import numpy
from spacy.attrs import IS_SPACE, ORTH, TAG
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import get_array_module
from thinc.types import Floats2d

from .rows import join_rows, split_rows
from .types import Ids, Keys, Mask, Tok2Vec

ATTRIBUTES = [ORTH, IS_SPACE]
NO_TOKENS = numpy.zeros((0, len(ATTRIBUTES)), dtype="uint64")


class WordSequences(NamedTuple):
    """The words of a batch of Docs, laid end to end.

    keys (Keys): The key of each word, (n_words,).
    lengths (Ids): Number of words of each sequence, all above 0, (n_sequences,).
    word (Callable[[int], str]): Returns the word of a key.
    vocabs (tuple[Vocab, ...]): The vocabs of the Docs, which have the static vectors.
    is_word (Mask | None): Whether each token of the Docs is a word, (n_tokens,). If it is given, a
        prediction has a row for every token; if not, for each word.
    """

    keys: Keys
    lengths: Ids
    word: Callable[[int], str]
    vocabs: tuple[Vocab, ...]
    is_word: Mask | None = None

    @classmethod
    def of(cls, docs: Sequence[Doc], keys: Keys, lengths: Ids) -> "WordSequences":
        """Make the sequences of some Docs.

        docs (Sequence[Doc]): The Docs to which the words belong. If they have several vocabs, none
            of these knows all words.
        """
        vocab = docs[0].vocab
        if all(doc.vocab is vocab for doc in docs):
            return cls(keys, lengths, vocab.strings.__getitem__, (vocab,))
        words = {token.orth: token.text for doc in docs for token in doc}
        vocabs = {id(doc.vocab): doc.vocab for doc in docs}
        return cls(keys, lengths, words.__getitem__, tuple(vocabs.values()))

    def texts(self, keys: Sequence[int]) -> list[str]:
        """The words of some keys."""
        return [self.word(key) for key in keys]


# From words to one row for each of them, (n_words, width), and a function for the backward pass.
# In a prediction with `is_word`, there is a row for each token, (n_tokens, width).
WordsForward = Callable[
    [Tok2Vec, WordSequences, bool], tuple[Floats2d, Callable[[Floats2d], object]]
]


class Batch:
    """What is read from a batch of Docs, once.

    docs (list[Doc]): The Docs.
    n_tokens (list[int]): Number of tokens of each Doc.
    keys (Keys): The key of each word, all Docs together, (n_words,).
    is_word (Mask | None): Whether each token is a word, (n_tokens,); None if all of them are.
    """

    def __init__(self, docs: Iterable[Doc]) -> None:
        if isinstance(docs, Doc):
            raise TypeError("A tagger takes several Docs. Give it a list: [doc].")
        self.docs = list(docs)
        self.n_tokens = [len(doc) for doc in self.docs]
        tables = [doc.to_array(ATTRIBUTES) for doc in self.docs]
        table = tables[0] if len(tables) == 1 else numpy.concatenate([NO_TOKENS, *tables])
        self.keys, is_space = table.T
        self.is_word: Mask | None = None
        if is_space.any():
            self.is_word = is_space == 0
            self.keys = self.keys[self.is_word]

    @property
    def sequences(self) -> WordSequences:
        """The words as a network reads them. There has to be one at least."""
        doc_lengths = numpy.array(self.n_tokens, dtype="int64")
        if self.is_word is not None:
            ends = numpy.cumsum(doc_lengths)
            n_words = numpy.append(0, numpy.cumsum(self.is_word))
            doc_lengths = n_words[ends] - n_words[ends - doc_lengths]
        return WordSequences.of(self.docs, self.keys, doc_lengths[doc_lengths > 0])

    def attribute(self, attr: int) -> Keys:
        """An attribute that each token has now, (n_tokens,)."""
        columns = [doc.to_array(attr) for doc in self.docs]
        # Without Docs, NumPy would have nothing to concatenate.
        return numpy.concatenate([NO_TOKENS[:, 0], *columns])

    def take_words(self, rows: Any) -> Any:
        """The rows of words, (n_tokens, …) to (n_words, …)."""
        if self.is_word is None:
            return rows
        return rows[get_array_module(rows).asarray(self.is_word)]

    def add_spaces(self, rows: Any, value: float = 0) -> Any:
        """Add rows for whitespace tokens, filled with a value, (n_words, …) to (n_tokens, …)."""
        if self.is_word is None:
            return rows
        xp = get_array_module(rows)
        with_spaces = xp.full((len(self.is_word), *rows.shape[1:]), value, dtype=rows.dtype)
        with_spaces[xp.asarray(self.is_word)] = rows
        return with_spaces

    def split(self, rows: Any) -> list[Any]:
        """Split rows, (n_tokens, …), into the rows of each Doc, (n_tokens of the Doc, …)."""
        return split_rows(rows, self.n_tokens)


def forward_docs(
    forward: WordsForward, model: Tok2Vec, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """The forward pass of a tok2vec, by one over words. The output for a whitespace token is
    zeros."""
    batch = Batch(docs)
    if not len(batch.keys):
        width = model.get_dim("nO")
        return [model.ops.alloc2f(n, width) for n in batch.n_tokens], lambda d_rows: []
    if not is_train:
        # With `is_word`, the network leaves rows for whitespace, so its output need not be copied.
        rows, _ = forward(model, batch.sequences._replace(is_word=batch.is_word), False)
        return batch.split(rows), lambda d_rows: []
    rows, backprop = forward(model, batch.sequences, True)

    def backprop_docs(d_rows: list[Floats2d]) -> list[Doc]:
        backprop(batch.take_words(join_rows(model.ops, d_rows)))
        return []

    return batch.split(batch.add_spaces(rows)), backprop_docs


def word_mask(doc: Doc) -> Mask:
    """Whether each token of a Doc is a word, (n_tokens,)."""
    return cast(Mask, doc.to_array(IS_SPACE) == 0)


def tags_of_words(doc: Doc) -> Keys:
    """The key of the tag of each token, (n_tokens,); 0 for whitespace, whatever its tag."""
    tags, is_space = doc.to_array([TAG, IS_SPACE]).T
    return cast(Keys, numpy.where(is_space, numpy.uint64(0), tags))
