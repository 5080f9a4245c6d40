"""Carries a PyTorch module through Thinc: prediction, training, averages, saving, loading."""

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

import torch
from thinc.api import (
    Model,
    NumpyOps,
    Ops,
    Optimizer,
    Shim,
    get_torch_default_device,
    torch2xp,
    xp2torch,
)
from thinc.types import Floats2d, FloatsXd
from torch import Tensor, nn

from .isolation import WithoutInit, isolated, prepare_for_forks
from .lock import WeightsLock
from .pytorch.cache import State, WeightsCache, weights_state
from .types import Layer
from .weights import check_weights, dump_weights, load_weights

NUMPY_OPS = NumpyOps()  # for what stays in main memory on a GPU, too

Build = Callable[[Any, torch.device | str], nn.Module]
Rows = list[Floats2d]


class TorchShim(Shim):
    """Holds a PyTorch module that is built when all its settings are known.

    Thinc's own PyTorchShim needs the module at once, ignores averaged parameters, saves
    a pickle, and changes the module's mode with each prediction, which other threads see.

    The module is always in evaluation mode. Training uses a twin with the same parameters, so
    that threads which predict never see dropout. `lock` keeps changes of the weights apart from
    everything that reads them.

    build (Callable[[Any, torch.device | str], nn.Module]): Makes the module from the settings, with
        weights on a device.
    settings (Any): A frozen dataclass of JSON values; None for what the data tell.
    """

    def __init__(self, build: Build, settings: Any) -> None:
        super().__init__(None)
        self.build = build
        self.settings = settings
        self.lock = WeightsLock()
        self.cache: WeightsCache[Any] = WeightsCache()
        self._training_module: nn.Module | None = None
        self._n_changes = 0  # of the weights, made by this class

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
        """The module's twin in training mode, with the same parameters."""
        if self._training_module is None:
            parameters = {id(parameter): parameter for parameter in self.module.parameters()}
            self._training_module = copy.deepcopy(self.module, cast(Any, parameters)).train()
        return self._training_module

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
        self.settings = replace(self.settings, **settings)
        try:
            with isolated(inference=False):
                self._set_module(self.build(self.settings, "cpu"))
        except RuntimeError as error:  # of an allocation
            raise ValueError(
                f"Can't make a network of these sizes: {asdict(self.settings)}. Choose smaller "
                f"ones in the config ({error})."
            ) from error

    def _set_module(self, module: nn.Module | None) -> None:
        prepare_for_forks()
        with self.changing():
            self._model = module and module.to(get_torch_default_device()).eval()
            self._training_module = None

    def resize(self, module: nn.Module, **settings: Any) -> None:
        """Replace the module by one of other sizes.

        The shim gets a new id: under the old one, an optimizer has moments and averages of the old
        sizes.

        module (nn.Module): The new module, on the device of the old one.
        **settings: The settings that differ.
        """
        with self.changing():
            self.settings = replace(self.settings, **settings)
            self._model, self._training_module = module, None
            self.id = Shim(None).id

    @contextlib.contextmanager
    def predicting(self) -> Iterator[nn.Module]:
        """Give the module to a prediction, during which its weights do not change."""
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

        RETURNS (tuple[Any, Callable]): What the module returns, and a function that takes one of
            the tensors in it and its gradient, and adds to the gradients of the parameters, and of
            those inputs that require one.
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
        """Forget what was computed from the weights: PyTorch does not see changes of `.data`."""
        self._n_changes += 1
        if self.is_initialized:
            self.module.eval()

    @property
    def state(self) -> State:
        """Differs from an earlier state if weights have changed, here or by other code."""
        return (self._n_changes, *weights_state(self.module))

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
        """A copy under an id of its own: an optimizer must not take the two for one."""
        copied = TorchShim(self.build, self.settings)
        with self.lock.reading(), isolated(inference=False):
            copied._model = copy.deepcopy(self._model)
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> "TorchShim":
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "build": self.build,
            "settings": self.settings,
            "weights": self.to_bytes(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["build"], state["settings"])  # type: ignore[misc]
        self.id = state["id"]  # by which an optimizer that is pickled beside it knows the weights
        self.from_bytes(state["weights"])

    def to_device(self, device_type: str, device_id: int) -> None:
        if self.is_initialized:
            with self.changing():
                self.module.to("cpu" if device_type == "cpu" else f"cuda:{device_id}")

    def to_bytes(self) -> bytes:
        """Weights and settings in the safetensors format; empty as long as there are no weights.

        Raises a ValueError if they are not finite: `from_bytes` would refuse them.
        """
        if not self.is_initialized:
            return b""
        with self.lock.reading(), isolated(inference=True):
            return dump_weights(asdict(self.settings), self.module.state_dict())

    def from_bytes(self, bytes_data: bytes) -> "TorchShim":
        """Load weights. Nothing is changed unless all of them are sound and of the right size.

        Raises a ValueError that says what is wrong.
        """
        if not bytes_data:
            self._set_module(None)
            return self
        with isolated(inference=False):
            saved, tensors = load_weights(bytes_data)
            for name, value in asdict(self.settings).items():
                if value is not None and saved.get(name) != value:
                    raise ValueError(
                        f"Can't load the weights: they were saved with {name} = "
                        f"{saved.get(name)}, but the config says {name} = {value}. Load files "
                        "that were saved together."
                    )
            try:
                settings = type(self.settings)(**saved)
                with WithoutInit():  # and on the meta device: it allocates nothing
                    module = self.build(settings, "meta")
            except (RuntimeError, TypeError, ValueError) as error:
                raise ValueError(f"Can't load the weights: bad settings ({error}).") from error
            check_weights(tensors, module.state_dict())
            module.load_state_dict(tensors, assign=True)
            with self.lock.changing():
                self.settings = settings
                self._set_module(module)
        return self


