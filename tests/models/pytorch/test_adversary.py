import torch
from torch import nn

from spacy_lstm_tagger.models.pytorch import Adversary


def test_the_change_has_its_size_and_raises_the_loss():
    embedding, words, weights = nn.Embedding(9, 3), torch.arange(5), torch.randn(5, 3)

    def loss():
        return (embedding(words) * weights).sum()

    with Adversary(embedding).watch() as adversary:
        before = loss()
        before.backward()
        adversary.perturb(0.1)
        after = loss()
    expected = 0.1 * embedding(words).norm() * weights.norm()
    torch.testing.assert_close(after - before, expected)
    torch.testing.assert_close(loss(), before)


def test_without_a_gradient_nothing_changes():
    embedding, words = nn.Embedding(9, 3), torch.arange(5)
    with Adversary(embedding).watch() as adversary:
        before = embedding(words)
        adversary.perturb(0.1)
        torch.testing.assert_close(embedding(words), before)
