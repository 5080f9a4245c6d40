"""A cache for a value that is computed from weights."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from torch import nn

T = TypeVar("T")

WeightsState = tuple[Any, ...]


class WeightsCache(Generic[T]):
    """Holds one value that is computed from weights.

    Several threads may compute the value at the same time: the last one is kept. A pickle or a copy
    of the cache is empty.
    """

    def __init__(self) -> None:
        self._entry: tuple[WeightsState, T] | None = None

    def __reduce__(self) -> tuple[type["WeightsCache[T]"], tuple[()]]:
        return WeightsCache, ()

    def get(self, state: WeightsState, make: Callable[[], T]) -> T:
        """The value for this state of the weights, computed if it is not in the cache."""
        entry = self._entry  # read once, because another thread may replace it
        if entry is None or entry[0] != state:
            entry = self._entry = (state, make())
        return entry[1]

    def clear(self) -> None:
        self._entry = None


def weights_state(modules: Iterable[nn.Module]) -> WeightsState:
    """A key that changes when a weight of some layers is replaced or changed in place.

    PyTorch does not track writes through `.data`. Code that writes so has to clear the cache.

    modules (Iterable[nn.Module]): The layers; the layers inside them do not count.
    """
    # Module.parameters would take ten times as long.
    return tuple(
        (weight.data_ptr(), weight._version)
        for module in modules
        for weight in module._parameters.values()
        if weight is not None
    )
