import json

import pytest
import safetensors.torch
import torch

from spacy_lstm_tagger.models.settings import TagsSettings
from spacy_lstm_tagger.models.shim import TorchShim
from spacy_lstm_tagger.models.tagger import build_output
from spacy_lstm_tagger.models.weights import (
    FORMAT,
    FORMAT_VERSION,
    digest,
    dump_weights,
    load_weights,
)


def make_shim(**settings):
    return TorchShim(build_output, TagsSettings(**{"n_in": None, "n_tags": None, **settings}))


def save(tensors, version=FORMAT_VERSION, **settings):
    sha256 = digest(settings, tensors)
    header = json.dumps({"version": version, "settings": settings, "sha256": sha256})
    return safetensors.torch.save(tensors, metadata={FORMAT: header})


WEIGHTS = {"affine.weight": torch.ones(2, 3), "affine.bias": torch.ones(2)}
SETTINGS = {"n_in": 3, "n_tags": 2}


def test_settings_and_every_bit_come_back():
    tensors = {"one": torch.randn(2, 3), "two": torch.tensor([3.5]).bfloat16()}
    settings, loaded, is_half = load_weights(dump_weights({"n": [1, 2]}, tensors))
    assert settings == {"n": [1, 2]}
    assert not is_half
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)


def test_half_precision_takes_half_the_space():
    tensors = {"one": torch.randn(50, 30), "two": torch.arange(3)}
    data = dump_weights({"n": 1}, tensors, half=True)
    assert len(data) < 0.55 * len(dump_weights({"n": 1}, tensors))
    _, loaded, is_half = load_weights(data)
    assert is_half
    assert loaded["one"].dtype == torch.float32
    assert torch.equal(loaded["one"], tensors["one"].half().float())
    assert torch.equal(loaded["two"], tensors["two"])
    assert dump_weights({"n": 1}, loaded, half=True) == data


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
    shim = make_shim(**SETTINGS).from_bytes(save(WEIGHTS, **SETTINGS))
    before = shim.to_bytes()
    with pytest.raises(ValueError, match=message):
        shim.from_bytes(data)
    assert shim.to_bytes() == before


def test_sizes_that_would_not_fit_in_memory_are_refused():
    with pytest.raises(ValueError, match="1000000000"):
        make_shim().from_bytes(save(WEIGHTS, n_in=10**6, n_tags=10**9))


def test_settings_of_another_network_are_refused():
    with pytest.raises(ValueError, match=r"bad settings.*width"):
        make_shim().from_bytes(save(WEIGHTS, **SETTINGS, width=8))
    with pytest.raises(ValueError, match=r"bad settings.*n_tags"):
        make_shim().from_bytes(save(WEIGHTS, n_in=3))
