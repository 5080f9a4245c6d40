"""The weights of a network in Thinc: prediction, saving and loading. PyTorch changes them."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, asdict, fields, replace
from typing import TYPE_CHECKING, Any, cast

import numpy
from thinc.api import CupyOps, Model, MPSOps, Optimizer, Shim, get_current_ops

from .changes import CHANGES
from .weights import Weights

if TYPE_CHECKING:
    from torch import nn

    from .learner import Learner


class NetworkShim(Shim):
    """Holds the weights of a network whose sizes are known when it is initialized or loaded.

    On a CPU, predictions use `compiled`, which is made anew after a change. What trains, what runs
    on a GPU, and a program that edits weights use `learner`, the network in PyTorch. It is made
    when it is first needed; from then on its weights count.

    Thinc's own PyTorchShim needs the module from the start, ignores averaged parameters, saves
    a pickle, and changes the module's mode with each prediction, which other threads see.

    settings (Settings): Makes the network, see there.
    """

    def __init__(self, settings: Any) -> None:
        super().__init__(None)
        self.settings = settings
        self._configured = settings  # what the config fixes; None where the data or a file decides
        self._loaded: Weights | None = None  # as they were loaded
        self._loaded_state: Any = None  # of the learner, as long as it has the loaded weights
        self._learner: Learner | None = None
        self.save_version: int | None = None  # of the file format; None for no rounding
        self._compiled: tuple[Any, Any] | None = None  # the state of the weights, and the network

    @property
    def is_initialized(self) -> bool:
        return self._loaded is not None or self._learner is not None

    def _check_initialized(self) -> None:
        if not self.is_initialized:
            raise ValueError(
                "The network has no weights yet: initialize the pipeline with nlp.initialize(), "
                "train it with 'spacy train', or load a trained one with spacy.load()."
            )

    # Predict

    @property
    def on_cpu(self) -> bool:
        """Whether predictions use the compiled network."""
        return self._learner is None or self._learner.device.type == "cpu"

    @property
    def compiled(self) -> Any:
        """The network in NumPy, made from the present weights, or from the weights of the moment
        that `one_moment` keeps."""
        kept = getattr(_thread, "kept", {}).get(self)
        return kept or self.present or self._compile()

    @property
    def present(self) -> Any:
        """The network that was made from the present weights; None if it is yet to be made."""
        entry = self._compiled  # read once, because another thread may replace it
        return entry[1] if entry is not None and entry[0] == self.state else None

    def _compile(self) -> Any:
        self._check_initialized()
        with CHANGES:
            network = self.present  # another thread may have made it meanwhile
            if network is None:
                state, weights = self.state, cast(Weights, self.weights())
                network = self.settings.compile(weights)
                self._compiled = state, network
            return network

    @property
    def state(self) -> Any:
        """What changes when this class or a program changes the weights."""
        learner = self._learner
        return None if learner is None else learner.state

    # Learn

    @property
    def learner(self) -> "Learner":
        """The network in PyTorch."""
        if self._learner is None:
            self._check_initialized()
            with CHANGES:
                self._make_learner()
        return cast("Learner", self._learner)

    def _make_learner(self) -> None:
        if self._learner is None:
            Learner = import_learner()
            weights = cast(Weights, self._loaded).widened()
            learner = Learner.load(self.settings.build, weights)
            self._learner, self._loaded_state = learner, learner.state

    @property
    def module(self) -> "nn.Module":
        """The PyTorch module, in evaluation mode. A program may change its weights in place."""
        return self.learner.module

    def initialize(self, **settings: Any) -> None:
        """Make fresh weights.

        **settings: The settings that are inferred from the data.
        """
        Learner = import_learner()
        settings_ = replace(self.settings, **settings)
        try:
            learner = Learner.initialize(settings_.build)
        except RuntimeError as error:  # the allocation failed
            raise ValueError(
                f"Can't build a network of these sizes: {asdict(settings_)}. Choose smaller ones "
                f"in the config ({error})."
            ) from error
        self._exchange(settings_, None, learner)

    def resize(self, make: "Callable[[nn.Module], nn.Module]", **settings: Any) -> None:
        """Replace the module by one of other sizes.

        The shim gets a new id: under the old one, an optimizer has moments and averages of the old
        sizes.

        make (Callable[[nn.Module], nn.Module]): Returns the new module, on the device of the old.
        **settings: The settings that differ.
        """
        self._exchange(replace(self.settings, **settings), None, self.learner.replaced(make))
        self.id = Shim(None).id

    def _exchange(self, settings: Any, loaded: Weights | None, learner: "Learner | None") -> None:
        with CHANGES:
            self.settings, self._loaded, self._learner = settings, loaded, learner
            self._loaded_state = self.state
            self._compiled = None

    def multiply(self, factor: float) -> None:
        """Multiply all weights with a number."""
        if self._learner is not None:
            self._learner.multiply(factor)
        elif (weights := self._loaded) is not None:
            scaled = {
                name: array * numpy.float32(factor) for name, array in weights.widened().items()
            }
            self.load(Weights(weights.settings, scaled))

    def finish_update(self, optimizer: Optimizer) -> None:
        """Let the optimizer change each parameter that has a gradient, in place."""
        if self._learner is not None:
            self._learner.finish_update(self.id, optimizer)

    @contextlib.contextmanager
    def use_params(self, params: dict[tuple[int, str], Any]) -> Iterator[None]:
        """Use other values for the parameters, such as their averages, until the context ends."""
        values = {name: value for (key, name), value in params.items() if key == self.id}
        if not values or not self.is_initialized:
            yield
            return
        with self.learner.use_params(values):
            yield

    # Copy, move, save, load

    def copy(self) -> "NetworkShim":
        """Copy the shim with a new id, so that an optimizer tells the two apart."""
        copied = NetworkShim(self._configured)
        with CHANGES:
            copied._exchange(self.settings, self.weights(), None)
        copied.save_version = self.save_version
        if uses_gpu() and copied.is_initialized:
            copied._make_learner()
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> "NetworkShim":
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "settings": self._configured,
            "save_version": self.save_version,
            "weights": b"" if (weights := self.weights()) is None else weights.to_bytes(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["settings"])  # type: ignore[misc]
        self.id = state["id"]  # a pickled optimizer finds its averages by this id
        self.from_bytes(state["weights"])
        self.save_version = state["save_version"]

    def to_device(self, device_type: str, device_id: int) -> None:
        device = "cpu" if device_type == "cpu" else f"cuda:{device_id}"
        if self.is_initialized and (device != "cpu" or self._learner is not None):
            with CHANGES:
                self.learner.to(device)

    def weights(self) -> Weights | None:
        """The weights, which do not change any more; None if there are none."""
        with CHANGES:
            if self._loaded is not None and self._loaded_state == self.state:
                return self._loaded  # they did not change
            if self._learner is None:
                return None
            return Weights(asdict(self.settings), self._learner.arrays())

    def to_bytes(self) -> bytes:
        """Weights and settings in the safetensors format; empty if there are no weights yet.
        Weights that were loaded and did not change are written as they were.

        Raises a ValueError if a weight is not finite, because `from_bytes` refuses such weights.
        """
        weights = self.weights()
        if weights is not None and self.save_version and self.save_version != weights.version:
            exact = Weights(weights.settings, weights.widened())
            weights = exact.rounded(self.save_version, self.settings.TABLES)
        return b"" if weights is None else weights.to_bytes()

    def from_bytes(self, bytes_data: bytes) -> "NetworkShim":
        """Load weights. If they are damaged or have other sizes, nothing is changed.

        Raises a ValueError that says what is wrong.
        """
        if bytes_data:
            self.load(Weights.from_bytes(bytes_data))
        else:
            self._exchange(self._configured, None, None)
        self.save_version = None
        return self

    def load(self, weights: Weights) -> None:
        """Take weights. If they do not fit the config or have other sizes than their settings say,
        raises a ValueError, and nothing is changed."""
        settings = self._settings_of(weights)
        self._exchange(settings, weights._replace(settings=asdict(settings)), None)
        if uses_gpu():
            self._make_learner()

    def _settings_of(self, weights: Weights) -> Any:
        """The settings of weights, which fit the config and the sizes of the weights. A setting
        that a file lacks has the default of its field: it is newer than the file."""
        saved = {
            field.name: field.default
            for field in fields(self._configured)
            if field.default is not MISSING
        } | weights.settings
        for name, value in asdict(self._configured).items():
            if value is not None and saved.get(name) != value:
                raise ValueError(
                    f"Can't load the weights: they were saved with {name} = {saved.get(name)}, but "
                    f"the config says {name} = {value}. Load files that were saved together."
                )
        try:
            settings = type(self._configured)(**saved)
            shapes = settings.weight_shapes()
        except (TypeError, ValueError) as error:
            raise ValueError(f"Can't load the weights: bad settings ({error}).") from error
        weights.check(shapes)
        return settings


# For each thread, the networks that `one_moment` keeps.
_thread = threading.local()


@contextlib.contextmanager
def one_moment(model: Model[Any, Any], read: Callable[[], Any] = lambda: None) -> Iterator[Any]:
    """Let all predictions of this thread use the weights of one moment until the context ends.

    read (Callable[[], Any]): Reads what belongs to the weights, such as their labels. Whoever
        changes both changes the weights first, while holding `CHANGES`.
    YIELDS (Any): What `read` returned at that moment.
    """
    outer = getattr(_thread, "kept", {})
    shims = [shim for shim in network_shims(model) if shim not in outer]
    with contextlib.ExitStack() as stack:
        if not all(shim.on_cpu for shim in shims):
            stack.enter_context(CHANGES)  # the learner's weights are used, which change in place
        kept, result = networks(shims), read()
        if not all(shim.present is network for shim, network in kept):
            with CHANGES:
                kept, result = networks(shims), read()
        _thread.kept = outer | dict(kept)
        try:
            yield result
        finally:
            _thread.kept = outer


def networks(shims: Sequence[NetworkShim]) -> list[tuple[NetworkShim, Any]]:
    return [(shim, shim.compiled) for shim in shims if shim.is_initialized and shim.on_cpu]


def network_shim(model: Model[Any, Any]) -> NetworkShim:
    """The shim of a layer that is a network."""
    return cast(NetworkShim, model.shims[0])


def network_shims(model: Model[Any, Any]) -> list[NetworkShim]:
    """All NetworkShims in a model."""
    shims = [shim for node in model.walk() for shim in node.shims]
    return [shim for shim in shims if isinstance(shim, NetworkShim)]


def is_initialized(model: Model[Any, Any]) -> bool:
    """Whether each network in a model has weights."""
    return all(shim.is_initialized for shim in network_shims(model))


def uses_gpu() -> bool:
    """Whether Thinc puts what is made now on a GPU."""
    return isinstance(get_current_ops(), CupyOps | MPSOps)


def import_learner() -> "type[Learner]":
    """The class for networks in PyTorch. Raises an ImportError that says how to install it."""
    try:
        from .learner import Learner
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(NO_TORCH) from None
    return Learner


NO_TORCH = (
    "PyTorch is not installed. Tagging on a CPU does not need it, but training, new tags and GPUs "
    "do: pip install 'spacy-lstm-tagger[train]'"
)