def set_values(parameter: nn.Parameter, value: Any) -> None:
    """Change a parameter in place."""
    # spaCy updates a shared tok2vec between its forward and its backward pass. PyTorch does not
    # allow that, but does not see what is done to .data. The tensor stays the same, or else it
    # would not be in cuDNN's one block of weights.
    parameter.data.copy_(xp2torch(value, device=parameter.device))


def forward_flat(
    model: Layer, X: Rows, is_train: bool, others: Sequence[Any], wrong_width: str
) -> tuple[Rows, Callable[[Rows], Rows]]:
    """Call a module on the rows of all Docs together, as the forward pass of a Thinc layer:
    X (n_tokens, nI) for each Doc to (n_tokens, nO).

    others (Sequence[Any]): What the module takes besides the rows. It returns one tensor,
        (n_rows, nO), or a tuple with it in front.
    wrong_width (str): The error for rows of another width than nI, with {given} and {expected}.
    """
    shim, ops = torch_shim(model), model.ops
    lengths = [len(doc) for doc in X]
    if not any(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in X], lambda dY: X
    flat = ops.flatten(X)
    if flat.shape[1] != model.get_dim("nI"):
        raise ValueError(wrong_width.format(given=flat.shape[1], expected=model.get_dim("nI")))
    with isolated(inference=not is_train):
        rows = xp2torch(flat, requires_grad=is_train, device=shim.device)
    if not is_train:
        output = first(shim.predict([rows, *others]))
        return unflatten(ops, cast(Floats2d, torch2xp(output)), lengths), lambda dY: dY
    outputs, backprop_torch = shim.begin_update([rows, *others])
    output = first(outputs)

    def backprop(dY: Rows) -> Rows:
        backprop_torch(output, cast(FloatsXd, ops.flatten(dY)))
        return unflatten(ops, cast(Floats2d, torch2xp(cast(Tensor, rows.grad))), lengths)

    return unflatten(ops, cast(Floats2d, torch2xp(output)), lengths), backprop


def first(outputs: Any) -> Tensor:
    return cast(Tensor, outputs[0] if isinstance(outputs, tuple) else outputs)


def unflatten(ops: Ops, rows: Floats2d, lengths: list[int]) -> Rows:
    """rows (n_tokens, width) to (n_tokens of the Doc, width) for each Doc."""
    return ops.unflatten(rows, NUMPY_OPS.asarray1i(lengths))


def torch_shim(model: Model[Any, Any]) -> TorchShim:
    """The shim of a layer that is a PyTorch module."""
    return cast(TorchShim, model.shims[0])


def torch_shims(model: Model[Any, Any]) -> list[TorchShim]:
    """The shims of all PyTorch modules in a model that are held by a TorchShim."""
    shims = [shim for node in model.walk() for shim in node.shims]
    return [shim for shim in shims if isinstance(shim, TorchShim)]


def is_initialized(model: Model[Any, Any]) -> bool:
    """Whether each PyTorch module in a model has weights."""
    return all(shim.is_initialized for shim in torch_shims(model))


@contextlib.contextmanager
def reading(model: Model[Any, Any]) -> Iterator[None]:
    """Keep all weights of a model as they are: its layers see one state of them."""
    with contextlib.ExitStack() as stack:
        for shim in torch_shims(model):
            stack.enter_context(shim.lock.reading())
        yield


@contextlib.contextmanager
def changing(model: Model[Any, Any]) -> Iterator[None]:
    """Keep other threads out while weights of several layers change together."""
    with contextlib.ExitStack() as stack:
        for shim in torch_shims(model):
            stack.enter_context(shim.lock.changing())
        yield
