"""What the PyTorch lesson on sequence models shows, shown on our networks."""

import pytest
import torch
from torch import nn

from spacy_lstm_tagger.models.pytorch import TagLogProbs, WordEmbedding, WordLSTM
from spacy_lstm_tagger.models.pytorch.embedding import SCALE
from spacy_lstm_tagger.models.word_inputs import FEATURE_ROWS, WordInputs

N_WORDS, N_FEATURES, N_LETTERS, STATIC_WIDTH, N_TAGS = 9, 2, 4, 3, 3


def make_network(*, width=6, bidirectional=False, **sizes):
    torch.manual_seed(0)
    embedding = WordEmbedding(
        n_words=N_WORDS,
        word_width=4,
        n_features=N_FEATURES,
        n_letters=N_LETTERS,
        char_width=6,
        static_width=STATIC_WIDTH,
    )
    sizes = {"depth": 1, **sizes}
    return WordLSTM(embedding, width=width, bidirectional=bidirectional, **sizes).eval()


def make_tagger(width=6):
    tagger = TagLogProbs(n_in=width, n_tags=N_TAGS)
    nn.init.normal_(tagger.affine.weight)
    nn.init.normal_(tagger.affine.bias)
    return tagger


def make_batch(*lengths):
    word_lengths = torch.arange(N_WORDS) % 5 + 1
    words = WordInputs(
        ids=torch.arange(N_WORDS),
        features=torch.randint(5, (N_WORDS, N_FEATURES)) + FEATURE_ROWS * torch.arange(N_FEATURES),
        characters=torch.randint(1 + N_LETTERS, (int(word_lengths.sum()),)),
        word_lengths=word_lengths,
        vectors=torch.randn(N_WORDS, STATIC_WIDTH),
    )
    return words, torch.randint(N_WORDS, (sum(lengths),)), torch.tensor(lengths)


def reference(network, tagger, words, index, lengths):
    """Embedding, LSTM, affine, log-softmax, as the lesson has them: a word and a sentence at a
    time."""
    embedding = network.embedding
    columns = [SCALE * embedding.words.weight[words.ids]]
    columns += [SCALE * embedding.features.weight[words.features[:, i]] for i in range(N_FEATURES)]
    spellings = embedding.characters.letters(words.characters).split(words.word_lengths.tolist())
    lstm = embedding.characters.sequence.lstm
    states = [lstm(spelling.unsqueeze(1))[1][0] for spelling in spellings]
    columns += [torch.stack([last.flatten() for last in states])]
    lengths_of_vectors = words.vectors.norm(dim=1, keepdim=True)
    columns += [SCALE * embedding.vectors(words.vectors / lengths_of_vectors)]
    table = torch.cat(columns, dim=1)
    log_probs = []
    for sentence in index.split(lengths.tolist()):
        # sequence, mini-batch, element
        hidden, _ = network.sequence.lstm(table[sentence].unsqueeze(1))
        scores = hidden.squeeze(1) @ tagger.affine.weight.T + tagger.affine.bias
        log_probs.append(torch.log_softmax(scores, dim=1))
    return torch.cat(log_probs)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [(5,), (1,), (2, 7, 1, 7, 4)])
@pytest.mark.parametrize("training", [False, True])
def test_forward_and_backward_agree_with_torch(depth, bidirectional, lengths, training):
    network = make_network(depth=depth, bidirectional=bidirectional).train(training)
    tagger = make_tagger()
    batch = make_batch(*lengths)
    parameters = [*network.parameters(), *tagger.parameters()]

    log_probs = tagger(network(*batch)[0])
    expected = reference(network, tagger, *batch)
    torch.testing.assert_close(log_probs, expected, rtol=0, atol=1e-6)

    weights = torch.randn_like(log_probs)
    gradients = torch.autograd.grad((log_probs * weights).sum(), parameters)
    expected_gradients = torch.autograd.grad((expected * weights).sum(), parameters)
    for gradient, expected_gradient in zip(gradients, expected_gradients, strict=True):
        torch.testing.assert_close(gradient, expected_gradient, rtol=1e-4, atol=1e-5)


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


def test_last_output_is_last_hidden_state():
    hidden, (last, _) = make_network(depth=2)(*make_batch(8))
    torch.testing.assert_close(hidden[-1], last[-1, 0], rtol=0, atol=0)


def test_a_hidden_layer_stands_behind_the_state_and_sees_it_and_the_word():
    network, batch = make_network(hidden_width=2), make_batch(8)
    outputs, (last, _) = network(*batch)
    hidden, units = outputs.split([6, 2], dim=1)
    torch.testing.assert_close(hidden[-1], last[-1, 0], rtol=0, atol=0)
    layer = network.hidden_layer
    words, index, _ = batch
    embedded = network.embedding(words)[index]
    sums = hidden @ layer.states.weight.T + embedded @ layer.words.weight.T + layer.states.bias
    assert (sums < 0).any()
    assert (sums > 0).any()
    torch.testing.assert_close(units, sums.clamp(min=0), rtol=0, atol=1e-6)


@pytest.mark.parametrize("window_size", [1, 2])
def test_a_hidden_layer_sees_the_words_beside_it_in_its_sentence(window_size):
    sizes = {"bidirectional": True, "hidden_width": 2, "window_size": window_size}
    network, (words, index, lengths) = make_network(**sizes), make_batch(5, 1, 2, 4)
    outputs, _ = network(words, index, lengths)
    hidden, units = outputs.split([6, 2], dim=1)
    layer = network.hidden_layer
    matrices = layer.words.weight.split(2)  # V_k, from the first word of the window to the last
    start = 0
    for length in lengths.tolist():
        sentence = network.embedding(words)[index[start : start + length]]
        for i in range(length):
            sums = layer.states.weight @ hidden[start + i] + layer.states.bias
            for V, k in zip(matrices, range(-window_size, window_size + 1), strict=True):
                if 0 <= i + k < length:
                    sums = sums + V @ sentence[i + k]
            torch.testing.assert_close(units[start + i], sums.relu(), rtol=0, atol=1e-6)
        start += length


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
