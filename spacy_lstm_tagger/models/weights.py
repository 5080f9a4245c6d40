"""The file format of weights: safetensors, with settings and a checksum in the header."""

import json
from hashlib import sha256
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

FORMAT = "spacy_lstm_tagger"
FORMAT_VERSION = 1
HALF_VERSION = 2  # of weights in half precision, which earlier versions of the package refuse

Settings = dict[str, Any]
Tensors = dict[str, Tensor]


def dump_weights(settings: Settings, tensors: Tensors, *, half: bool = False) -> bytes:
    """Write settings and tensors.

    half (bool): Whether to round float32 to float16, which takes half the space.

    Raises a ValueError if a value is not finite, because `load_weights` refuses it.
    """
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
        "version": HALF_VERSION if half else FORMAT_VERSION,
        "settings": settings,
        "sha256": digest(settings, tensors),
    }
    return safetensors.torch.save(tensors, metadata={FORMAT: json.dumps(header)})


def load_weights(data: bytes) -> tuple[Settings, Tensors, bool]:
    """Read settings and tensors. Raises a ValueError if they differ from what was saved.

    RETURNS (tuple[Settings, Tensors, bool]): The settings, the tensors, and whether they were saved
        in half precision. The tensors are in float32 then.
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
    if version > HALF_VERSION:
        raise ValueError(
            f"Can't load the weights: they have format {version}, and this version of "
            f"spacy-lstm-tagger reads formats up to {HALF_VERSION}. Install a newer one."
        )
    if saved.get("sha256") != digest(settings, tensors):
        raise ValueError(
            "Can't load the weights: damaged, their checksum differs. Copy the file again."
        )
    is_half = version == HALF_VERSION
    if is_half:
        tensors = {
            name: tensor.float() if tensor.dtype == torch.float16 else tensor
            for name, tensor in tensors.items()
        }
    return settings, tensors, is_half


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
