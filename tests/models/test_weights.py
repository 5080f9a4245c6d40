import json

import numpy
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from spacy_lstm_tagger.models import word_inputs
from spacy_lstm_tagger.models.settings import TagsSettings
from spacy_lstm_tagger.models.shim import NetworkShim
from spacy_lstm_tagger.models.weights import FORMAT, VERSION, Weights, arrays_digest, quantize


def make_shim(**settings):
    return NetworkShim(TagsSettings(**{"n_in": None, "n_tags": None, **settings}))


def save(arrays, version=VERSION, **settings):
    sha256 = arrays_digest(arrays, settings)
    header = json.dumps({"version": version, "settings": settings, "sha256": sha256})
    return safetensors.numpy.save(arrays, metadata={FORMAT: header})


def ones(*shape, dtype="float32"):
    return numpy.ones(shape, dtype=dtype)


def random(*shape):
    return numpy.random.default_rng(0).normal(size=shape).astype("float32")


def equal(arrays, others):
    assert arrays.keys() == others.keys()
    return all(numpy.array_equal(arrays[name], others[name]) for name in others)


WEIGHTS = {"affine.weight": ones(2, 3), "affine.bias": ones(2)}
SETTINGS = {"n_in": 3, "n_tags": 2}


def test_settings_and_every_bit_come_back():
    arrays = {"one": random(2, 3), "two": ones(1, dtype="float16")}
    loaded = Weights.from_bytes(Weights({"n": [1, 2]}, arrays).to_bytes())
    assert loaded.settings == {"n": [1, 2]}
    assert equal(loaded.arrays, arrays)
    assert {name: array.dtype for name, array in loaded.arrays.items()} == {
        "one": "float32",
        "two": "float16",
    }


@pytest.mark.parametrize(("rounding", "size"), [("float16", 0.55), ("int8", 0.3)])
def test_rounded_weights_take_less_space_and_are_near(rounding, size):
    exact = Weights({"n": 1}, {"table": random(500, 30), "two": random(3)})
    rounded = exact.rounded(rounding, ["table"])
    assert len(rounded.to_bytes()) < size * len(exact.to_bytes())
    widened = Weights.from_bytes(rounded.to_bytes()).to_float32()
    assert widened.keys() == exact.arrays.keys()
    assert widened["table"].dtype == widened["two"].dtype == "float32"
    numpy.testing.assert_allclose(widened["table"], exact.arrays["table"], atol=0.02)
    assert (widened["two"] == exact.arrays["two"].astype("float16")).all()
    again = Weights({"n": 1}, widened).rounded(rounding, ["table"])
    assert again.to_bytes() == rounded.to_bytes()


@pytest.mark.parametrize("rounding", [None, "float16", "int8"])
def test_rows_of_a_table_are_those_of_the_widened_one(rounding):
    weights = Weights({}, {"table": random(5, 3)})
    if rounding:
        weights = weights.rounded(rounding, ["table"])
    rows = weights.table("table").rows(numpy.array([[4, 0], [1, 4]]))
    assert rows.dtype == "float32"
    assert (rows == weights.to_float32()["table"][[[4, 0], [1, 4]]]).all()
    assert weights.table("another") is None


LARGEST = 65504 * 127  # of float16, times the largest level
VALUES = st.floats(-LARGEST, LARGEST, width=32) | st.floats(-1, 1, width=32) | st.just(0.0)
ROWS = st.lists(VALUES, min_size=3, max_size=3)


@given(st.lists(ROWS, max_size=4))
def test_rounded_rows_are_near_and_stay_as_they_are(rows):
    table = numpy.array(rows, dtype="float32").reshape(-1, 3)
    levels, scales = quantize(table)
    rounded = levels.astype("float32") * scales
    # Half a step, and what the rounding of the scale adds to the largest level.
    assert (abs(rounded - table) <= 0.57 * scales.astype("float32")).all()
    again, same = quantize(rounded)
    assert (again == levels).all()
    assert (same == scales).all()


@pytest.mark.parametrize("value", [numpy.nan, numpy.inf, -numpy.inf, 1e30])
@pytest.mark.parametrize("name", ["table", "other"])
def test_values_that_eight_bits_or_round_weights_can_not_hold_are_not_saved(name, value):
    arrays = {"table": ones(2, 3), "other": ones(2, 3)}
    arrays[name][1, 2] = value
    with pytest.raises(ValueError, match=rf"{name}.* not finite"):
        Weights({}, arrays).rounded("int8", ["table"]).to_bytes()


