import json

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_tagger.models.settings import TagsSettings
from spacy_lstm_tagger.models.shim import TorchShim
from spacy_lstm_tagger.models.tagger import build_output
from spacy_lstm_tagger.models.weights import (
    EIGHT_BIT_VERSION,
    FORMAT,
    FORMAT_VERSION,
    HALF_VERSION,
    MIN_SCALE,
    digest,
    dump_weights,
    load_weights,
    quantize,
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
    settings, loaded, version = load_weights(dump_weights({"n": [1, 2]}, tensors))
    assert settings == {"n": [1, 2]}
    assert version == FORMAT_VERSION
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)


def test_half_precision_takes_half_the_space():
    tensors = {"one": torch.randn(50, 30), "two": torch.arange(3)}
    data = dump_weights({"n": 1}, tensors, version=HALF_VERSION)
    assert len(data) < 0.55 * len(dump_weights({"n": 1}, tensors))
    _, loaded, version = load_weights(data)
    assert version == HALF_VERSION
    assert loaded["one"].dtype == torch.float32
    assert torch.equal(loaded["one"], tensors["one"].half().float())
    assert torch.equal(loaded["two"], tensors["two"])
    assert dump_weights({"n": 1}, loaded, version=HALF_VERSION) == data


def test_embeddings_in_eight_bits_take_a_quarter_of_the_space():
    tensors = {"table": torch.randn(500, 30), "two": torch.randn(3), "three": torch.arange(3)}
    data = dump_weights({"n": 1}, tensors, version=EIGHT_BIT_VERSION, tables=["table"])
    assert len(data) < 0.3 * len(dump_weights({"n": 1}, tensors))
    _, loaded, version = load_weights(data)
    assert version == EIGHT_BIT_VERSION
    assert loaded.keys() == tensors.keys()
    assert loaded["table"].dtype == loaded["two"].dtype == torch.float32
    torch.testing.assert_close(loaded["table"], tensors["table"], rtol=0, atol=0.02)
    assert torch.equal(loaded["two"], tensors["two"].half().float())
    assert torch.equal(loaded["three"], tensors["three"])
    again = dump_weights({"n": 1}, loaded, version=EIGHT_BIT_VERSION, tables=["table"])
    assert again == data


def test_levels_of_a_row():
    levels, scales = quantize(torch.tensor([[127.0, -63.4, 0.0], [0.0, 0.0, 0.0]]))
    assert levels.tolist() == [[127, -63, 0], [0, 0, 0]]
    assert scales.tolist() == [[1.0], [MIN_SCALE]]


LARGEST = 65504 * 127  # of float16, times the largest level
VALUES = st.floats(-LARGEST, LARGEST, width=32) | st.floats(-1, 1, width=32) | st.just(0.0)
ROWS = st.lists(VALUES, min_size=3, max_size=3)


@given(st.lists(ROWS, max_size=4))
def test_rounded_rows_are_near_and_stay_as_they_are(rows):
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 3)
    levels, scales = quantize(table)
    rounded = levels.float() * scales.float()
    # Half a step, and what the rounding of the scale adds to the largest level.
    assert (torch.abs(rounded - table) <= 0.57 * scales.float()).all()
    again, same = quantize(rounded)
    assert torch.equal(again, levels)
    assert torch.equal(same, scales)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf, 1e30])
@pytest.mark.parametrize("name", ["table", "other"])
def test_values_that_eight_bits_or_half_precision_can_not_hold_are_not_saved(name, value):
    tensors = {"table": torch.ones(2, 3), "other": torch.ones(2, 3)}
    tensors[name][1, 2] = value
    with pytest.raises(ValueError, match=rf"{name}.* not finite"):
        dump_weights({}, tensors, version=EIGHT_BIT_VERSION, tables=["table"])


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


LEVELS = torch.full((2, 3), 127, dtype=torch.int8)
SCALES = torch.ones(2, 1).half()
EIGHT_BIT = {
    "affine.weight": LEVELS,
    "affine.weight.scale": SCALES,
    "affine.bias": torch.ones(2).half(),
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"affine.weight.scale": None}, "affine.weight has not one scale a row"),
        ({"affine.weight.scale": SCALES[:1]}, "affine.weight has not one scale a row"),
        ({"affine.weight.scale": SCALES[:, 0]}, "affine.weight has not one scale a row"),
        ({"affine.weight.scale": SCALES * torch.inf}, "affine.weight has values that are not"),
        ({"affine.weight": LEVELS[0, 0], "affine.weight.scale": SCALES[0]}, "affine.weight is"),
        ({"affine.weight": LEVELS[:1], "affine.weight.scale": SCALES[:1]}, "affine.weight is"),
        ({"affine.weight": torch.ones(2, 3)}, "unknown: affine.weight.scale"),
        ({"affine.weight": None}, "affine.weight"),
    ],
)
def test_bad_weights_in_eight_bits_change_nothing(changed, message):
    shim = make_shim(**SETTINGS).from_bytes(save(EIGHT_BIT, version=EIGHT_BIT_VERSION, **SETTINGS))
    assert (shim.module.affine.weight == 127).all()
    before = shim.to_bytes()
    tensors = {name: t for name, t in {**EIGHT_BIT, **changed}.items() if t is not None}
    with pytest.raises(ValueError, match=message):
        shim.from_bytes(save(tensors, version=EIGHT_BIT_VERSION, **SETTINGS))
    assert shim.to_bytes() == before


@pytest.mark.parametrize("version", [FORMAT_VERSION, HALF_VERSION])
def test_earlier_formats_have_no_eight_bits(version):
    with pytest.raises(ValueError, match=r"affine\.weight"):
        make_shim(**SETTINGS).from_bytes(save(EIGHT_BIT, version=version, **SETTINGS))


def test_every_flipped_bit_of_eight_bits_is_found():
    data = dump_weights({"n": 1}, WEIGHTS, version=EIGHT_BIT_VERSION, tables=["affine.weight"])
    for place in range(8, len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        try:
            loaded = load_weights(bytes(flipped))
        except ValueError:
            continue
        raise AssertionError(f"byte {place} of {data!r} was flipped: {loaded}")


def test_swapped_tables_are_found():
    tables = {"one": torch.ones(2, 3), "two": torch.zeros(2, 3)}
    data = dump_weights({}, tables, version=EIGHT_BIT_VERSION, tables=tables)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    tensors = safetensors.torch.load(data)
    tensors["one"], tensors["two"] = tensors["two"], tensors["one"]
    with pytest.raises(ValueError, match="checksum"):
        load_weights(safetensors.torch.save(tensors, metadata=header))


def test_sizes_that_would_not_fit_in_memory_are_refused():
    with pytest.raises(ValueError, match="1000000000"):
        make_shim().from_bytes(save(WEIGHTS, n_in=10**6, n_tags=10**9))


def test_settings_of_another_network_are_refused():
    with pytest.raises(ValueError, match=r"bad settings.*width"):
        make_shim().from_bytes(save(WEIGHTS, **SETTINGS, width=8))
    with pytest.raises(ValueError, match=r"bad settings.*n_tags"):
        make_shim().from_bytes(save(WEIGHTS, n_in=3))
