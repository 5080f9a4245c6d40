"""Threads for predictions, and one thread for each of NumPy's products.

A batch is cut into chunks, which a few threads compute at once: NumPy lets other threads run
meanwhile. OpenBLAS would start threads of its own inside each product. They wait for each other at
every step of an LSTM, which takes many times as long on a machine with other work.
"""

import contextlib
import ctypes
import importlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product
from numbers import Integral
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple
from weakref import ref

import numpy

MAX_THREADS = 4  # unless the user says otherwise: Python lets one thread at a time do the rest
PTHREADS = 1  # what OpenBLAS says of its threads, if they are its own


class Pool:
    """The threads of this process that predict, in addition to the one that calls.

    n_threads (int): How many compute a batch, with the one that calls.
    """

    def __init__(self, n_threads: int) -> None:
        self.n_threads = n_threads
        self._executor: ThreadPoolExecutor | None = None
        self._making = threading.Lock()

    def submit(self, work: Callable[[], None]) -> None:
        with self._making:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(
                    self.n_threads - 1, thread_name_prefix="spacy_lstm_tagger"
                )
            self._executor.submit(work)


def first_n_threads() -> int:
    """How many threads a process starts with."""
    if multiprocessing.parent_process() is not None:  # its parent shares work among processes
        return 1
    given = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if given.isdecimal() and int(given) > 0:
        return int(given)
    has_affinity = hasattr(os, "sched_getaffinity")  # not on macOS and Windows
    n_cpus = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return min(n_cpus, MAX_THREADS)


# Made when it is needed: a process that `multiprocessing` spawns imports modules before it knows
# that it has a parent.
_pool: Pool | None = None


def present_pool() -> Pool:
    global _pool
    if (pool := _pool) is None:
        pool = _pool = Pool(first_n_threads())
    return pool


def get_num_threads() -> int:
    """The number of threads that tag a batch."""
    return present_pool().n_threads


def set_num_threads(n_threads: int) -> None:
    """Set the number of threads that tag a batch, in all of this process. It changes no tag.

    A process starts with as many as the CPUs that it may use, at most 4, or with the number in the
    environment variable OMP_NUM_THREADS. A process that was forked or that `multiprocessing`
    started has one.

    n_threads (int): 1 or more.
    """
    global _pool
    if not isinstance(n_threads, Integral) or isinstance(n_threads, bool) or n_threads < 1:
        raise ValueError(
            f"The number of threads is {n_threads!r}, but has to be a whole number, 1 or more."
        )
    _pool = Pool(int(n_threads))


def run_in_threads(work: Callable[[Any], None], items: Iterable[Any], n_threads: int) -> None:
    """Call a function with each item, in several threads. Raises the first error."""
    todo = iter(items)  # which gives each item to one thread
    n_helping, is_over, lock = 0, False, threading.Lock()
    results: SimpleQueue[BaseException | None] = SimpleQueue()

    # What the executor returns does not tell who helps: if no thread can be started, it raises an
    # error, but a thread that there is may help nevertheless.
    def help_out() -> None:
        nonlocal n_helping
        with lock:
            if is_over:
                return
            n_helping += 1
        try:
            for item in todo:
                work(item)
        except BaseException as error:
            results.put(error)
        else:
            results.put(None)

    pool = present_pool()  # once, because another thread may set another number
    with contextlib.suppress(RuntimeError):  # there are too many, or the interpreter is to end
        for _ in range(min(n_threads, pool.n_threads) - 1):
            pool.submit(help_out)
    try:
        for item in todo:
            work(item)
    finally:
        with lock:
            is_over = True
        errors = [error for _ in range(n_helping) if (error := results.get()) is not None]
    if errors:
        raise errors[0]


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


def after_fork_in_child() -> None:
    """The threads of the parent do not exist in a forked process."""
    set_num_threads(1)
    _inside.forked()
