"""One thread for each of NumPy's products.

OpenBLAS would start threads of its own inside each product. They wait for each other at every step
of an LSTM, which takes many times as long on a machine with other work. Batches are shared by
threads of ours instead, see `run_in_threads`.
"""

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import NamedTuple

from threadpoolctl import ThreadpoolController

from ..forks import in_forked_process


class OpenBLAS(NamedTuple):
    """A library with threads of its own.

    get_num_threads (Callable[[], int]): Returns their number.
    set_num_threads (Callable[[int], Any]): Sets their number, for the whole process.
    """

    get_num_threads: Callable[[], int]
    set_num_threads: Callable[[int], object]


class RunningPredictions:
    """Counts the predictions that have begun and not ended, in all threads of the process.

    The number of OpenBLAS's threads belongs to the process. So the first prediction sets it to one,
    and the last one restores it.
    """

    def __init__(self) -> None:
        # A signal can interrupt a prediction with another one in the same thread.
        self.lock = threading.RLock()
        self.count = 0
        self.changed: list[tuple[OpenBLAS, int]] = []  # each library with its number before

    def begin(self) -> None:
        with self.lock:
            self.count += 1
            if self.count > 1:
                return
            for library in openblas_libraries():
                n_threads = library.get_num_threads()
                if n_threads > 1:
                    self.changed.append((library, n_threads))
                    library.set_num_threads(1)

    def end(self) -> None:
        with self.lock:
            # A prediction that began before a fork also ends in the child, which has forgotten it.
            self.count = max(self.count - 1, 0)
            if self.count == 0:
                self.restore()

    def restore(self) -> None:
        while self.changed:
            library, n_threads = self.changed.pop()
            library.set_num_threads(n_threads)

    def forget(self) -> None:
        """Start anew in a forked process: the threads that were predicting are not in it."""
        self.lock = threading.RLock()
        self.count = 0
        self.restore()


_predictions = RunningPredictions()

in_forked_process(_predictions.forget)


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which OpenBLAS uses one thread for a product. Other libraries for products are
    left alone, and so is an OpenBLAS that has one thread anyway."""
    _predictions.begin()
    try:
        yield
    finally:
        _predictions.end()


@cache
def openblas_libraries() -> list[OpenBLAS]:
    """The OpenBLAS libraries that are loaded at the first prediction, NumPy's among them.

    An OpenBLAS on OpenMP is left out, because it shares its threads with other libraries.

    threadpoolctl finds the libraries. The number is set without it, because its own functions do
    nothing in other threads than the one that set a number first.
    """
    libraries = []
    for found in ThreadpoolController().select(internal_api="openblas").lib_controllers:
        if found.threading_layer == "pthreads":
            # PyDLL keeps Python's lock, so no thread can fork while OpenBLAS holds a lock of its
            # own, which the child would wait for.
            functions = ctypes.PyDLL(found.filepath)
            get_num_threads = find_function(functions, "openblas_get_num_threads")
            set_num_threads = find_function(functions, "openblas_set_num_threads")
            libraries.append(OpenBLAS(get_num_threads, set_num_threads))
    return libraries


def find_function(library: ctypes.CDLL, name: str) -> Callable[..., int]:
    """A function of an OpenBLAS, whose name has a prefix or suffix in some builds."""
    names = [
        prefix + name + suffix for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64"))
    ]
    found: Callable[..., int] = next(getattr(library, n) for n in names if hasattr(library, n))
    return found
