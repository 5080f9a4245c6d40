"""First and last pieces of tokens."""

import numpy
from thinc.api import Ragged

from spacy_lstm_tagger.models.pooling import build_reduce_first_last


def pieces(lengths):
    data = numpy.arange(2 * sum(lengths), dtype="float32").reshape(-1, 2)
    return Ragged(data, numpy.array(lengths, dtype="int32"))


def test_a_token_gets_its_first_and_its_last_piece():
    assert build_reduce_first_last().predict(pieces([2, 1, 3])).tolist() == [
        [0, 1, 2, 3],
        [4, 5, 4, 5],
        [6, 7, 10, 11],
    ]


def test_a_token_without_pieces_gets_zeros():
    model = build_reduce_first_last()
    assert model.predict(pieces([0, 1, 0])).tolist() == [[0] * 4, [0, 1, 0, 1], [0] * 4]
    assert model.predict(pieces([0, 0])).tolist() == [[0] * 4] * 2


def test_the_gradient_goes_to_these_pieces():
    X = pieces([3, 0, 1])
    Y, backprop = build_reduce_first_last()(X, is_train=True)
    dX = backprop(Y)
    assert dX.lengths is X.lengths
    assert dX.dataXd.tolist() == [[0, 1], [0, 0], [4, 5], [12, 14]]  # the last one is both
