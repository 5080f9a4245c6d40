import pytest
import torch
from hosts import threads
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from spacy_lstm_tagger.models.pytorch import SequenceLSTM
from spacy_lstm_tagger.models.pytorch.lstm import packed_lstm, reading_order
from spacy_lstm_tagger.models.pytorch.recurrence import trainable_lstm

LENGTHS = torch.tensor([3, 7, 1, 5, 7])
INDEX = torch.arange(int(LENGTHS.sum()))


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_outputs_and_gradients_are_those_of_torch(depth, bidirectional):
    torch.manual_seed(0)
    sequence = make_sequence(depth=depth, bidirectional=bidirectional)
    inputs = [random(length, 20) for length in LENGTHS.tolist()]

    hidden = sequence(torch.cat(inputs), INDEX, LENGTHS)
    packed, _ = sequence.lstm(pack_sequence(inputs, enforce_sorted=False))
    expected = torch.cat(unpack_sequence(packed))
    torch.testing.assert_close(hidden, expected, rtol=0, atol=1e-12)

    weights = torch.randn_like(hidden)
    leaves = [*inputs, *sequence.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad(hidden, leaves, weights),
        torch.autograd.grad(expected, leaves, weights),
        rtol=0,
        atol=1e-10,
    )


def test_the_way_for_a_gpu_gives_the_same():
    torch.manual_seed(0)
    sequence = make_sequence(depth=2, bidirectional=True)
    given = sequence.lstm, random(int(LENGTHS.sum()), 20), *reading_order(LENGTHS, 2)
    torch.testing.assert_close(packed_lstm(*given), trainable_lstm(*given), rtol=0, atol=1e-12)


def test_units_are_dropped_between_layers():
    sequence = make_sequence(depth=2, bidirectional=True)
    sequence.set_dropout(0.5)
    torch.manual_seed(0)
    sequence.dropout.p = 0.0
    inputs = random(int(LENGTHS.sum()), 20)
    one, other = (sequence(inputs, INDEX, LENGTHS) for _ in range(2))
    assert not torch.equal(one, other)
    sequence.set_dropout(0.0)
    one, other = (sequence(inputs, INDEX, LENGTHS) for _ in range(2))
    assert torch.equal(one, other)


def test_gradients_are_the_same_each_time_with_several_threads():
    torch.manual_seed(0)
    lstm = SequenceLSTM(48, width=32, depth=1, bidirectional=True)
    inputs = torch.randn(5, 48, requires_grad=True)  # each occurs many times
    index, lengths = torch.randint(5, (4000,)), torch.full((400,), 10)
    gradients = []
    with threads(2):
        for _ in range(3):
            outputs = lstm(inputs, index, lengths)
            gradients += torch.autograd.grad(outputs.sum(), inputs)
    assert all(torch.equal(gradient, gradients[0]) for gradient in gradients)


def make_sequence(**sizes):
    return SequenceLSTM(20, width=16, **sizes).double().train()


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def packed(values):
    return pack_sequence(list(values.split(LENGTHS.tolist())), enforce_sorted=False).data
