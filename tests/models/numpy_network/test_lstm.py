import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torch import nn
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from spacy_lstm_tagger.models.numpy_network.lstm import LSTM
from spacy_lstm_tagger.models.pytorch import SequenceLSTM
from spacy_lstm_tagger.models.weights import Weights
from spacy_lstm_tagger.models.windows import Windows

N_INPUTS, INPUT_SIZE = 9, 5


def make_lstm(width=6, depth=1, bidirectional=True):
    """width (int): Width of a direction."""
    torch.manual_seed(0)
    sequence = SequenceLSTM(
        INPUT_SIZE,
        width=width * (1 + bidirectional),
        depth=depth,
        bidirectional=bidirectional,
    )
    for parameter in sequence.parameters():
        nn.init.normal_(parameter, std=0.5)
    return sequence


def weights_of(sequence, prefix=""):
    state = sequence.state_dict()
    return Weights({}, {f"{prefix}{name}": tensor.numpy() for name, tensor in state.items()})


def compiled(sequence):
    return LSTM.compile(weights_of(sequence), "", bidirectional=sequence.lstm.bidirectional)


def make_batch(lengths):
    """Distinct inputs, which of them each token is, and the lengths."""
    random = numpy.random.default_rng(0)
    inputs = random.normal(scale=2, size=(N_INPUTS, INPUT_SIZE)).astype("float32")
    return inputs, random.integers(N_INPUTS, size=sum(lengths)), numpy.array(lengths)


@torch.no_grad()
def reference(sequence, inputs, index, lengths):
    """The hidden states that torch gives."""
    sequences = pack_sequence(
        torch.from_numpy(inputs[index]).split(lengths.tolist()), enforce_sorted=False
    )
    return torch.cat(unpack_sequence(sequence.lstm(sequences)[0])).numpy()


def assert_same(lstm, lengths):
    network = compiled(lstm)
    inputs, index, lengths = make_batch(lengths)
    expected = reference(lstm, inputs, index, lengths)
    projected = network.project(inputs)
    for n_threads in (1, 3):
        found = numpy.empty((len(index) + 1, expected.shape[1]), dtype="float32")
        windows = Windows.whole(lengths)
        network.run_windows(projected, index, windows, found, None, n_threads=n_threads)
        assert_allclose(found[:-1], expected, atol=2e-6)
    assert_allclose(network.run(projected, index, lengths), expected, atol=2e-6)


MANY = numpy.random.default_rng(0).integers(1, 60, size=400).tolist()
of_any_shape = pytest.mark.parametrize(
    ("depth", "bidirectional"), [(1, True), (2, False), (3, True)]
)


@of_any_shape
@pytest.mark.parametrize("lengths", [[1], [7], [3, 3], [2, 7, 1, 5], [700, 1, 300], MANY])
def test_it_gives_what_torch_gives(depth, bidirectional, lengths):
    assert_same(make_lstm(depth=depth, bidirectional=bidirectional), lengths)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_any_lengths(lengths):
    assert_same(make_lstm(depth=2), lengths)


@pytest.mark.parametrize("lengths", [[1000], [3, 700, 20, 321, 320]])
def test_a_long_sequence_is_read_in_windows_that_know_their_context(lengths):
    """Each window gives what torch gives for the tokens in it, of which some are dropped."""
    lstm = make_lstm(depth=2)
    network = compiled(lstm)
    inputs, index, lengths = make_batch(lengths)
    windows = Windows.of_docs(lengths)
    hidden = numpy.empty((len(index) + 1, 2 * network.direction_width), dtype="float32")
    network.run_windows(network.project(inputs), index, windows, hidden, None, n_threads=2)
    read = numpy.concatenate([index[window.start : window.end] for window in each(windows)])
    expected = iter(
        numpy.split(
            reference(lstm, inputs, read, windows.window_lengths),
            numpy.cumsum(windows.window_lengths),
        )
    )
    for window in each(windows):
        kept = slice(window.keep_start - window.start, window.keep_end - window.start)
        found = hidden[window.keep_start : window.keep_end]
        assert_allclose(found, next(expected)[kept], atol=2e-6)


def each(windows):
    return [Windows(*positions) for positions in zip(*windows, strict=True)]


def test_gates_far_from_zero():
    lstm = make_lstm(width=2)
    network = compiled(lstm)
    inputs = numpy.array([[1e4], [-1e4]], dtype="float32") * numpy.ones(INPUT_SIZE, "float32")
    index = numpy.array([0, 1, 0, 1])
    lengths = numpy.array([4])
    expected = reference(lstm, inputs, index, lengths)
    found = network.run(network.project(inputs), index, lengths)
    assert_allclose(found, expected, atol=1e-6)
