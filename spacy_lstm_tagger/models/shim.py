"""The weights of a network in Thinc: prediction, saving and loading. PyTorch changes them."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, cast

import numpy
from thinc.api import Model, Optimizer, Shim

from .._compat import new_shim_id
from .weights import Rounding, Weights

if TYPE_CHECKING:
    from torch import nn

    from .torch_learner import Learner

NO_TORCH = (
    "PyTorch is not installed. Tagging does not need it, but training does: pip install torch"
)


class NetworkShim(Shim):
    """Holds the weights of a network whose sizes are known when it is initialized or loaded.

    Predictions use `compiled`, a network in NumPy whose weights never change, on a CPU. It is made
    anew after each change of the weights. So any number of threads may predict at once. What
    trains, on a CPU or a GPU, and a program that edits weights use `learner`, the network in
    PyTorch. It is made when it is first needed; from then on its weights count.

    Training on a GPU has not been tried; `tests/test_gpu.py` does it where there is one.

    Thinc's own PyTorchShim needs the module from the start, ignores averaged parameters, saves
    a pickle, and changes the module's mode with each prediction, which other threads see.

    settings (Settings): Makes the network, see `Settings`.
    rounding (Rounding | None): How weights are rounded when they are saved. None saves loaded
        weights as they are, and others without rounding.
    """

    def __init__(self, settings: Any) -> None:
        super().__init__(None)
        self.settings = settings
        self.rounding: Rounding | None = None
        # What the config fixes. A setting that the data or a file decides is None.
        self._configured = settings
        # The weights as they were loaded, until they are changed.
        self._loaded: Weights | None = None
        self._learner: Learner | None = None
        # The network in NumPy, until the weights are changed.
        self._compiled: Any = None

    @property
    def is_initialized(self) -> bool:
        return self._loaded is not None or self._learner is not None

    # Predict

    @property
    def compiled(self) -> Any:
        """The network in NumPy, made from the present weights."""
        compiled = self._compiled
        # Two threads that come first at once both make the network. That is harmless, and a lock
        # could be held by a thread that does not exist in a forked process.
        if compiled is None:
            compiled = self.settings.compile(self._present_weights())
            self._compiled = compiled
        return compiled

    # Learn

    @property
    def learner(self) -> "Learner":
        """The network in PyTorch."""
        if self._learner is None:
            weights = self._present_weights().to_float32()
            self._learner = import_learner().load(self.settings.build, weights)
        return self._learner

    @property
    def module(self) -> "nn.Module":
        """The PyTorch module, in evaluation mode. A program that edits its weights calls
        `weights_changed` afterwards. No thread may predict meanwhile."""
        return self.learner.module

    def weights_changed(self) -> None:
        """Say that the weights of `module` were edited. Until then, predictions and files may have
        the weights as they were before."""
        if self._learner is not None:
            self._loaded = None
        self._compiled = None

    def initialize(self, **settings: Any) -> None:
        """Make fresh weights.

        **settings: The settings that are inferred from the data.
        """
        learner_class = import_learner()
        new_settings = replace(self.settings, **settings)
        try:
            learner = learner_class.initialize(new_settings.build)
        except (RuntimeError, TypeError) as error:
            # The allocation failed, or a size is no number that PyTorch can have.
            raise ValueError(
                f"Can't build a network of these sizes: {asdict(new_settings)}. Choose smaller "
                f"ones in the config ({error})."
            ) from error
        self._set(new_settings, None, learner)

    def _set(self, settings: Any, loaded: Weights | None, learner: "Learner | None") -> None:
        self.settings = settings
        self._loaded = loaded
        self._learner = learner
        self._compiled = None

    def multiply(self, factor: float) -> None:
        """Multiply all weights with a number."""
        if self._learner is not None:
            # Inside `use_params`, the module has averaged weights, so it is scaled in place.
            self._learner.multiply(factor)
            self.weights_changed()
            return
        weights = self._present_weights()
        arrays = weights.to_float32()
        scaled = {name: array * numpy.float32(factor) for name, array in arrays.items()}
        self.load(Weights(weights.settings, scaled))

    def finish_update(self, optimizer: Optimizer) -> None:
        """Let the optimizer change each parameter that has a gradient, in place."""
        if self._learner is None:
            return
        try:
            self._learner.finish_update(self.id, optimizer)
        finally:
            self.weights_changed()

    @contextlib.contextmanager
    def use_params(self, params: dict[tuple[int, str], Any]) -> Iterator[None]:
        """Use other values for the parameters, such as their averages, until the context ends."""
        values = {name: value for (key, name), value in params.items() if key == self.id}
        if not values or not self.is_initialized:
            yield
            return
        try:
            with self.learner.use_params(values):
                self.weights_changed()
                yield
        finally:
            self.weights_changed()

    # Copy, move, save, load

    def copy(self) -> "NetworkShim":
        """Copy the shim with a new id, so that an optimizer tells the two apart."""
        copied = NetworkShim(self._configured)
        copied._set(self.settings, self.weights(), None)
        copied.rounding = self.rounding
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> "NetworkShim":
        return self.copy()

    def __getstate__(self) -> dict[str, Any]:
        weights = self.weights()
        return {
            "id": self.id,
            "settings": self._configured,
            "rounding": self.rounding,
            "weights": b"" if weights is None else weights.to_bytes(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["settings"])  # type: ignore[misc]
        # A pickled optimizer finds its averages by this id.
        self.id = state["id"]
        self.from_bytes(state["weights"])
        self.rounding = state["rounding"]

    def to_device(self, device_type: str, device_id: int) -> None:
        if self._learner is not None:
            self._learner.to("cpu" if device_type == "cpu" else f"cuda:{device_id}")

    def weights(self) -> Weights | None:
        """The weights, which do not change any more; None if there are none."""
        if self._loaded is not None or self._learner is None:
            return self._loaded
        return Weights(asdict(self.settings), self._learner.arrays())

    def _present_weights(self) -> Weights:
        weights = self.weights()
        if weights is None:
            raise ValueError(
                "The network has no weights yet: initialize the pipeline with nlp.initialize(), "
                "train it with 'spacy train', or load a trained one with spacy.load()."
            )
        return weights

    def to_bytes(self) -> bytes:
        """Weights and settings in the safetensors format; empty if there are no weights yet.
        Weights that were loaded and did not change are written as they were.

        Raises a ValueError if a weight is not finite, because `from_bytes` refuses such weights.
        """
        weights = self.weights()
        if weights is None:
            return b""
        if self.rounding:
            weights = weights.rounded(self.rounding, self.settings.TABLES)
        return weights.to_bytes()

    def from_bytes(self, bytes_data: bytes) -> "NetworkShim":
        """Load weights. If they are damaged or have other sizes, nothing is changed.

        Raises a ValueError that says what is wrong.
        """
        if bytes_data:
            self.load(Weights.from_bytes(bytes_data))
        else:
            self._set(self._configured, None, None)
        self.rounding = None
        return self

    def load(self, weights: Weights) -> None:
        """Take weights. If they do not fit the config or have other sizes than their settings say,
        raises a ValueError, and nothing is changed."""
        settings = self._settings_of(weights)
        if self.is_initialized and settings != self.settings:
            # Under the old id, an optimizer has moments and averages of the old sizes.
            self.id = new_shim_id()
        self._set(settings, weights._replace(settings=asdict(settings)), None)

    def _settings_of(self, weights: Weights) -> Any:
        """The settings of weights, which fit the config and the sizes of the weights."""
        saved = weights.settings
        unknown = sorted(set(saved) - {field.name for field in fields(self._configured)})
        if unknown:
            raise ValueError(
                f"Can't load the weights: they were saved with {unknown[0]} = {saved[unknown[0]]}, "
                "which this version does not know. Install a newer spacy-lstm-tagger."
            )
        settings = type(self._configured)(**saved)
        for name, value in asdict(self._configured).items():
            found = getattr(settings, name)
            if value is not None and found != value:
                raise ValueError(
                    f"Can't load the weights: they were saved with {name} = {found}, but the "
                    f"config says {name} = {value}. Load files that were saved together."
                )
        return settings


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


def import_learner() -> "type[Learner]":
    """The class for networks in PyTorch. Raises an ImportError that says how to install it."""
    try:
        from .torch_learner import Learner
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(NO_TORCH) from error
    return Learner
