"""A network in PyTorch: it learns, it runs on a GPU, and programs may edit its weights.

A program may have set torch to other modes and defaults. Modes of the thread (inference mode,
gradients, autocast) are set for as long as the network works, and then put back. Defaults for new
tensors (dtype, device) are the whole process's and can't be changed for a moment, so each tensor
and layer is made with its own. How exactly torch multiplies, and with how many threads, is the
program's to choose.
"""

import contextlib
import copy
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import torch
from thinc.api import Optimizer, get_torch_default_device, torch2xp, xp2torch
from thinc.types import Floats2d, FloatsXd
from torch import Tensor, nn
from torch.nn import init
from torch.overrides import TorchFunctionMode

from .changes import CHANGES
from .types import Floats

AUTOCAST_DEVICES = ("cpu", "cuda", "mps")
IMPORTING_PROCESS = os.getpid()

Build = Callable[[str], nn.Module]  # from a device


class Learner:
    """Trains a PyTorch module, and tells when its weights change.

    The module is always in evaluation mode. Training uses a copy that shares the parameters, so
    that nobody who predicts sees dropout.

    module (nn.Module): The module.
    """

    def __init__(self, module: nn.Module) -> None:
        prepare_for_forks()
        self.module = module.eval()
        self._layers = list(module.modules())
        self._training_module: nn.Module | None = None
        self._n_changes = 0  # how often this class has changed the weights

    @classmethod
    def initialize(cls, build: Build) -> "Learner":
        """Make a module with fresh weights, on the device that Thinc uses."""
        with isolated():
            return cls(build("cpu").to(get_torch_default_device()))

    @classmethod
    def load(cls, build: Build, weights: Mapping[str, Floats]) -> "Learner":
        """Make a module with given weights, which become its own, on the device that Thinc uses."""
        with isolated():
            with WithoutInit():  # the meta device allocates no memory
                module = build("meta")
            # load_state_dict fails for nn.LSTM if the host program lets torch swap parameters
            # (torch.__future__.set_swap_module_params_on_conversion).
            for name, array in weights.items():
                layer, _, parameter = name.rpartition(".")
                value = nn.Parameter(torch.from_numpy(array))
                setattr(module.get_submodule(layer), parameter, value)
            return cls(module.to(get_torch_default_device()))

    def replaced(self, make: Callable[[nn.Module], nn.Module]) -> "Learner":
        """A learner of a module that is made from this one's."""
        with isolated():
            return Learner(make(self.module))

    @property
    def training_module(self) -> nn.Module:
        """A copy of the module in training mode that shares its parameters."""
        if self._training_module is None:
            parameters = {id(parameter): parameter for parameter in self.module.parameters()}
            self._training_module = copy.deepcopy(self.module, cast(Any, parameters)).train()
        return self._training_module

    @property
    def device(self) -> torch.device:
        return next(weight.device for weight in self._weights())

    def _weights(self) -> Iterator[Tensor]:
        # Module.parameters would take ten times as long.
        for layer in self._layers:
            for weight in layer._parameters.values():
                if weight is not None:
                    yield weight

    @property
    def state(self) -> tuple[Any, ...]:
        """A key that changes when this class or a program changes the weights. PyTorch does not
        track what a program writes through `.data`."""
        weights = ((weight.data_ptr(), weight._version) for weight in self._weights())
        return (self._n_changes, *weights)

    def arrays(self) -> dict[str, Floats]:
        """A copy of the weights, by their names in the module."""
        with CHANGES, isolated():
            return {
                name: value.detach().cpu().numpy().copy()
                for name, value in self.module.state_dict().items()
            }

    def predict(self, *args: Any) -> Floats2d:
        """Call the module in evaluation mode, without a gradient.

        *args: Its arguments; arrays become tensors on its device.
        RETURNS (Floats2d): Its output, or the first of several.
        """
        with CHANGES, isolated(), torch.inference_mode():
            return cast(Floats2d, torch2xp(first(self.module(*self._tensors(args)))))

    def begin_update(self, *args: Any) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
        """Call the module in training mode.

        *args: Its arguments. An array of floats that comes first becomes a tensor with a gradient.
        RETURNS (tuple[Floats2d, Callable[[Floats2d], Floats2d]]): Its output, or the first of
            several, and a function for the backward pass. It takes the output's gradient, adds to
            the gradients of the parameters, and returns the gradient of that array.
        """
        with isolated():
            inputs = self._tensors(args)
            if isinstance(inputs[0], Tensor) and inputs[0].is_floating_point():
                inputs[0].requires_grad_()
            output = first(self.training_module(*inputs))

        def backprop(gradient: Floats2d) -> Floats2d:
            with isolated():
                torch.autograd.backward(
                    output, xp2torch(cast(FloatsXd, gradient), device=output.device)
                )
                given = getattr(inputs[0], "grad", None)
                return cast(Floats2d, gradient if given is None else torch2xp(given))

        return cast(Floats2d, torch2xp(output)), backprop

    def _tensors(self, args: Any) -> Any:
        if isinstance(args, tuple):
            made = [self._tensors(arg) for arg in args]
            return type(args)(*made) if hasattr(args, "_fields") else tuple(made)
        return xp2torch(args, device=self.device)

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Change weights in place."""
        with CHANGES, isolated():
            try:
                yield
            finally:
                self._n_changes += 1
                self.module.eval()

    def finish_update(self, key: int, optimizer: Optimizer) -> None:
        """Let the optimizer change each parameter that has a gradient, in place.

        key (int): The optimizer knows a parameter by this key and its name.
        """
        with self.changing():
            for name, parameter in self.module.named_parameters():
                if parameter.grad is not None:
                    weights, _ = optimizer(
                        (key, name),
                        cast(FloatsXd, torch2xp(parameter.data)),
                        cast(FloatsXd, torch2xp(parameter.grad)),
                    )
                    set_values(parameter, weights)
                    parameter.grad = None

    def multiply(self, factor: float) -> None:
        """Multiply all weights with a number."""
        with self.changing():
            for parameter in self.module.parameters():
                parameter.data.mul_(factor)

    @contextlib.contextmanager
    def use_params(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Use other values for parameters until the context ends."""
        parameters, saved = dict(self.module.named_parameters()), {}
        try:
            with self.changing():
                for name in parameters.keys() & values.keys():
                    saved[name] = parameters[name].detach().clone()
                    set_values(parameters[name], values[name])
            yield
        finally:
            with self.changing():
                for name, value in saved.items():
                    set_values(parameters[name], torch2xp(value))

    def to(self, device: str) -> None:
        """Move the module to a device."""
        with self.changing():
            self.module.to(device)
            self._training_module = None


