"""What is computed from weights and kept until they change."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from torch import nn

T = TypeVar("T")

WeightsState = tuple[Any, ...]


class WeightsCache(Generic[T]):
    """Holds one value that is computed from weights.

    Threads may compute it at the same time: the last one is kept. A pickle or a copy of the cache
    is empty.
    """

    def __init__(self) -> None:
        self._entry: tuple[WeightsState, T] | None = None

    def __reduce__(self) -> tuple[type["WeightsCache[T]"], tuple[()]]:
        return WeightsCache, ()

    def get(self, state: WeightsState, make: Callable[[], T]) -> T:
        """The value for this state of the weights, computed if there is none."""
        entry = self._entry  # read once, because another thread may replace it
        if entry is None or entry[0] != state:
            entry = self._entry = (state, make())
        return entry[1]

    def clear(self) -> None:
        self._entry = None


def weights_state(modules: Iterable[nn.Module]) -> WeightsState:
    """Differs from an earlier state if a weight of some layers was replaced or changed in place.

    PyTorch does not see what is written through `.data`: whoever does that clears the cache.

    modules (Iterable[nn.Module]): The layers; each counts without the layers inside it.
    """
    # Module.parameters would take ten times as long.
    return tuple(
        (weight.data_ptr(), weight._version)
        for module in modules
        for weight in module._parameters.values()
        if weight is not None
    )
