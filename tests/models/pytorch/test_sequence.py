"""The LSTM over sequences, alone."""

import torch
from hosts import threads

from spacy_lstm_tagger.models.pytorch.sequence import SequenceLSTM


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
