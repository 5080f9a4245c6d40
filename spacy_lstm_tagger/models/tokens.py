"""The tokens of a batch laid end to end, and the pieces in which the network reads them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy
from spacy.attrs import ORTH
from spacy.tokens import Doc
from spacy.vocab import Vocab

from .types import Ids, Keys

# A longer Doc is read in windows side by side, since an LSTM that reads one sequence alone is slow.
# Each window also reads some tokens to either side, for the states with which its own begin.
WINDOW = 256
CONTEXT = 32


class Tokens(NamedTuple):
    """The tokens of a batch of Docs.

    keys (Keys): The key of each token's word, (n_tokens,).
    lengths (Ids): Tokens of each Doc that has any, (n_docs,).
    word (Callable[[int], str]): The word of a key.
    vocab (Vocab): Of the first Doc.
    """

    keys: Keys
    lengths: Ids
    word: Callable[[int], str]
    vocab: Vocab

    @classmethod
    def of(cls, docs: list[Doc]) -> "Tokens":
        keys = numpy.concatenate([doc.to_array(ORTH) for doc in docs])
        lengths = numpy.array([len(doc) for doc in docs if len(doc)], dtype="int64")
        vocab = docs[0].vocab
        if all(doc.vocab.strings is vocab.strings for doc in docs):
            return cls(keys, lengths, vocab.strings.__getitem__, vocab)
        words = {token.orth: token.text for doc in docs for token in doc}
        return cls(keys, lengths, words.__getitem__, vocab)


class Windows(NamedTuple):
    """Stretches of tokens to read, and which part of each to keep, (n_windows,) each."""

    start: Ids
    end: Ids
    keep_start: Ids
    keep_end: Ids


def windows(lengths: Ids) -> Windows:
    """One window for each Doc, or several for a long one, in which each token is kept once.

    lengths (Ids): Tokens of each Doc, (n_docs,).
    """
    doc_end = numpy.cumsum(lengths)
    doc_start = doc_end - lengths
    n_windows = numpy.where(lengths > WINDOW + 2 * CONTEXT, -(-lengths // WINDOW), 1)
    doc = numpy.repeat(numpy.arange(len(lengths)), n_windows)
    number = ranges(numpy.zeros_like(n_windows), n_windows)  # of the window in its Doc
    keep_start = doc_start[doc] + number * WINDOW
    is_last = number == n_windows[doc] - 1
    keep_end = numpy.where(is_last, doc_end[doc], keep_start + WINDOW)
    start = numpy.maximum(keep_start - CONTEXT, doc_start[doc])
    end = numpy.minimum(keep_end + CONTEXT, doc_end[doc])
    return Windows(start, end, keep_start, keep_end)


def training_lengths(lengths: Ids) -> Ids:
    """Tokens of each sequence in training, where a long Doc is cut into several: for packed
    sequences, the gradient of nn.LSTM takes time that grows with the square of the longest one."""
    kept = windows(lengths)
    return kept.keep_end - kept.keep_start


def groups(windows: Windows, max_tokens: int) -> Iterator[Windows]:
    """Windows of like length that have less than max_tokens and one window together."""
    lengths = windows.end - windows.start
    order = numpy.argsort(-lengths, kind="stable")
    group = (numpy.cumsum(lengths[order]) - 1) // max_tokens
    for number in numpy.unique(group):
        chosen = numpy.sort(order[group == number])
        yield Windows(*(bounds[chosen] for bounds in windows))


def ranges(start: Ids, end: Ids) -> Ids:
    """The numbers from each start to before its end, one range behind the other."""
    lengths = end - start
    first = numpy.cumsum(lengths) - lengths
    return numpy.arange(lengths.sum()) + numpy.repeat(start - first, lengths)
