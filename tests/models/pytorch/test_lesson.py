"""What the PyTorch lesson on sequence models shows, shown on our networks."""

import pytest
import torch
from torch import nn

from spacy_lstm_tagger.models.pytorch import TagLogProbs, WordEmbedding, WordNetwork
from spacy_lstm_tagger.models.word_inputs import FEATURE_ROWS, WordInputs

N_WORDS, N_FEATURES, N_CHARACTERS, STATIC_WIDTH = 9, 2, 4, 3


def make_network(*, width=6, depth=1, **sizes):
    torch.manual_seed(0)
    embedding = WordEmbedding(
        n_words=N_WORDS,
        word_width=4,
        n_features=N_FEATURES,
        n_characters=N_CHARACTERS,
        char_width=6,
        static_width=STATIC_WIDTH,
    )
    return WordNetwork(embedding, width=width, depth=depth, bidirectional=False, **sizes).eval()


def make_batch(*lengths):
    word_lengths = torch.arange(N_WORDS) % 5 + 1
    words = WordInputs(
        ids=torch.arange(N_WORDS),
        features=torch.randint(5, (N_WORDS, N_FEATURES)) + FEATURE_ROWS * torch.arange(N_FEATURES),
        characters=torch.randint(1 + N_CHARACTERS, (int(word_lengths.sum()),)),
        word_lengths=word_lengths,
        vectors=torch.randn(N_WORDS, STATIC_WIDTH),
    )
    return words, torch.randint(N_WORDS, (sum(lengths),)), torch.tensor(lengths)


@pytest.mark.parametrize("sizes", [{}, {"depth": 3}, {"hidden_width": 2}])
def test_word_by_word_gives_what_all_at_once_gives(sizes):
    network = make_network(**sizes)
    words, index, _ = make_batch(8)
    at_once, last = network(words, index, torch.tensor([8]))
    state = None
    for i in range(8):
        hidden, state = network(words, index[i : i + 1], torch.tensor([1]), state)
        torch.testing.assert_close(hidden[0], at_once[i], rtol=0, atol=1e-6)
    for carried, final in zip(state, last, strict=True):
        torch.testing.assert_close(carried, final, rtol=0, atol=1e-6)


def test_shapes():
    network, lengths = make_network(width=6, depth=3, hidden_width=2), (5, 1, 2)
    hidden, last = network(*make_batch(*lengths))
    assert hidden.shape == (sum(lengths), 6 + 2)
    # The state of each layer after each sentence, and its cell.
    assert [state.shape for state in last] == [(3, len(lengths), 6)] * 2
    # The last layer's state is the hidden state of the last word.
    torch.testing.assert_close(hidden[[4, 5, 7], :6], last[0][-1], rtol=0, atol=0)


def test_log_probabilities_are_of_an_affine_layer():
    tagger, hidden = TagLogProbs(n_in=6, n_tags=3), torch.randn(8, 6)
    nn.init.normal_(tagger.affine.weight)
    nn.init.normal_(tagger.affine.bias)
    scores = hidden @ tagger.affine.weight.T + tagger.affine.bias
    torch.testing.assert_close(tagger(hidden).exp(), scores.softmax(dim=1))


def test_dropout_is_for_training_only():
    network = make_network(depth=2)
    batch = make_batch(6)
    network.set_dropout(0.5, 0.5)
    torch.testing.assert_close(network(*batch)[0], network(*batch)[0], rtol=0, atol=0)
    network.train()
    assert not torch.equal(network(*batch)[0], network(*batch)[0])
    network.set_dropout(0.0, 0.0)
    torch.testing.assert_close(network(*batch)[0], network(*batch)[0], rtol=0, atol=0)


def test_the_same_units_are_dropped_at_each_step_of_a_sequence():
    network = make_network().train()
    network.set_dropout(0.5, 0.0)
    hidden, _ = network(*make_batch(*[20] * 5))
    for sentence in hidden.split(20):
        dropped = sentence == 0
        assert (dropped == dropped[0]).all()
    assert 0 < (hidden == 0).float().mean() < 1
    assert any(not torch.equal(sentence == 0, hidden[:20] == 0) for sentence in hidden.split(20))


def test_units_are_dropped_before_the_lstm():
    """Behind it, its state has all units."""
    network, batch = make_network().train(), make_batch(6)
    network.set_dropout(0.5, 0.0)
    (one, _), (other, _) = (network(*batch)[1] for _ in range(2))
    assert (one != other).all()


def test_the_hidden_layer_reads_each_word_with_units_dropped():
    network = make_network(hidden_width=8).train()
    nn.init.zeros_(network.hidden_layer.states.weight)  # it sees the words alone
    network.set_dropout(0.5, 0.0)
    words, _, _ = make_batch()
    index = torch.arange(N_WORDS).repeat(2)
    one, other = (network(words, index, torch.tensor([2 * N_WORDS]))[0][:, 6:] for _ in range(2))
    assert not torch.equal(one, other)
    # They are drawn for each distinct word.
    torch.testing.assert_close(one[:N_WORDS], one[N_WORDS:], rtol=0, atol=0)
