"""The LSTM over sequences, alone."""

import torch
from hosts import threads
from spacy_lstm_tagger.models.pytorch.fast_lstm import FusedWeights

from spacy_lstm_tagger.models.pytorch import sequence
from spacy_lstm_tagger.models.pytorch.sequence import SequenceLSTM


def test_gradients_are_the_same_each_time_with_several_threads():
    torch.manual_seed(0)
    lstm = SequenceLSTM(48, width=32, depth=1, bidirectional=True, precision="float32")
    inputs = torch.randn(5, 48, requires_grad=True)  # each occurs many times
    index, lengths = torch.randint(5, (4000,)), torch.full((400,), 10)
    gradients = []
    with threads(2):
        for _ in range(5):
            outputs, _ = lstm(inputs, index, lengths)
            gradients += torch.autograd.grad(outputs.sum(), inputs)
    assert all(torch.equal(gradient, gradients[0]) for gradient in gradients)


def test_weights_are_rearranged_once_for_words_that_come_one_by_one(monkeypatch):
    made = []

    def make(*args):
        made.append(FusedWeights(*args))
        return made[-1]

    monkeypatch.setattr(sequence, "FusedWeights", make)
    lstm = SequenceLSTM(8, width=6, depth=1, bidirectional=False, precision="float32").eval()
    state = None
    for _ in range(3):
        with torch.no_grad():
            _, state = lstm(torch.randn(1, 8), None, torch.tensor([1]), state)
    assert len(made) == 1
