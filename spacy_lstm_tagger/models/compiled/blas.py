"""One thread for each of NumPy's products.

OpenBLAS would start threads of its own inside each product. They wait for each other at every step
of an LSTM, which takes many times as long on a machine with other work. Batches are shared by
threads of ours instead, see `run_in_threads`.
"""

import contextlib
import ctypes
import importlib
import os
import threading
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple
from weakref import ref

import numpy

PTHREADS = 1  # what OpenBLAS says of its threads, if they are its own


class one_thread:  # noqa: N801  # read as a function, as contextlib.suppress
    """A context in which NumPy's OpenBLAS uses one thread for a product.

    The number is the whole process's. So the first of all predictions changes it, and the last one
    that ends puts it back. Other libraries for products are left alone, and so is an OpenBLAS that
    has one thread anyway.

    A signal can raise an error at any step, so that `__exit__` is not called or does not come to
    its end. A context that was lost so does not count, because nothing refers to it, and the next
    prediction puts the number back.
    """

    def __enter__(self) -> None:
        with _inside.lock:
            _inside.contexts.append(ref(self))
            if (blas := openblas()) is not None and (n_threads := blas.get()) > 1:
                _inside.n_threads = n_threads
                blas.set(1)

    def __exit__(self, *error: object) -> None:
        with _inside.lock:
            contexts = [context for context in _inside.contexts if context() not in (None, self)]
            _inside.contexts = contexts
            if not contexts:
                _inside.put_back()


class Inside:
    """The contexts that were entered, and the number of threads to put back when all have ended."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # a signal can interrupt a prediction with another one
        self.contexts: list[ref[one_thread]] = []
        self.n_threads = 1  # of OpenBLAS, before

    def put_back(self) -> None:
        n_threads, blas = self.n_threads, openblas()
        if blas is not None and n_threads > 1 and blas.get() == 1:
            blas.set(n_threads)
        self.n_threads = 1

    def forked(self) -> None:
        """Forget the threads that were inside: they are not in this process."""
        self.lock = threading.RLock()
        self.contexts = []
        self.put_back()


_inside = Inside()


class OpenBLAS(NamedTuple):
    """Functions that return and set the number of threads."""

    get: Callable[[], int]
    set: Callable[[int], None]


@cache
def openblas() -> OpenBLAS | None:
    """The OpenBLAS that NumPy multiplies with, if it has threads of its own."""
    package = "_core" if numpy.lib.NumpyVersion(numpy.__version__) >= "2.0.0" else "core"
    core = importlib.import_module(f"numpy.{package}._multiarray_umath")
    # On Linux and macOS, the libraries that this one was linked with are searched, too.
    libraries = [Path(str(core.__file__))]
    for folder in ("../numpy.libs", ".dylibs"):
        libraries.extend(Path(numpy.__file__).parent.joinpath(folder).glob("*openblas*"))
    for path in libraries:
        with contextlib.suppress(OSError):
            # PyDLL keeps Python's lock: no fork while OpenBLAS holds its own in a thread.
            library = ctypes.PyDLL(str(path))
            for prefix, suffix in product(("scipy_", ""), ("64_", "")):
                names = (
                    f"{prefix}openblas_{name}{suffix}"
                    for name in ("get_parallel", "get_num_threads", "set_num_threads")
                )
                with contextlib.suppress(AttributeError):
                    get_parallel, get, set_ = (getattr(library, name) for name in names)
                    return OpenBLAS(get, set_) if get_parallel() == PTHREADS else None
    return None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_inside.forked)
