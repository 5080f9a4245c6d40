import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_tagger.models.windows import (
    CONTEXT,
    WINDOW,
    Windows,
    ranges,
    training_lengths,
)

LENGTHS = st.lists(st.integers(1, 5 * WINDOW), min_size=1, max_size=12)


@given(LENGTHS, st.integers(1, 4 * WINDOW))
def test_each_token_is_kept_once(lengths, max_tokens):
    lengths = numpy.array(lengths)
    kept = numpy.zeros(lengths.sum(), dtype=int)
    doc_of = numpy.repeat(numpy.arange(len(lengths)), lengths)
    for group in Windows.of_docs(lengths).grouped(max_tokens):
        kept[ranges(group.keep_start, group.keep_end)] += 1
        assert (group.start <= group.keep_start).all()
        assert (group.keep_end <= group.end).all()
        assert (doc_of[group.start] == doc_of[group.end - 1]).all()
        longest = (group.end - group.start).max()
        assert longest <= WINDOW + 2 * CONTEXT
        assert (group.end - group.start).sum() < max_tokens + longest
    assert (kept == 1).all()


@pytest.mark.parametrize("length", [1, WINDOW, WINDOW + 2 * CONTEXT])
def test_a_doc_that_is_not_long_is_read_whole(length):
    (window,) = zip(*Windows.of_docs(numpy.array([length])), strict=True)
    assert window == (0, length, 0, length)


def test_ranges():
    assert ranges(numpy.array([5, 0, 3]), numpy.array([7, 0, 4])).tolist() == [5, 6, 3]


def test_training_reads_a_long_doc_in_pieces():
    lengths = numpy.array([5, WINDOW + 2 * CONTEXT, 2 * WINDOW + 100])
    expected = [5, WINDOW + 2 * CONTEXT, WINDOW, WINDOW, 100]
    assert training_lengths(lengths).tolist() == expected
