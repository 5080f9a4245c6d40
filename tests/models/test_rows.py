"""Rows of a batch are not copied where the parts lie in one array."""

import numpy
import pytest
from thinc.api import get_current_ops

from spacy_lstm_tagger.models.rows import join_rows, split_rows

ROWS = numpy.arange(30, dtype="float32").reshape(10, 3).copy()
LENGTHS = [2, 0, 3, 1, 0, 3]


def join(parts):
    return join_rows(get_current_ops(), parts)


@pytest.mark.parametrize("start", [0, 1])
def test_parts_that_follow_one_another_are_joined_without_a_copy(start):
    parts = split_rows(ROWS[start:], LENGTHS)
    joined = join(parts)
    assert numpy.shares_memory(joined, ROWS)
    assert (joined == numpy.concatenate(parts)).all()


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[::-1],
        lambda parts: parts[:2] + parts[3:],
        lambda parts: [*parts, parts[-1]],
        lambda parts: [part.copy() for part in parts],
        lambda parts: [parts[0].copy(), *parts[1:]],
        lambda parts: [*parts[:-1], parts[-1].copy()],
        lambda parts: [part[:, :2] for part in parts],
        lambda parts: [part[:, 1:] for part in parts],
        lambda parts: [part[::2] for part in parts],
        lambda parts: [part.T.copy().T for part in parts],
        lambda parts: [part.astype("float64") for part in parts],
        lambda parts: [part.view("int32") for part in parts],
        lambda parts: [ROWS[::2]],
        lambda parts: [ROWS[::-1]],
    ],
)
def test_other_parts_are_copied(change):
    parts = change(split_rows(ROWS, LENGTHS))
    joined = join(parts)
    assert not numpy.shares_memory(joined, ROWS)
    assert (joined == numpy.concatenate(parts)).all()


def test_parts_of_another_shape_in_the_same_memory_are_copied():
    whole = numpy.arange(24, dtype="float32")
    parts = [whole[:12].reshape(4, 3), whole[12:].reshape(4, 3)]
    assert (join(parts) == whole.reshape(8, 3)).all()
    # An array whose columns lie end to end.
    by_column = numpy.asfortranarray(ROWS).T.reshape(-1)
    parts = [by_column[:12].reshape(4, 3), by_column[12:].reshape(6, 3)]
    assert (join(parts) == by_column.reshape(10, 3)).all()


def test_no_rows():
    assert join(split_rows(ROWS, [0, 0])).shape == (0, 3)
    assert join([numpy.zeros((0, 3), "float32")]).shape == (0, 3)
