import json

import numpy
import pytest
import safetensors.torch
import torch
from thinc.api import Adam

from spacy_lstm_tagger.models.pytorch import TagLogProbs
from spacy_lstm_tagger.models.shim import FORMAT, FORMAT_VERSION, TorchShim, digest


def make_shim(n_in=3, n_tags=2, seed=0):
    torch.manual_seed(seed)
    shim = TorchShim(TagLogProbs, {"n_in": n_in, "n_tags": None})
    shim.initialize(n_tags=n_tags)
    torch.nn.init.normal_(shim.module.affine.weight)
    return shim


def save(tensors, version=FORMAT_VERSION, **settings):
    sha256 = digest(settings, tensors)
    header = json.dumps({"version": version, "settings": settings, "sha256": sha256})
    return safetensors.torch.save(tensors, metadata={FORMAT: header})


WEIGHTS = {"affine.weight": torch.ones(2, 3), "affine.bias": torch.ones(2)}
SETTINGS = {"n_in": 3, "n_tags": 2}


def test_round_trip_keeps_every_bit():
    shim = make_shim()
    loaded = TorchShim(TagLogProbs, {"n_in": 3, "n_tags": None}).from_bytes(shim.to_bytes())
    hidden = torch.randn(5, 3)
    assert torch.equal(shim.predict([hidden]), loaded.predict([hidden]))
    assert loaded.to_bytes() == shim.to_bytes()
    assert not loaded.module.training


def test_without_weights_there_is_nothing_to_use_or_save():
    shim = TorchShim(TagLogProbs, {"n_in": 3, "n_tags": None})
    assert not shim.is_initialized
    assert shim.to_bytes() == b""
    assert not TorchShim(TagLogProbs, {}).from_bytes(b"").is_initialized
    with pytest.raises(ValueError, match="initialize"):
        shim.predict([torch.zeros(1, 3)])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x80\x04.", "damaged"),
        (b"x" * 100, "damaged"),
        (save(WEIGHTS, **SETTINGS)[:-1], "damaged"),
        (safetensors.torch.save(WEIGHTS), "damaged"),
        (save(WEIGHTS, **SETTINGS)[:-1] + b"!", "checksum"),
        (save({**WEIGHTS, "affine.bias": torch.ones(2).bfloat16()}, **SETTINGS), "bfloat16"),
        (save(WEIGHTS, version=99, **SETTINGS), "format 99"),
        (save(WEIGHTS, n_in=4, n_tags=2), "n_in = 4"),
        (save(WEIGHTS, n_in=3, n_tags=10**12), "n_tags = 1000000000000"),
        (save({"affine.bias": torch.ones(2)}, **SETTINGS), "affine.weight"),
        (save({**WEIGHTS, "more": torch.ones(2)}, **SETTINGS), "more"),
        (save({**WEIGHTS, "affine.bias": torch.ones(3)}, **SETTINGS), "affine.bias"),
        (save({**WEIGHTS, "affine.bias": torch.ones(2).half()}, **SETTINGS), "float16"),
        (save({**WEIGHTS, "affine.bias": torch.tensor([0, torch.nan])}, **SETTINGS), "finite"),
    ],
)
def test_bad_weights_change_nothing(data, message):
    shim = make_shim()
    before = shim.to_bytes()
    with pytest.raises(ValueError, match=message):
        shim.from_bytes(data)
    assert shim.to_bytes() == before


def test_sizes_that_would_not_fit_in_memory_are_refused():
    shim = TorchShim(TagLogProbs, {"n_in": None, "n_tags": None})
    with pytest.raises(ValueError, match="1000000000"):
        shim.from_bytes(save(WEIGHTS, n_in=10**6, n_tags=10**9))


def test_a_parameter_moves_against_its_gradient_and_keeps_its_storage():
    shim = make_shim()
    weight = shim.module.affine.weight
    before, storage = weight.detach().clone(), weight.data_ptr()
    log_probs, backprop = shim.begin_update([torch.ones(1, 3)])
    backprop(log_probs, torch.tensor([[1.0, -1.0]]))
    shim.finish_update(Adam(0.01))
    assert weight.data_ptr() == storage
    assert weight.grad is None
    torch.testing.assert_close(weight[0], before[0] - 0.01)
    torch.testing.assert_close(weight[1], before[1] + 0.01)


def test_averaged_parameters_are_used_and_put_back():
    shim = make_shim()
    before = shim.to_bytes()
    average = numpy.full((2, 3), 7.0, dtype="f")
    with shim.use_params({(shim.id, "affine.weight"): average, (shim.id + 1, "affine.bias"): None}):
        assert (shim.module.affine.weight == 7).all()
    assert shim.to_bytes() == before
    with pytest.raises(RuntimeError), shim.use_params({(shim.id, "affine.weight"): average}):
        raise RuntimeError
    assert shim.to_bytes() == before


def test_a_copy_is_trained_apart():
    shim = make_shim()
    copied = shim.copy()
    assert copied.id != shim.id
    torch.nn.init.zeros_(copied.module.affine.weight)
    assert (shim.module.affine.weight != 0).all()


def test_prediction_leaves_the_mode_alone_and_keeps_no_graph():
    shim = make_shim()
    shim.predict([torch.ones(1, 3)])
    assert not shim.module.training
    assert not shim.predict([torch.ones(1, 3)]).requires_grad
