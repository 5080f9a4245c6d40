"""Rows of weights that learn together: they move as the sum of two matrices does."""

import numpy
import pytest
from numpy.testing import assert_allclose
from thinc.api import Adam

torch = pytest.importorskip("torch")

from spacy_lstm_tagger.models.parts import learn_parts, step_of_parts  # noqa: E402
from spacy_lstm_tagger.models.shim import network_shim  # noqa: E402
from spacy_lstm_tagger.models.tagger import build_output_layer  # noqa: E402

N_TAGS = 6
WIDTH = 4
# The first three tags share one part, the second and the third another. The last has none.
PARTS = numpy.zeros((N_TAGS, 2), "float32")
PARTS[:3, 0] = 1
PARTS[1:3, 1] = 1


def batches(n=40):
    random = numpy.random.default_rng(0)
    for _ in range(n):
        hidden = random.normal(size=(12, WIDTH)).astype("float32")
        yield hidden, random.integers(0, N_TAGS, 12)


def gradient_of(log_probs, tags):
    gradient = numpy.exp(log_probs)
    gradient[numpy.arange(len(tags)), tags] -= 1
    return gradient


def train_layer(parts):
    """A layer that learns with parts, or without them, in its own way."""
    layer = build_output_layer(WIDTH, N_TAGS)
    layer.initialize()
    shim = network_shim(layer)
    optimizer = Adam(0.01)
    for hidden, tags in batches():
        log_probs, backprop = shim.learner.begin_update(hidden)
        backprop(gradient_of(log_probs, tags))
        if parts is not None:
            learn_parts(layer, parts, optimizer)
        shim.finish_update(optimizer)
    return shim.weights().arrays["affine.weight"]


def train_sum():
    """A = W + P U, with W and U as parameters whose gradients PyTorch finds."""
    P = torch.from_numpy(PARTS)
    parameters = {
        "W": torch.zeros(N_TAGS, WIDTH, requires_grad=True),
        "U": torch.zeros(PARTS.shape[1], WIDTH, requires_grad=True),
        "b": torch.zeros(N_TAGS, requires_grad=True),
    }
    W, U, b = parameters.values()
    optimizer = Adam(0.01)
    for hidden, tags in batches():
        scores = torch.from_numpy(hidden) @ (W + P @ U).T + b
        torch.nn.functional.cross_entropy(
            scores, torch.from_numpy(tags), reduction="sum"
        ).backward()
        for name, parameter in parameters.items():
            value, _ = optimizer((0, name), parameter.data.numpy(), parameter.grad.numpy())
            parameter.data = torch.from_numpy(value)
            parameter.grad = None
    return (W + P @ U).detach().numpy()


def test_rows_move_as_the_sum_of_a_row_of_their_own_and_of_rows_of_their_parts():
    assert_allclose(train_layer(PARTS), train_sum(), atol=1e-4)


def test_without_parts_nothing_changes():
    nothing = numpy.zeros((N_TAGS, 1), "float32")
    plain = train_layer(None)
    assert_allclose(train_layer(nothing), plain)
    assert numpy.abs(train_layer(PARTS) - plain).max() > 0.01


def test_a_row_without_parts_has_no_step():
    gradient = numpy.ones((N_TAGS, WIDTH), "float32")
    step = step_of_parts(Adam(0.01), 0, gradient, PARTS)
    assert not step[3:].any()
    assert_allclose(step[0], step[1] / 2, rtol=1e-5)