def first(outputs: Any) -> Tensor:
    return cast(Tensor, outputs[0] if isinstance(outputs, tuple) else outputs)


def set_values(parameter: nn.Parameter, value: Any) -> None:
    """Change a parameter in place."""
    # spaCy updates a shared tok2vec between its forward and its backward pass. PyTorch does not
    # allow that, but does not track changes of .data. The tensor is not replaced, because it has
    # to stay in cuDNN's contiguous block of weights.
    parameter.data.copy_(xp2torch(value, device=parameter.device))


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """Run torch with gradients and without autocast, whatever the host program sets."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))  # which lets gradients be recorded
        for device in AUTOCAST_DEVICES:
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        yield


class WithoutInit(TorchFunctionMode):
    """Builds layers without initializing their weights, which are loaded afterwards.

    It also saves about a second: to draw values on the meta device, torch imports its compiler.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == init.__name__:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


@cache
def prepare_for_forks() -> None:
    """Make torch safe to use after a fork: its threads do not survive one, but the child would wait
    for them. Called when a process makes its first module: others are left alone."""
    if os.getpid() != IMPORTING_PROCESS:  # this process was forked before there was a hook
        torch.set_num_threads(1)
    if hasattr(os, "register_at_fork"):  # Windows does not fork
        os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))
