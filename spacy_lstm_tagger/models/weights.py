"""The file format of weights: safetensors, with settings and a checksum in the header."""

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import numpy
import safetensors
import safetensors.numpy

from .types import Array, Floats

FORMAT = "spacy_lstm_tagger"
# Version of the format. Each version of the package refuses those that it does not know.
VERSION = 4
# How weights are rounded in a file: "float16" is half precision for all, "int8" is eight bits, with
# a scale for each row, for tables of embeddings, and half precision for the others.
Rounding = Literal["float16", "int8"]

# End of the name of the array that has the scales of a table.
SCALE_SUFFIX = ".scale"
# The smallest normal number of float16: smaller ones have fewer digits.
MIN_SCALE = numpy.finfo("float16").tiny
MAX_LEVEL = 127


class Weights(NamedTuple):
    """The weights of a network, as a file has them. They are never changed.

    settings (dict[str, Any]): The settings of the network.
    arrays (dict[str, Array]): float32, or float16 and int8 if they are rounded.
    """

    settings: dict[str, Any]
    arrays: dict[str, Array]

    @classmethod
    def from_bytes(cls, data: bytes) -> "Weights":
        """Read what `to_bytes` wrote. Raises a ValueError if it differs from what was written."""
        try:
            arrays = safetensors.numpy.load(data)
            # The format starts with the length of the header in 8 bytes, then the header.
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            saved = json.loads(header["__metadata__"][FORMAT])
            version = int(saved["version"])
            settings = dict(saved["settings"])
        except (
            safetensors.SafetensorError,
            ArithmeticError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            raise ValueError(f"Can't load the weights: damaged or not ours ({error!r}).") from None
        if version != VERSION:
            raise ValueError(
                f"Can't load the weights: they have format {version}, and this version of "
                f"spacy-lstm-tagger reads format {VERSION}. Install the version that saved them."
            )
        if saved.get("sha256") != arrays_digest(arrays, settings):
            raise ValueError(
                "Can't load the weights: damaged, their checksum differs. Copy the file again."
            )
        return cls(settings, arrays)

    def to_bytes(self) -> bytes:
        """Write the weights. Raises a ValueError if a value is not finite: such weights give no
        tags."""
        for name, array in self.arrays.items():
            if not numpy.isfinite(array).all():
                raise ValueError(
                    f"Can't save the weights: {name} has values that are not finite. Training has "
                    "diverged; start again with a lower [training.optimizer] learn_rate."
                )
        header = {
            "version": VERSION,
            "settings": self.settings,
            "sha256": arrays_digest(self.arrays, self.settings),
        }
        return safetensors.numpy.save(self.arrays, metadata={FORMAT: json.dumps(header)})

    def table(self, name: str) -> "WeightTable | None":
        """A table of embeddings; None if there is none."""
        values = self.arrays.get(name)
        return None if values is None else WeightTable(values, self.arrays.get(name + SCALE_SUFFIX))

    def to_float32(self) -> dict[str, Floats]:
        """All weights in float32: new arrays, with the names that the network has for them."""
        tables = {name: self.table(name) for name in self.arrays if not name.endswith(SCALE_SUFFIX)}
        return {name: table.to_float32() for name, table in tables.items() if table is not None}

    def rounded(self, rounding: Rounding, tables: Collection[str]) -> "Weights":
        """The weights in a smaller number format. Weights that were rounded in the same way before
        stay as they are.

        tables (Collection[str]): Names of the arrays that are tables of embeddings.
        """
        arrays: dict[str, Array] = {}
        for name, array in self.to_float32().items():
            if rounding == "int8" and name in tables:
                arrays[name], arrays[name + SCALE_SUFFIX] = quantize(array)
            else:
                # `to_bytes` refuses what is too large.
                with numpy.errstate(over="ignore"):
                    arrays[name] = array.astype("float16")
        return Weights(self.settings, arrays)


class WeightTable(NamedTuple):
    """A table, in the number format of its file. Rows are read in float32.

    values (Array): float32, float16 or int8, (n_rows, width).
    scales (Array | None): What int8 is multiplied with, float16, (n_rows, 1).
    """

    values: Array
    scales: Array | None = None

    @property
    def width(self) -> int:
        return int(self.values.shape[1])

    def rows(self, ids: Array) -> Floats:
        """Some rows in float32, (*ids.shape, width)."""
        rows: Floats = self.values[ids].astype("float32", copy=False)
        if self.scales is not None:
            rows *= self.scales[ids]
        return rows

    def to_float32(self) -> Floats:
        """All rows in float32: a new array."""
        return self.rows(numpy.arange(len(self.values)))


def quantize(table: Floats) -> tuple[Array, Array]:
    """Round each row of a table to multiples of a scale, from -127 to 127 times the scale.

    The product of a scale, of 11 bits, and a level is exact in float32, so a table that was rounded
    once stays as it is.

    table (Floats): (n_rows, width).
    RETURNS (tuple[Array, Array]): The levels, int8, (n_rows, width), and the scales, float16,
        (n_rows, 1). Scales of rows that are not finite or above 8 million are not finite.
    """
    with numpy.errstate(over="ignore", invalid="ignore"):
        largest = numpy.abs(table).max(axis=1, keepdims=True, initial=0)
        scales = numpy.maximum(largest / MAX_LEVEL, MIN_SCALE).astype("float16")
        return numpy.rint(table / scales.astype("float32")).astype("int8"), scales


def arrays_digest(arrays: Mapping[str, Array], settings: dict[str, Any]) -> str:
    """The SHA-256 digest of named arrays and of settings that JSON has: other arrays of the same
    sizes would load, too."""
    sha = sha256(json.dumps(settings, sort_keys=True).encode())
    for name in sorted(arrays):
        sha.update(name.encode())
        sha.update(numpy.ascontiguousarray(arrays[name]).data)
    return sha.hexdigest()
