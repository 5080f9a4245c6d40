import pytest
import torch
from hosts import threads
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from spacy_lstm_tagger.models.pytorch import SequenceLSTM

LENGTHS = torch.tensor([3, 7, 1, 5, 7])
WIDTH = 16


@pytest.mark.parametrize(("depth", "heads"), [(1, 1), (2, 1), (1, 2), (1, 4)])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("has_state", [False, True])
def test_outputs_states_and_gradients_are_those_of_torch(depth, heads, bidirectional, has_state):
    torch.manual_seed(0)
    sequence = make_sequence(depth=depth, bidirectional=bidirectional, heads=heads)
    inputs = [random(length, 20) for length in LENGTHS.tolist()]
    n_directions = 1 + bidirectional
    shape = (depth * n_directions, len(LENGTHS), WIDTH // n_directions)
    state = (random(*shape), random(*shape)) if has_state else None

    hidden, last = sequence(torch.cat(inputs), torch.arange(LENGTHS.sum()), LENGTHS, state)
    expected, expected_last = reference(sequence, inputs, state)
    torch.testing.assert_close((hidden, last), (expected, expected_last), rtol=0, atol=1e-12)

    weights = [torch.randn_like(values) for values in (hidden, *last)]
    leaves = [*inputs, *(state or ()), *sequence.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad([hidden, *last], leaves, weights),
        torch.autograd.grad([expected, *expected_last], leaves, weights),
        rtol=0,
        atol=1e-10,
    )


def reference(sequence, inputs, state):
    """The hidden states of torch's LSTMs and their last states, the heads of a direction joined."""
    n_heads = len(sequence.heads)
    states = [None] * n_heads
    if state is not None:
        hidden, cells = (values.chunk(n_heads, dim=2) for values in state)
        states = list(zip(hidden, cells, strict=True))
    hidden = []
    last_hidden = []
    last_cells = []
    for head, first in zip(sequence.heads, states, strict=True):
        packed, last = head(pack_sequence(inputs, enforce_sorted=False), first)
        rows = torch.cat(unpack_sequence(packed))
        hidden.append(rows.chunk(1 + head.bidirectional, dim=1))
        last_hidden.append(last[0])
        last_cells.append(last[1])
    columns = [head for direction in zip(*hidden, strict=True) for head in direction]
    return torch.cat(columns, dim=1), (torch.cat(last_hidden, dim=2), torch.cat(last_cells, dim=2))


@pytest.mark.parametrize(("depth", "heads"), [(2, 1), (1, 4)])
@pytest.mark.parametrize("has_state", [False, True])
def test_the_way_for_a_gpu_gives_the_same(depth, heads, has_state):
    torch.manual_seed(0)
    sequence = make_sequence(depth=depth, bidirectional=True, heads=heads)
    inputs = random(int(LENGTHS.sum()), 20)
    shape = (2 * depth, len(LENGTHS), WIDTH // 2)
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


def test_the_initial_weights_of_a_head_follow_its_own_width():
    torch.manual_seed(0)
    sequence = SequenceLSTM(20, width=64, depth=1, bidirectional=True, heads=8)
    for weights in sequence.parameters():
        assert 0.3 < weights.abs().max() <= 4**-0.5


def make_sequence(**sizes):
    return SequenceLSTM(20, width=WIDTH, **sizes).double().train()


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)
