"""Carries a PyTorch module through Thinc: prediction, training, averages, saving, loading."""

import contextlib
import copy
import json
import os
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any, cast

import safetensors
import safetensors.torch
import torch
from thinc.api import Model, NumpyOps, Optimizer, Shim, get_torch_default_device, torch2xp, xp2torch
from thinc.types import Floats2d, FloatsXd
from torch import Tensor, nn

FORMAT = "spacy_lstm_tagger"
FORMAT_VERSION = 1

NUMPY_OPS = NumpyOps()  # for what stays in main memory on a GPU, too

# A forked process inherits none of the threads that OpenMP started, but waits for them for ever.
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


class TorchShim(Shim):
    """Holds a PyTorch module that is built when all its settings are known.

    Thinc's own PyTorchShim needs the module at once, ignores averaged parameters, saves
    a pickle, and changes the module's mode with each prediction, which other threads see.

    build (Callable[..., nn.Module]): Makes the module from the settings.
    settings (Dict[str, Any]): What build takes, as JSON values; None for what the data will tell.
    """

    def __init__(self, build: Callable[..., nn.Module], settings: dict[str, Any]) -> None:
        super().__init__(None)
        self.build = build
        self.settings = settings

    @property
    def module(self) -> nn.Module:
        """The PyTorch module. Raises a ValueError before there is one."""
        if self._model is None:
            raise ValueError(
                "The network has no weights yet: initialize the pipeline with nlp.initialize(), "
                "train it with 'spacy train', or load a trained one with spacy.load()."
            )
        return self._model

    @property
    def is_initialized(self) -> bool:
        return self._model is not None

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device

    def initialize(self, **settings: Any) -> None:
        """Build the module with fresh weights.

        **settings: Those that the data tell.
        """
        self.settings = {**self.settings, **settings}
        try:
            module = self.build(**self.settings)
        except RuntimeError as error:  # of an allocation
            raise ValueError(
                f"Can't make a network of these sizes: {self.settings}. Choose smaller ones in the "
                f"config ({error})."
            ) from error
        self._model = module.to(get_torch_default_device()).eval()

    def predict(self, fwd_args: Sequence[Any]) -> Any:
        """Call the module. It is in evaluation mode: to change that would disturb other threads."""
        with torch.inference_mode():
            return self.module(*fwd_args)

    def begin_update(self, fwd_args: Sequence[Any]) -> tuple[Any, Callable[[Tensor, Tensor], None]]:
        """Call the module in training mode.

        RETURNS (Tuple[Any, Callable]): What the module returns, and a function that takes one of
            the tensors in it and its gradient, and adds to the gradients of the parameters, and of
            those inputs that require one.
        """
        module = self.module.train()
        try:
            with torch.enable_grad():
                outputs = module(*fwd_args)
        finally:
            module.eval()

        return outputs, torch.autograd.backward

    def finish_update(self, optimizer: Optimizer) -> None:
        """Let the optimizer change each parameter that has a gradient, in place."""
        for name, parameter in self.module.named_parameters():
            if parameter.grad is not None:
                weights, _ = optimizer(
                    (self.id, name),
                    cast(FloatsXd, torch2xp(parameter.data)),
                    cast(FloatsXd, torch2xp(parameter.grad)),
                )
                set_values(parameter, weights)
                parameter.grad = None
        self._weights_changed()

    @contextlib.contextmanager
    def use_params(self, params: dict[tuple[int, str], Any]) -> Iterator[None]:
        """Use other values for the parameters, such as their averages, until the context ends."""
        saved: dict[str, Tensor] = {}
        parameters = dict(self._model.named_parameters()) if self.is_initialized else {}
        try:
            for name, parameter in parameters.items():
                if (self.id, name) in params:
                    saved[name] = parameter.detach().clone()
                    set_values(parameter, params[self.id, name])
            self._weights_changed()
            yield
        finally:
            for name, value in saved.items():
                set_values(parameters[name], torch2xp(value))
            self._weights_changed()

    def _weights_changed(self) -> None:
        """Have the module make anew what it has made of its weights."""
        if self.is_initialized:
            self.module.eval()

    def copy(self) -> "TorchShim":
        """A copy under an id of its own: an optimizer must not take the two for one."""
        copied = TorchShim(self.build, copy.deepcopy(self.settings))
        copied._model = copy.deepcopy(self._model)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> "TorchShim":
        return self.copy()

    def to_device(self, device_type: str, device_id: int) -> None:
        if self.is_initialized:
            self.module.to("cpu" if device_type == "cpu" else f"cuda:{device_id}")

    def to_bytes(self) -> bytes:
        """Weights and settings in the safetensors format; empty as long as there are no weights.

        Raises a ValueError if they are not finite: `from_bytes` would refuse them.
        """
        if not self.is_initialized:
            return b""
        tensors = {name: t.cpu().contiguous() for name, t in self.module.state_dict().items()}
        for name, tensor in tensors.items():
            if not torch.isfinite(tensor).all():
                raise ValueError(
                    f"Can't save the weights: {name} has values that are not finite. Training has "
                    "diverged; start again with a lower [training.optimizer] learn_rate."
                )
        header = {
            "version": FORMAT_VERSION,
            "settings": self.settings,
            "sha256": digest(self.settings, tensors),
        }
        return safetensors.torch.save(tensors, metadata={FORMAT: json.dumps(header)})

    def from_bytes(self, bytes_data: bytes) -> "TorchShim":
        """Load weights. Nothing is changed unless all of them are sound and of the right size.

        Raises a ValueError that says what is wrong.
        """
        if not bytes_data:
            self._model = None
            return self
        settings, tensors = _read(bytes_data)
        for name, value in self.settings.items():
            if value is not None and settings.get(name) != value:
                raise ValueError(
                    f"Can't load the weights: they were saved with {name} = {settings.get(name)}, "
                    f"but the config and the vocabulary say {name} = {value}. Load files that were "
                    "saved together."
                )
        try:
            with torch.device("meta"):  # allocates nothing, whatever the settings
                module = self.build(**settings)
        except (RuntimeError, TypeError, ValueError) as error:
            raise ValueError(f"Can't load the weights: bad settings ({error}).") from error
        _check_tensors(tensors, module.state_dict())
        module.load_state_dict(tensors, assign=True)
        self.settings = settings
        self._model = module.to(get_torch_default_device()).eval()
        return self


