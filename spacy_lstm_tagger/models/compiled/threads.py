"""Threads for predictions: a batch is cut into chunks, which a few threads compute at once."""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from numbers import Integral
from queue import SimpleQueue
from typing import Any, NamedTuple, cast

MAX_THREADS = 4  # unless the user says otherwise: Python lets one thread at a time do the rest


class Pool(NamedTuple):
    """The threads of this process that predict.

    n_threads (int): How many compute a batch, with the one that calls.
    executor (ThreadPoolExecutor | None): The others, which start when they are needed.
    """

    n_threads: int
    executor: ThreadPoolExecutor | None

    @classmethod
    def of(cls, n_threads: int) -> "Pool":
        name = "spacy_lstm_tagger"
        others = ThreadPoolExecutor(n_threads - 1, name) if n_threads > 1 else None
        return cls(n_threads, others)


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
        pool = _pool = Pool.of(first_n_threads())
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
    _pool = Pool.of(int(n_threads))


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
            cast(ThreadPoolExecutor, pool.executor).submit(help_out)
    try:
        for item in todo:
            work(item)
    finally:
        with lock:
            is_over = True
        errors = [error for _ in range(n_helping) if (error := results.get()) is not None]
    if errors:
        raise errors[0]


if hasattr(os, "register_at_fork"):  # the threads of the parent do not exist in a forked process
    os.register_at_fork(after_in_child=lambda: set_num_threads(1))
