import numpy
import pytest
import torch
from numpy.testing import assert_allclose
from thinc.api import fix_random_seed

from spacy_lstm_tagger.models import build_lstm_encoder
from spacy_lstm_tagger.models.shim import network_shim

LENGTHS = [2, 0, 7, 1, 3, 5, 2, 1, 9, 4]


def make_inputs(*lengths, width=6):
    fix_random_seed(0)
    return [numpy.random.normal(size=(length, width)).astype("f") for length in lengths]


def make_encoder(architecture, depth=1, X=None):
    model = architecture(width=6, depth=depth, dropout=0.0)
    model.initialize(X=X or make_inputs(2))
    return model


@pytest.mark.parametrize("depth", [1, 2])
def test_any_batch_gives_the_same(depth):
    model = make_encoder(build_lstm_encoder, depth)
    X = make_inputs(*LENGTHS)
    outputs = model.predict(X)
    assert [output.shape for output in outputs] == [(length, 6) for length in LENGTHS]
    for x, output in zip(X, outputs, strict=True):
        assert_allclose(model.predict([x])[0], output, atol=1e-6)
    trained, _ = model.begin_update(X)
    for output, expected in zip(trained, outputs, strict=True):
        assert_allclose(output, expected, atol=1e-6)
    assert [output.shape for output in model.predict([X[1], X[1]])] == [(0, 6), (0, 6)]


def test_gradients_reach_the_input_and_the_weights():
    model = make_encoder(build_lstm_encoder)
    X, dY = make_inputs(3, 0, 2), make_inputs(3, 0, 2)
    module = network_shim(model).module
    weights = dict(module.named_parameters())
    # The gradients of nn.LSTM, run over one Doc after the other.
    rows = [torch.from_numpy(x).requires_grad_() for x in X]
    outputs = [module.lstm(row)[0] for row in rows if len(row)]
    gradients = [torch.from_numpy(dy) for dy in dY if len(dy)]
    torch.autograd.backward(outputs, gradients)
    expected = {name: weight.grad.clone() for name, weight in weights.items()}
    module.zero_grad()

    _, backprop = model.begin_update(X)
    for dx, row in zip(backprop(dY), rows, strict=True):
        assert_allclose(dx, row.grad if len(row) else row.detach(), atol=1e-6)
    for name, weight in weights.items():
        assert expected[name].any()
        assert_allclose(weight.grad, expected[name], atol=1e-5)


def test_depth_0_gives_the_input():
    X = make_inputs(3)
    assert make_encoder(build_lstm_encoder, 0, X).predict(X)[0] is X[0]


def test_other_widths_are_refused():
    with pytest.raises(ValueError, match=r"width 4, .* width = 6"):
        make_encoder(build_lstm_encoder).predict(make_inputs(2, width=4))
