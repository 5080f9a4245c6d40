"""A PyTorch module in Thinc: prediction, training, averages, saving, loading."""

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import accumulate
from typing import Any, cast

import torch
from thinc.api import (
    Model,
    Optimizer,
    Shim,
    get_torch_default_device,
    torch2xp,
    xp2torch,
)
from thinc.types import Floats2d, FloatsXd
from torch import Tensor, nn

from .isolation import CHANGES, WithoutInit, isolated, prepare_for_forks
from .lock import WeightsLock
from .pytorch.cache import WeightsCache, WeightsState, weights_state
from .types import Layer
from .weights import (
    FORMAT_VERSION,
    assign_weights,
    check_weights,
    dump_weights,
    load_weights,
)

Build = Callable[[Any, torch.device | str], nn.Module]
Rows = list[Floats2d]


class TorchShim(Shim):
    """Holds a PyTorch module that is built when all its settings are known.

    Thinc's own PyTorchShim needs the module from the start, ignores averaged parameters, saves
    a pickle, and changes the module's mode with each prediction, which other threads see.

    The module is always in evaluation mode. Training uses a copy that shares the parameters, so
    that threads that predict never see dropout. While weights change, `lock` keeps all readers
    out.

    build (Callable[[Any, torch.device | str], nn.Module]): Builds the module from the settings,
        with weights on a device.
    settings (Any): A frozen dataclass of JSON values; None for values to be inferred from the data.

    `format_version` is the version of the format in which weights are saved, see `dump_weights`.
    """

    def __init__(self, build: Build, settings: Any) -> None:
        super().__init__(None)
        self.build = build
        self.settings = settings
        self._given = settings  # by the config, without what the data or a file say
        self.format_version = FORMAT_VERSION
        self.lock = WeightsLock()
        self.cache: WeightsCache[Any] = WeightsCache()
        self._training_module: nn.Module | None = None
        self._layers: list[nn.Module] = []  # of the module
        self._n_changes = 0  # how often this class has changed the weights

    @property
    def module(self) -> nn.Module:
        """The PyTorch module. Raises a ValueError before there is one."""
        if self._model is None:
            raise ValueError(
                "The network has no weights yet: initialize the pipeline with nlp.initialize(), "
                "train it with 'spacy train', or load a trained one with spacy.load()."
            )
        return cast(nn.Module, self._model)

    @property
    def training_module(self) -> nn.Module:
        """A copy of the module in training mode that shares its parameters."""
        if self._training_module is None:
            parameters = {id(parameter): parameter for parameter in self.module.parameters()}
            self._training_module = copy.deepcopy(self.module, cast(Any, parameters)).train()
        return self._training_module

    @property
    def is_initialized(self) -> bool:
        return self._model is not None

    @property
    def device(self) -> torch.device:
        weights = (weight for layer in self._layers for weight in layer._parameters.values())
        return next(weight.device for weight in weights if weight is not None)

    def initialize(self, **settings: Any) -> None:
        """Build the module with fresh weights.

        **settings: The settings that are inferred from the data.
        """
        self.settings = replace(self.settings, **settings)
        try:
            with isolated(inference=False):
                self._hold(self.build(self.settings, "cpu").to(get_torch_default_device()))
        except RuntimeError as error:  # the allocation failed
            raise ValueError(
                f"Can't build a network of these sizes: {asdict(self.settings)}. Choose smaller "
                f"ones in the config ({error})."
            ) from error

    def _hold(self, module: nn.Module | None) -> None:
        """Take a module, or none, in place of the present one."""
        if module:
            prepare_for_forks()
        with self.changing():
            self._model = module and module.eval()
            self._training_module = None
            self._layers = list(module.modules()) if module else []

    def resize(self, module: nn.Module, **settings: Any) -> None:
        """Replace the module by one of other sizes.

        The shim gets a new id: under the old one, an optimizer has moments and averages of the old
        sizes.

        module (nn.Module): The new module, on the device of the old one.
        **settings: The settings that differ.
        """
        with self.changing():
            self.settings = replace(self.settings, **settings)
            self._hold(module)
            self.id = Shim(None).id

    @contextlib.contextmanager
    def predicting(self) -> Iterator[nn.Module]:
        """Yield the module for a prediction. Its weights do not change until the context ends."""
        with self.lock.reading(), isolated(inference=True):
            yield self.module

    def predict(self, fwd_args: Sequence[Any]) -> Any:
        """Call the module in evaluation mode."""
        with self.predicting() as module:
            return module(*fwd_args)

    def begin_update(
        self, fwd_args: Sequence[Any]
    ) -> tuple[Any, Callable[[Tensor, FloatsXd], None]]:
        """Call the module in training mode.

        RETURNS (tuple[Any, Callable[[Tensor, FloatsXd], None]]): The outputs of the module, and a
            function for the backward pass. It takes one output and its gradient, and adds to the
            gradients of the parameters and of the inputs that require a gradient.
        """
        with isolated(inference=False):
            outputs = self.training_module(*fwd_args)

        def backprop(output: Tensor, gradient: FloatsXd) -> None:
            with isolated(inference=False):
                torch.autograd.backward(output, xp2torch(gradient, device=output.device))

        return outputs, backprop

    def finish_update(self, optimizer: Optimizer) -> None:
        """Let the optimizer change each parameter that has a gradient, in place."""
        with self.changing():
            for name, parameter in self.module.named_parameters():
                if parameter.grad is not None:
                    weights, _ = optimizer(
                        (self.id, name),
                        cast(FloatsXd, torch2xp(parameter.data)),
                        cast(FloatsXd, torch2xp(parameter.grad)),
                    )
                    set_values(parameter, weights)
                    parameter.grad = None

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Change weights in place, while no other thread reads them."""
        with self.lock.changing(), isolated(inference=False):
            try:
                yield
            finally:
                self._weights_changed()

    def _weights_changed(self) -> None:
        """Forget what was computed from the weights: PyTorch does not track changes of `.data`."""
        self._n_changes += 1
        if self.is_initialized:
            self.module.eval()

    @property
    def state(self) -> WeightsState:
        """A key that changes when this class or other code changes the weights."""
        return (self._n_changes, *weights_state(self._layers))

    @contextlib.contextmanager
    def use_params(self, params: dict[tuple[int, str], Any]) -> Iterator[None]:
        """Use other values for the parameters, such as their averages, until the context ends."""
        saved: dict[str, Tensor] = {}
        parameters = dict(self._model.named_parameters()) if self.is_initialized else {}
        try:
            with self.changing():
                for name, parameter in parameters.items():
                    if (self.id, name) in params:
                        saved[name] = parameter.detach().clone()
                        set_values(parameter, params[self.id, name])
            yield
        finally:
            with self.changing():
                for name, value in saved.items():
                    set_values(parameters[name], torch2xp(value))

    def copy(self) -> "TorchShim":
        """Copy the shim with a new id, so that an optimizer tells the two apart."""
        copied = TorchShim(self.build, self._given)
        copied.settings = self.settings
        copied.format_version = self.format_version
        with self.lock.reading(), isolated(inference=False):
            copied._hold(copy.deepcopy(self._model))
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> "TorchShim":
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "build": self.build,
            "settings": self._given,
            "weights": self.to_bytes(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["build"], state["settings"])  # type: ignore[misc]
        self.id = state["id"]  # a pickled optimizer finds its averages by this id
        self.from_bytes(state["weights"])

    def to_device(self, device_type: str, device_id: int) -> None:
        if self.is_initialized:
            with self.changing():
                self.module.to("cpu" if device_type == "cpu" else f"cuda:{device_id}")
                self._training_module = None

    def to_bytes(self) -> bytes:
        """Weights and settings in the safetensors format; empty if there are no weights yet.

        Raises a ValueError if a weight is not finite, because `from_bytes` refuses such weights.
        """
        if not self.is_initialized:
            return b""
        with self.lock.reading(), isolated(inference=True):
            settings, weights = asdict(self.settings), self.module.state_dict()
            tables = [
                f"{name}.weight"
                for name, layer in self.module.named_modules()
                if isinstance(layer, nn.Embedding)
            ]
            return dump_weights(settings, weights, version=self.format_version, tables=tables)

    def from_bytes(self, bytes_data: bytes) -> "TorchShim":
        """Load weights. If they are damaged or have other sizes, nothing is changed.

        Raises a ValueError that says what is wrong.
        """
        if not bytes_data:
            self._hold(None)
            return self
        with isolated(inference=False):
            saved, tensors, version = load_weights(bytes_data)
            for name, value in asdict(self._given).items():
                if value is not None and saved.get(name) != value:
                    raise ValueError(
                        f"Can't load the weights: they were saved with {name} = "
                        f"{saved.get(name)}, but the config says {name} = {value}. Load files "
                        "that were saved together."
                    )
            try:
                settings = type(self.settings)(**saved)
                with WithoutInit():  # the meta device allocates no memory
                    module = self.build(settings, "meta")
            except (RuntimeError, TypeError, ValueError) as error:
                raise ValueError(f"Can't load the weights: bad settings ({error}).") from error
            check_weights(tensors, module.state_dict())
            assign_weights(module, tensors)
            with self.lock.changing():
                self.settings, self.format_version = settings, version
                self._hold(module.to(get_torch_default_device()))
        return self


def set_values(parameter: nn.Parameter, value: Any) -> None:
    """Change a parameter in place."""
    # spaCy updates a shared tok2vec between its forward and its backward pass. PyTorch does not
    # allow that, but does not track changes of .data. The tensor is not replaced, because it has
    # to stay in cuDNN's contiguous block of weights.
    parameter.data.copy_(xp2torch(value, device=parameter.device))


def forward_flat(
    model: Layer, X: Rows, is_train: bool, others: Sequence[Any], wrong_width: str
) -> tuple[Rows, Callable[[Rows], Rows]]:
    """Call a module on the rows of all Docs together, as the forward pass of a Thinc layer:
    X (n_tokens, nI) for each Doc to (n_tokens, nO).

    others (Sequence[Any]): Further arguments of the module. The module returns one tensor,
        (n_rows, nO), or a tuple that starts with it.
    wrong_width (str): The error for rows whose width is not nI, with {given} and {expected}.
    """
    shim, ops = torch_shim(model), model.ops
    lengths = [len(doc) for doc in X]
    if not any(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in X], lambda dY: X
    flat = ops.flatten(X)
    if flat.shape[1] != model.get_dim("nI"):
        raise ValueError(wrong_width.format(given=flat.shape[1], expected=model.get_dim("nI")))
    if not is_train:
        with shim.predicting() as module:
            output = first(module(xp2torch(flat, device=shim.device), *others))
        return unflatten(cast(Floats2d, torch2xp(output)), lengths), lambda dY: dY
    with isolated(inference=False):
        rows = xp2torch(flat, requires_grad=True, device=shim.device)
    outputs, backprop_torch = shim.begin_update([rows, *others])
    output = first(outputs)

    def backprop(dY: Rows) -> Rows:
        backprop_torch(output, cast(FloatsXd, ops.flatten(dY)))
        return unflatten(cast(Floats2d, torch2xp(cast(Tensor, rows.grad))), lengths)

    return unflatten(cast(Floats2d, torch2xp(output)), lengths), backprop


def first(outputs: Any) -> Tensor:
    return cast(Tensor, outputs[0] if isinstance(outputs, tuple) else outputs)


def unflatten(rows: Floats2d, lengths: list[int]) -> Rows:
    """Split rows (n_tokens, width) into (n_tokens of the Doc, width) for each Doc."""
    ends = accumulate(lengths)
    return [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def torch_shim(model: Model[Any, Any]) -> TorchShim:
    """The shim of a layer that is a PyTorch module."""
    return cast(TorchShim, model.shims[0])


def torch_shims(model: Model[Any, Any]) -> list[TorchShim]:
    """All TorchShims in a model."""
    shims = [shim for node in model.walk() for shim in node.shims]
    return [shim for shim in shims if isinstance(shim, TorchShim)]


def is_initialized(model: Model[Any, Any]) -> bool:
    """Whether each PyTorch module in a model has weights."""
    return all(shim.is_initialized for shim in torch_shims(model))


@contextlib.contextmanager
def reading(model: Model[Any, Any]) -> Iterator[None]:
    """Keep all weights of a model unchanged until the context ends."""
    with contextlib.ExitStack() as stack:
        for shim in torch_shims(model):
            stack.enter_context(shim.lock.reading())
        yield


@contextlib.contextmanager
def changing(model: Model[Any, Any]) -> Iterator[None]:
    """Keep other threads out while weights of several layers change together."""
    with contextlib.ExitStack() as stack:
        for shim in torch_shims(model):
            stack.enter_context(shim.lock.exclusive())
        stack.enter_context(CHANGES)  # last, as in `WeightsLock.changing`
        yield
