"""Cuts long Docs into windows that are read side by side: an LSTM is slow on one long sequence.

The hidden states of a Doc that is longer than a window with its context are approximate: the LSTM
starts at the context of each window, not at the first and last tokens of the Doc.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy

from .types import Ids

# Each window also reads some tokens on either side, to compute the states at its edges.
WINDOW = 256
CONTEXT = 32


class Windows(NamedTuple):
    """The range of tokens to read in each window, and the part of it whose hidden states are used,
    (n_windows,) each. Positions count the tokens of all Docs, laid end to end."""

    start: Ids
    end: Ids
    keep_start: Ids
    keep_end: Ids

    @classmethod
    def whole(cls, lengths: Ids) -> "Windows":
        """One window for each sequence.

        lengths (Ids): Number of tokens of each sequence, (n_sequences,).
        """
        end = numpy.cumsum(lengths)
        start = end - lengths
        return cls(start, end, start, end)

    @classmethod
    def of_docs(cls, doc_lengths: Ids) -> "Windows":
        """One window for each Doc, or several for a long Doc. Each token is kept in one window.

        doc_lengths (Ids): Number of tokens of each Doc, (n_docs,).
        """
        n_needed = numpy.ceil(doc_lengths / WINDOW).astype("int64")
        n_windows = numpy.where(doc_lengths > WINDOW + 2 * CONTEXT, n_needed, 1)
        if n_windows.max() == 1:
            return cls.whole(doc_lengths)
        doc_end = numpy.cumsum(doc_lengths)
        doc_start = doc_end - doc_lengths
        # For each window, its Doc, and its number among the windows of the Doc.
        window_doc = numpy.repeat(numpy.arange(len(doc_lengths)), n_windows)
        window_number = ranges(numpy.zeros_like(n_windows), n_windows)
        keep_start = doc_start[window_doc] + window_number * WINDOW
        is_last = window_number == n_windows[window_doc] - 1
        keep_end = numpy.where(is_last, doc_end[window_doc], keep_start + WINDOW)
        start = numpy.maximum(keep_start - CONTEXT, doc_start[window_doc])
        end = numpy.minimum(keep_end + CONTEXT, doc_end[window_doc])
        return cls(start, end, keep_start, keep_end)

    @property
    def window_lengths(self) -> Ids:
        """Number of tokens to read in each window, (n_windows,)."""
        return self.end - self.start

    @property
    def keep_all(self) -> bool:
        """Whether each window keeps all tokens that it reads."""
        n_kept: Ids = self.keep_end - self.keep_start
        return bool((n_kept == self.window_lengths).all())

    def take(self, windows: Ids) -> "Windows":
        """Some of the windows."""
        return Windows(*(positions[windows] for positions in self))

    def grouped(self, max_tokens: int) -> Iterator["Windows"]:
        """Groups of windows of similar length, the longest first. A group exceeds max_tokens by
        less than a window."""
        lengths = self.window_lengths
        if lengths.sum() <= max_tokens:
            yield self
            return
        longest_first = numpy.argsort(-lengths, kind="stable")
        group = (numpy.cumsum(lengths[longest_first]) - 1) // max_tokens
        for number in numpy.unique(group):
            yield self.take(numpy.sort(longest_first[group == number]))


def training_lengths(doc_lengths: Ids) -> Ids:
    """The number of tokens of each sequence in training. A long Doc is cut into several sequences,
    which are read in parallel."""
    windows = Windows.of_docs(doc_lengths)
    return windows.keep_end - windows.keep_start


def ranges(start: Ids, end: Ids) -> Ids:
    """The ranges from each start to before its end, concatenated."""
    lengths = end - start
    first = numpy.cumsum(lengths) - lengths
    return cast(Ids, numpy.arange(lengths.sum()) + numpy.repeat(start - first, lengths))
