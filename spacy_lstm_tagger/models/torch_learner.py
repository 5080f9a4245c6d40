"""A network in PyTorch: it learns, on a CPU or a GPU, and programs may edit its weights.

A program may have set torch to other modes and defaults. A load and an update do not
depend on them: inference mode, `no_grad` and autocast are left for their time, and each tensor and
layer is made with a dtype and a device of its own.
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

from .forks import in_forked_process
from .pytorch.threads import on_one_thread
from .types import Floats

IMPORTING_PROCESS = os.getpid()

# Makes a network on a device.
Build = Callable[[str], nn.Module]


class Learner:
    """Trains a PyTorch module.

    The module is always in evaluation mode. Training uses a copy that shares the parameters, so
    that nobody who predicts sees dropout.

    module (nn.Module): The module.
    """

    def __init__(self, module: nn.Module) -> None:
        prepare_for_forks()
        self.module = module.eval()
        self._training_module: nn.Module | None = None

    @classmethod
    def initialize(cls, build: Build) -> "Learner":
        """Make a module with fresh weights, on the device that Thinc uses."""
        with torch.inference_mode(False):
            return cls(build("cpu").to(get_torch_default_device()))

    @classmethod
    def load(cls, build: Build, weights: Mapping[str, Floats]) -> "Learner":
        """Make a module with given weights, which become its own, on the device that Thinc uses."""
        # What is made in inference mode could never be trained.
        with torch.inference_mode(False):
            with WithoutInit():
                # The meta device allocates no memory.
                module = build("meta")
            # `load_state_dict` fails for nn.LSTM in a program that lets torch swap parameters.
            for name, array in weights.items():
                layer, _, parameter = name.rpartition(".")
                value = nn.Parameter(torch.from_numpy(array))
                setattr(module.get_submodule(layer), parameter, value)
            return cls(module.to(get_torch_default_device()))

    @property
    def training_module(self) -> nn.Module:
        """A copy of the module in training mode that shares its parameters."""
        if self._training_module is None:
            parameters = {id(parameter): parameter for parameter in self.module.parameters()}
            self._training_module = copy.deepcopy(self.module, cast(Any, parameters)).train()
        return self._training_module

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device

    def arrays(self) -> dict[str, Floats]:
        """A copy of the weights, by their names in the module."""
        state = self.module.state_dict()
        return {name: value.detach().cpu().numpy().copy() for name, value in state.items()}

    def begin_update(self, *args: Any) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
        """Call the module in training mode.

        *args: Its arguments; arrays become tensors on its device. An array of floats that comes
            first becomes a tensor with a gradient.
        RETURNS (tuple[Floats2d, Callable[[Floats2d], Floats2d]]): Its output, or the first of
            several, and a function for the backward pass. It takes the output's gradient, adds to
            the gradients of the parameters, and returns the gradient of that array; without such an
            array, what it was given. Called again, it raises a ValueError.
        """
        with self._learning():
            inputs = self._tensors(args)
            if isinstance(inputs[0], Tensor) and inputs[0].is_floating_point():
                inputs[0].requires_grad_()
            output = first(self.training_module(*inputs))
        is_used = False

        def backprop(gradient: Floats2d) -> Floats2d:
            nonlocal is_used
            if is_used:
                raise ValueError(
                    "An LSTM can learn from a batch once, and has done so. If a component listens "
                    "to it, update both together, or name the component of the LSTM in "
                    "annotating_components."
                )
            is_used = True
            with self._learning():
                d_output = xp2torch(cast(FloatsXd, gradient), device=output.device)
                torch.autograd.backward(output, d_output)
            given = getattr(inputs[0], "grad", None)
            return cast(Floats2d, gradient if given is None else torch2xp(given))

        return cast(Floats2d, torch2xp(output)), backprop

    @contextlib.contextmanager
    def _learning(self) -> Iterator[None]:
        """Leave the modes of the program in which PyTorch can't learn."""
        with (
            on_one_thread(),
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.autocast(self.device.type, enabled=False),
        ):
            yield

    def _tensors(self, args: Any) -> Any:
        if isinstance(args, tuple):
            made = [self._tensors(arg) for arg in args]
            return type(args)(*made) if hasattr(args, "_fields") else tuple(made)
        return xp2torch(args, device=self.device)

    def finish_update(self, key: int, optimizer: Optimizer) -> None:
        """Let the optimizer change each parameter that has a gradient, in place.

        key (int): The optimizer knows a parameter by this key and its name.
        """
        with on_one_thread():
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
        for parameter in self.module.parameters():
            parameter.data.mul_(factor)

    @contextlib.contextmanager
    def use_params(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Use other values for parameters until the context ends."""
        parameters = dict(self.module.named_parameters())
        names = parameters.keys() & values.keys()
        saved = {name: parameters[name].detach().clone() for name in names}
        try:
            for name in names:
                set_values(parameters[name], values[name])
            yield
        finally:
            for name, value in saved.items():
                set_values(parameters[name], torch2xp(value))

    def to(self, device: str) -> None:
        """Move the module to a device."""
        self.module.to(device)
        self._training_module = None


def first(outputs: Any) -> Tensor:
    return cast(Tensor, outputs[0] if isinstance(outputs, tuple) else outputs)


def set_values(parameter: nn.Parameter, value: Any) -> None:
    """Change a parameter in place."""
    # spaCy updates a shared tok2vec between its forward and its backward pass. PyTorch does not
    # allow that, but does not notice changes of `.data`. The tensor is not replaced, because it has
    # to stay in cuDNN's contiguous block of weights.
    parameter.data.copy_(xp2torch(value, device=parameter.device))


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
    if os.getpid() != IMPORTING_PROCESS:
        # This process was forked before there was a hook.
        torch.set_num_threads(1)
    in_forked_process(lambda: torch.set_num_threads(1))
