import numpy
import torch
from numpy.testing import assert_allclose

from spacy_lstm_tagger.models.numpy_network import Affine, log_softmax
from spacy_lstm_tagger.models.pytorch import TagLogProbs
from spacy_lstm_tagger.models.weights import Weights


def make_tagger(n_in=6, n_tags=4):
    torch.manual_seed(0)
    tagger = TagLogProbs(n_in=n_in, n_tags=n_tags)
    for parameter in tagger.parameters():
        torch.nn.init.normal_(parameter, std=3)
    return tagger, {name: value.numpy() for name, value in tagger.state_dict().items()}


def test_it_gives_what_pytorch_gives():
    tagger, arrays = make_tagger()
    hidden = numpy.random.default_rng(0).normal(size=(50, 6)).astype("float32")
    with torch.inference_mode():
        expected = tagger(torch.from_numpy(hidden)).numpy()
    log_probs = log_softmax(Affine.compile(Weights({}, arrays))(hidden))
    assert log_probs.dtype == "float32"
    assert_allclose(log_probs, expected, rtol=1e-5, atol=1e-6)


def test_rounded_weights_are_widened():
    _, arrays = make_tagger()
    affine = Affine.compile(Weights({}, arrays).rounded("float16", []))
    assert (affine.weights == arrays["affine.weight"].astype("float16").T).all()
    assert affine.weights.dtype == affine.bias.dtype == "float32"


def test_log_softmax_of_large_and_of_impossible_scores():
    scores = numpy.array([[1e4, 1e4, -1e4], [0, -numpy.inf, 0], [3, 3, 3]], dtype="float32")
    before = scores.copy()
    expected = torch.log_softmax(torch.from_numpy(scores), dim=1)
    assert_allclose(log_softmax(scores), expected, rtol=1e-6)
    assert (scores == before).all()
    assert log_softmax(scores[:0]).shape == (0, 3)
