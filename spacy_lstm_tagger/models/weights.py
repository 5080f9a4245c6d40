"""The file format of weights: safetensors, with settings and a checksum in the header."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

FORMAT = "spacy_lstm_tagger"
# Versions of the format. Each version of the package refuses those that it does not know.
FORMAT_VERSION = 1
HALF_VERSION = 2  # weights in half precision
EIGHT_BIT_VERSION = 3  # the same, but tables of embeddings are in eight bits, with a scale a row

SCALE = ".scale"  # ends the name of the tensor that has the scales of a table
# The smallest normal number of float16: smaller ones have fewer digits.
MIN_SCALE = torch.finfo(torch.float16).tiny
MAX_LEVEL = 127

Settings = dict[str, Any]
Tensors = dict[str, Tensor]


def dump_weights(
    settings: Settings,
    tensors: Tensors,
    *,
    version: int = FORMAT_VERSION,
    tables: Iterable[str] = (),
) -> bytes:
    """Write settings and tensors.

    version (int): The version of the format. `HALF_VERSION` rounds float32 to float16, and
        `EIGHT_BIT_VERSION` rounds the tables to int8 as well.
    tables (Iterable[str]): Names of the tensors that are tables of embeddings, float32,
        (n_rows, width).

    Raises a ValueError if a value is not finite, because `load_weights` refuses it.
    """
    half = version != FORMAT_VERSION
    if version == EIGHT_BIT_VERSION:
        tensors = dict(tensors)
        for name in tables:
            tensors[name], tensors[name + SCALE] = quantize(tensors[name])
    tensors = {
        name: (tensor.half() if half and tensor.dtype == torch.float32 else tensor)
        .cpu()
        .contiguous()
        for name, tensor in tensors.items()
    }
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(
                f"Can't save the weights: {name} has values that are not finite. Training has "
                "diverged; start again with a lower [training.optimizer] learn_rate."
            )
    header = {
        "version": version,
        "settings": settings,
        "sha256": digest(settings, tensors),
    }
    return safetensors.torch.save(tensors, metadata={FORMAT: json.dumps(header)})


def load_weights(data: bytes) -> tuple[Settings, Tensors, int]:
    """Read settings and tensors. Raises a ValueError if they differ from what was saved.

    RETURNS (tuple[Settings, Tensors, int]): The settings, the tensors, and the version of the
        format. Tensors that were rounded are in float32.
    """
    try:
        # The tensors are views of the file: clones are writable and aligned.
        tensors = {name: t.clone() for name, t in safetensors.torch.load(data).items()}
        # The format starts with the length of the header in 8 bytes, then the header.
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        saved = json.loads(header["__metadata__"][FORMAT])
        version, settings = int(saved["version"]), dict(saved["settings"])
    except (safetensors.SafetensorError, ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"Can't load the weights: damaged or not ours ({error!r}).") from None
    if not FORMAT_VERSION <= version <= EIGHT_BIT_VERSION:
        raise ValueError(
            f"Can't load the weights: they have format {version}, and this version of "
            f"spacy-lstm-tagger reads formats up to {EIGHT_BIT_VERSION}. Install a newer one."
        )
    if saved.get("sha256") != digest(settings, tensors):
        raise ValueError(
            "Can't load the weights: damaged, their checksum differs. Copy the file again."
        )
    if version == EIGHT_BIT_VERSION:
        for name in [name for name, tensor in tensors.items() if tensor.dtype == torch.int8]:
            scales = tensors.pop(name + SCALE, None)
            if scales is None or scales.shape != (*tensors[name].shape[:-1], 1):
                raise ValueError(f"Can't load the weights: {name} has not one scale a row.")
            tensors[name] = tensors[name].float() * scales.float()
    if version != FORMAT_VERSION:
        tensors = {
            name: tensor.float() if tensor.dtype == torch.float16 else tensor
            for name, tensor in tensors.items()
        }
    return settings, tensors, version


def quantize(table: Tensor) -> tuple[Tensor, Tensor]:
    """Round each row of a table to multiples of a scale, from -127 to 127 times the scale.

    The product of a scale, of 11 bits, and a level is exact in float32, so a table that was rounded
    once stays as it is.

    table (Tensor): float32, (n_rows, width).
    RETURNS (tuple[Tensor, Tensor]): The levels, int8, (n_rows, width), and the scales, float16,
        (n_rows, 1). Scales of rows that are not finite or above 8 million are not finite.
    """
    scales = (table.abs().amax(1, keepdim=True) / MAX_LEVEL).clamp(min=MIN_SCALE).half()
    return (table / scales.float()).round().to(torch.int8), scales


def check_weights(tensors: Tensors, expected: Tensors) -> None:
    """Raise a ValueError unless the tensors have the expected names, shapes and dtypes, and are
    finite."""
    if tensors.keys() != expected.keys():
        names = sorted(tensors.keys() ^ expected.keys())
        raise ValueError(f"Can't load the weights: missing or unknown: {', '.join(names)}.")
    for name, tensor in tensors.items():
        shape, dtype = expected[name].shape, expected[name].dtype
        if tensor.shape != shape or tensor.dtype != dtype:
            raise ValueError(
                f"Can't load the weights: {name} is {tensor.dtype} {tuple(tensor.shape)} where "
                f"{dtype} {tuple(shape)} was expected."
            )
        if not torch.isfinite(tensor).all():
            raise ValueError(f"Can't load the weights: {name} has values that are not finite.")


def assign_weights(module: nn.Module, tensors: Tensors) -> None:
    """Make tensors, which `check_weights` has checked, the parameters of a module."""
    # load_state_dict fails for nn.LSTM if the host program lets torch swap parameters
    # (torch.__future__.set_swap_module_params_on_conversion).
    for name, tensor in tensors.items():
        layer, _, parameter = name.rpartition(".")
        setattr(module.get_submodule(layer), parameter, nn.Parameter(tensor))


def digest(settings: Settings, tensors: Tensors) -> str:
    """A checksum of settings and tensors: other weights of the same sizes would load, too."""
    sha = sha256(json.dumps(settings, sort_keys=True).encode())
    for name in sorted(tensors):
        data = tensors[name].contiguous().reshape(-1).view(torch.uint8)  # numpy has no bfloat16
        sha.update(name.encode() + data.numpy().tobytes())
    return sha.hexdigest()