def set_values(parameter: nn.Parameter, value: Any) -> None:
    """Change a parameter in place."""
    # spaCy updates a shared tok2vec between its forward and its backward pass. PyTorch does not
    # allow that, but does not see what is done to .data. The tensor stays the same, or else it
    # would not be in cuDNN's one block of weights.
    parameter.data.copy_(xp2torch(value, device=parameter.device))


def convert_outputs(model: Model, outputs: Tensor, lengths: list[int]) -> list[Floats2d]:
    """outputs (n_tokens, width) to (n_tokens of the Doc, width) for each Doc."""
    array = cast(Floats2d, torch2xp(outputs))
    return model.ops.unflatten(array, NUMPY_OPS.asarray1i(lengths))


def torch_shim(model: Model) -> TorchShim:
    """The shim of a layer that is a PyTorch module."""
    return cast(TorchShim, model.shims[0])


def is_initialized(model: Model) -> bool:
    """Whether each PyTorch module in a model has weights."""
    shims = [shim for node in model.walk() for shim in node.shims]
    return all(shim.is_initialized for shim in shims if isinstance(shim, TorchShim))


def _read(data: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Settings and tensors from the safetensors format."""
    try:
        # The tensors are views of the file: clones are writable and aligned.
        tensors = {name: t.clone() for name, t in safetensors.torch.load(data).items()}
        # The length of the header, then the header: the format's description.
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        saved = json.loads(header["__metadata__"][FORMAT])
        version, settings = int(saved["version"]), dict(saved["settings"])
    except (safetensors.SafetensorError, ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"Can't load the weights: damaged or not ours ({error!r}).") from None
    if version > FORMAT_VERSION:
        raise ValueError(
            f"Can't load the weights: they have format {version}, and this version of "
            f"spacy-lstm-tagger reads formats up to {FORMAT_VERSION}. Install a newer one."
        )
    if saved.get("sha256") != digest(settings, tensors):
        raise ValueError(
            "Can't load the weights: damaged, their checksum is another one. Copy them again."
        )
    return settings, tensors


def digest(settings: dict[str, Any], tensors: dict[str, Tensor]) -> str:
    """A checksum of all that is saved: other weights of the same sizes would load as well."""
    sha = sha256(json.dumps(settings, sort_keys=True).encode())
    for name in sorted(tensors):
        data = tensors[name].contiguous().reshape(-1).view(torch.uint8)  # numpy has no bfloat16
        sha.update(name.encode() + data.numpy().tobytes())
    return sha.hexdigest()


def _check_tensors(tensors: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """Raise a ValueError unless the tensors are the expected ones, of their shapes, and finite."""
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
