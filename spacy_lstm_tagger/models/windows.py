"""Reads long Docs in windows: an LSTM is slow on one long sequence."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import numpy
from thinc.api import get_array_module
from thinc.types import Floats2d

from .types import Ids
from .whitespace import Tokens

# Each window also reads some tokens on either side, to compute the states at its edges.
WINDOW = 256
CONTEXT = 32


def in_windows(read: Callable[[Tokens], Floats2d], tokens: Tokens, max_tokens: int) -> Floats2d:
    """Read tokens in bounded memory. The windows of a long Doc are read in parallel.

    The hidden states of a Doc that is longer than a window with its context are approximate: the
    LSTM starts at the context of each window, not at the first and last tokens of the Doc.

    read (Callable[[Tokens], Floats2d]): Returns the hidden state of each token, (n_tokens, width).
    tokens (Tokens): The tokens of a batch.
    max_tokens (int): Approximate maximum number of tokens that are read at once.
    RETURNS (Floats2d): The hidden state of each token, (n_tokens, width).
    """
    if len(tokens.keys) <= max_tokens and tokens.lengths.max() <= WINDOW:
        return read(tokens)
    hidden: Any = None
    for group in groups(windows(tokens.lengths), max_tokens):
        lengths = group.end - group.start
        positions = ranges(group.start, group.end)
        outputs = read(tokens._replace(keys=tokens.keys[positions], lengths=lengths))
        keep_start = numpy.repeat(group.keep_start, lengths)
        keep_end = numpy.repeat(group.keep_end, lengths)
        kept = numpy.nonzero((keep_start <= positions) & (positions < keep_end))[0]
        xp = get_array_module(outputs)
        if hidden is None:
            hidden = xp.empty((len(tokens.keys), outputs.shape[1]), dtype="float32")
        hidden[xp.asarray(positions[kept])] = outputs[xp.asarray(kept)]
    return cast(Floats2d, hidden)  # there is at least one token, so at least one group


def training_lengths(lengths: Ids) -> Ids:
    """The number of tokens of each sequence in training. A long Doc is cut into several sequences,
    which are read in parallel."""
    kept = windows(lengths)
    return kept.keep_end - kept.keep_start


class Windows(NamedTuple):
    """The range of tokens to read in each window, and the part to keep, (n_windows,) each."""

    start: Ids
    end: Ids
    keep_start: Ids
    keep_end: Ids


def windows(lengths: Ids) -> Windows:
    """One window for each Doc, or several for a long Doc. Each token is kept in one window.

    lengths (Ids): Number of tokens of each Doc, (n_docs,).
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


def groups(windows: Windows, max_tokens: int) -> Iterator[Windows]:
    """Groups of windows of similar length. A group exceeds max_tokens by less than a window."""
    lengths = windows.end - windows.start
    order = numpy.argsort(-lengths, kind="stable")
    group = (numpy.cumsum(lengths[order]) - 1) // max_tokens
    for number in numpy.unique(group):
        chosen = numpy.sort(order[group == number])
        yield Windows(*(bounds[chosen] for bounds in windows))


def ranges(start: Ids, end: Ids) -> Ids:
    """The ranges from each start to before its end, concatenated."""
    lengths = end - start
    first = numpy.cumsum(lengths) - lengths
    return cast(Ids, numpy.arange(lengths.sum()) + numpy.repeat(start - first, lengths))