BFLOAT16 = safetensors.torch.save(
    {name: torch.ones(array.shape).bfloat16() for name, array in WEIGHTS.items()},
    metadata={FORMAT: json.dumps({"version": VERSION, "settings": SETTINGS, "sha256": ""})},
)
HUGE = b'{"a": {"dtype": "F32", "shape": [1000000000000], "data_offsets": [0, 4000000000000]}}'


LEVELS = ones(2, 3, dtype="int8") * 127
SCALES = ones(2, 1, dtype="float16")
EIGHT_BIT = {
    "affine.weight": LEVELS,
    "affine.weight.scale": SCALES,
    "affine.bias": ones(2, dtype="float16"),
}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x80\x04.", "damaged"),
        (b"x" * 100, "damaged"),
        (save(WEIGHTS, **SETTINGS)[:-1], "damaged"),
        (safetensors.numpy.save(WEIGHTS), "damaged"),
        # A header of 2^60 bytes, and a tensor of 10^12 numbers.
        ((2**60).to_bytes(8, "little"), "damaged"),
        (len(HUGE).to_bytes(8, "little") + HUGE, "damaged"),
        (BFLOAT16, "damaged"),
        (save(WEIGHTS, **SETTINGS)[:-1] + b"!", "their checksum differs. Copy the file again"),
        (save(WEIGHTS, version=99, **SETTINGS), "they have format 99, and this version"),
        (save(WEIGHTS, n_in=4, n_tags=2), "n_in = 4"),
        (save(WEIGHTS, n_in=3, n_tags=10**12), "n_tags = 1000000000000"),
        (save(WEIGHTS, **SETTINGS, width=8), "width = 8, which this version does not know"),
    ],
)
@pytest.mark.parametrize("arrays", [WEIGHTS, EIGHT_BIT], ids=["float32", "int8"])
def test_bad_weights_change_nothing(arrays, data, message):
    shim = make_shim(**SETTINGS).from_bytes(save(arrays, **SETTINGS))
    before = shim.to_bytes()
    with pytest.raises(ValueError, match=message):
        shim.from_bytes(data)
    assert shim.to_bytes() == before


def test_levels_are_multiplied_with_their_scales():
    shim = make_shim(**SETTINGS).from_bytes(save(EIGHT_BIT, **SETTINGS))
    assert (shim.module.affine.weight == 127).all()


def test_every_flipped_bit_of_eight_bits_is_found():
    data = Weights({"n": 1}, WEIGHTS).rounded("int8", ["affine.weight"]).to_bytes()
    for place in range(8, len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        try:
            loaded = Weights.from_bytes(bytes(flipped))
        except ValueError:
            continue
        raise AssertionError(f"byte {place} of {data!r} was flipped: {loaded}")


def test_swapped_tables_are_found():
    weights = Weights({}, {"one": ones(2, 3), "two": 0 * ones(2, 3)})
    data = weights.rounded("int8", ["one", "two"]).to_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    arrays = safetensors.numpy.load(data)
    arrays["one"], arrays["two"] = arrays["two"], arrays["one"]
    with pytest.raises(ValueError, match="checksum"):
        Weights.from_bytes(safetensors.numpy.save(arrays, metadata=header))


def test_a_file_without_a_setting_is_refused():
    with pytest.raises(TypeError, match="n_tags"):
        make_shim().from_bytes(save(WEIGHTS, n_in=3))


def test_constants_of_the_tables_belong_to_the_format():
    """A file does not say them. With others, its weights would tag wrongly, or not fit: whoever
    changes one raises `VERSION`, so that older files are refused, and changes this test."""
    constants = {name: value for name, value in vars(word_inputs).items() if name.isupper()}
    assert constants == {
        "UNKNOWN": 0,
        "N_SPECIAL": 1,
        "UNKNOWN_CHARACTER": 0,
        "N_SPECIAL_CHARACTERS": 1,
        "CHARACTER_WIDTH": 64,
        "FEATURE_WIDTH": 64,
        "FEATURE_ROWS": 5000,
        "VECTOR_WIDTH": 100,
        "EMBEDDING_SCALE": 3.0,
    }
    assert VERSION == 4
