import pytest
import torch
from hosts import threads
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from spacy_lstm_tagger.models.pytorch import SequenceLSTM

LENGTHS = torch.tensor([3, 7, 1, 5, 7])
WIDTH = 16


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("has_state", [False, True])
def test_outputs_states_and_gradients_are_those_of_torch(depth, bidirectional, has_state):
    torch.manual_seed(0)
    sequence = make_sequence(depth=depth, bidirectional=bidirectional)
    inputs = [random(length, 20) for length in LENGTHS.tolist()]
    n_directions = 1 + bidirectional
    shape = (depth * n_directions, len(LENGTHS), WIDTH // n_directions)
    state = (random(*shape), random(*shape)) if has_state else None

    hidden, last = sequence(torch.cat(inputs), torch.arange(LENGTHS.sum()), LENGTHS, state)
    packed, expected_last = sequence.lstm(pack_sequence(inputs, enforce_sorted=False), state)
    expected = torch.cat(unpack_sequence(packed))
    torch.testing.assert_close((hidden, last), (expected, expected_last), rtol=0, atol=1e-12)

    weights = [torch.randn_like(values) for values in (hidden, *last)]
    leaves = [*inputs, *(state or ()), *sequence.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad([hidden, *last], leaves, weights),
        torch.autograd.grad([expected, *expected_last], leaves, weights),
        rtol=0,
        atol=1e-10,
    )


@pytest.mark.parametrize("has_state", [False, True])
def test_the_way_for_a_gpu_gives_the_same(has_state):
    torch.manual_seed(0)
    sequence = make_sequence(depth=2, bidirectional=True)
    inputs = random(int(LENGTHS.sum()), 20)
    shape = (4, len(LENGTHS), WIDTH // 2)
    state = (random(*shape), random(*shape)) if has_state else None
    expected = sequence.run_on_cpu(inputs, LENGTHS, state)
    found = sequence.run_on_gpu(inputs, LENGTHS, state)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def test_units_are_dropped_between_layers():
    sequence = make_sequence(depth=2, bidirectional=True)
    sequence.set_dropout(0.5)
    torch.manual_seed(0)
    sequence.dropout.p = 0.0
    inputs = random(int(LENGTHS.sum()), 20)
    index = torch.arange(len(inputs))
    one, other = (sequence(inputs, index, LENGTHS)[0] for _ in range(2))
    assert not torch.equal(one, other)
    sequence.set_dropout(0.0)
    one, other = (sequence(inputs, index, LENGTHS)[0] for _ in range(2))
    assert torch.equal(one, other)


def test_gradients_are_the_same_each_time_with_several_threads():
    torch.manual_seed(0)
    lstm = SequenceLSTM(48, width=32, depth=1, bidirectional=True)
    inputs = torch.randn(5, 48, requires_grad=True)  # each occurs many times
    index, lengths = torch.randint(5, (4000,)), torch.full((400,), 10)
    gradients = []
    with threads(2):
        for _ in range(3):
            outputs, _ = lstm(inputs, index, lengths)
            gradients += torch.autograd.grad(outputs.sum(), inputs)
    assert all(torch.equal(gradient, gradients[0]) for gradient in gradients)


def make_sequence(**sizes):
    return SequenceLSTM(20, width=WIDTH, **sizes).double().train()


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)
