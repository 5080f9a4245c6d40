import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torch import nn
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from spacy_lstm_tagger.models.compiled import LSTM, State, lstm_shapes
from spacy_lstm_tagger.models.weights import Weights

N_INPUTS, INPUT_SIZE = 9, 5


def make_lstm(width=6, depth=1, bidirectional=True):
    torch.manual_seed(0)
    lstm = nn.LSTM(INPUT_SIZE, width, depth, bidirectional=bidirectional)
    for parameter in lstm.parameters():
        nn.init.normal_(parameter, std=0.5)
    return lstm


def weights_of(lstm, prefix=""):
    state = lstm.state_dict()
    return Weights({}, {f"{prefix}{name}": tensor.numpy() for name, tensor in state.items()})


def compiled(lstm):
    return LSTM.compile(weights_of(lstm), "", bidirectional=lstm.bidirectional)


def make_batch(lengths):
    """Distinct inputs, which of them each token is, and the lengths."""
    random = numpy.random.default_rng(0)
    inputs = random.normal(scale=2, size=(N_INPUTS, INPUT_SIZE)).astype("float32")
    return inputs, random.integers(N_INPUTS, size=sum(lengths)), numpy.array(lengths)


@torch.no_grad()
def reference(lstm, inputs, index, lengths, state=None):
    """The hidden states and the last state that torch gives."""
    sequences = torch.from_numpy(inputs[index]).split(lengths.tolist())
    state = None if state is None else tuple(map(torch.from_numpy, state))
    packed, last = lstm(pack_sequence(sequences, enforce_sorted=False), state)
    return torch.cat(unpack_sequence(packed)).numpy(), State(*(part.numpy() for part in last))


def assert_same(lstm, lengths, state=None):
    network, (inputs, index, lengths) = compiled(lstm), make_batch(lengths)
    hidden, last = reference(lstm, inputs, index, lengths, state)
    projected = network.project(inputs)
    for n_threads in (1, 3):
        found, end = network.run(projected, index, lengths, state, n_threads=n_threads)
        assert found.dtype == "float32"
        assert_allclose(found, hidden, atol=2e-6)
        assert_allclose(numpy.stack(end), numpy.stack(last), atol=2e-6)


MANY = numpy.random.default_rng(0).integers(1, 60, size=400).tolist()
of_any_shape = pytest.mark.parametrize(
    ("depth", "bidirectional"), [(1, True), (2, False), (3, True)]
)


@of_any_shape
@pytest.mark.parametrize("lengths", [[1], [7], [3, 3], [2, 7, 1, 5], [700, 1, 300], MANY])
def test_it_gives_what_torch_gives(depth, bidirectional, lengths):
    assert_same(make_lstm(depth=depth, bidirectional=bidirectional), lengths)


@of_any_shape
@pytest.mark.parametrize("lengths", [[1], [2, 7, 1, 5], MANY])
def test_it_goes_on_from_a_state_as_torch_does(depth, bidirectional, lengths):
    lstm, random = make_lstm(depth=depth, bidirectional=bidirectional), numpy.random.default_rng(1)
    shape = (depth * (1 + bidirectional), len(lengths), lstm.hidden_size)
    state = State(*(random.normal(size=shape).astype("float32") for _ in range(2)))
    before = [part.copy() for part in state]
    assert_same(lstm, lengths, state)
    assert all((part == old).all() for part, old in zip(state, before, strict=True))


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_any_lengths(lengths):
    assert_same(make_lstm(depth=2), lengths)


def test_word_by_word_it_gives_what_it_gives_at_once():
    lstm = compiled(make_lstm(depth=3, bidirectional=False))
    inputs, index, lengths = make_batch([20])
    (expected, _), state = lstm.run(lstm.project(inputs), index, lengths), None
    for word, hidden in zip(index, expected, strict=True):
        projected = lstm.project(inputs[[word]])
        found, state = lstm.run(projected, numpy.array([0]), numpy.array([1]), state)
        assert_allclose(found[0], hidden, atol=1e-6)


def test_gates_far_from_zero():
    lstm = make_lstm(width=2)
    network, inputs = compiled(lstm), numpy.array([[1e4], [-1e4]]) * numpy.ones(INPUT_SIZE)
    inputs, index, lengths = inputs.astype("float32"), numpy.array([0, 1, 0, 1]), numpy.array([4])
    expected, _ = reference(lstm, inputs, index, lengths)
    found, _ = network.run(network.project(inputs), index, lengths)
    assert_allclose(found, expected, atol=1e-6)


@of_any_shape
def test_shapes_are_those_of_torchs_weights(depth, bidirectional):
    lstm = make_lstm(depth=depth, bidirectional=bidirectional)
    shapes = lstm_shapes(
        "x.", INPUT_SIZE, width=6 * (1 + bidirectional), depth=depth, bidirectional=bidirectional
    )
    arrays = weights_of(lstm, "x.").arrays
    assert shapes == {name: array.shape for name, array in arrays.items()}
