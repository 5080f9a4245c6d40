"""Threads for predictions: a batch is cut into chunks, which a few threads compute at once."""

import multiprocessing
import os
import re
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from numbers import Integral
from typing import Any, NamedTuple

from ..forks import in_forked_process

# More threads are used if the user asks for them. In a part of the work, only one thread at a time
# can run, because Python has a lock.
MAX_THREADS = 4
# A number of threads in the environment variable. A value with more digits can't be one, so it is
# ignored.
THREADS = re.compile("0*[1-9][0-9]{0,5}", re.ASCII)


class Pool(NamedTuple):
    """The threads of this process that predict.

    n_threads (int): Number of threads that compute a batch, with the one that calls.
    executor (ThreadPoolExecutor): The others. Each starts when it is first needed.
    """

    n_threads: int
    executor: ThreadPoolExecutor

    @classmethod
    def of(cls, n_threads: int) -> "Pool":
        # The executor needs a size above 0. With one thread it gets no work, so it starts none.
        return cls(n_threads, ThreadPoolExecutor(max(n_threads - 1, 1), "spacy_lstm_tagger"))


def first_n_threads() -> int:
    """The number of threads with which a process starts."""
    if multiprocessing.parent_process() is not None:  # Its parent shares work among processes.
        return 1
    given = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if THREADS.fullmatch(given):
        return int(given)
    if hasattr(os, "sched_getaffinity"):  # macOS and Windows do not have it.
        n_cpus = len(os.sched_getaffinity(0))
    else:
        n_cpus = os.cpu_count() or 1
    return min(n_cpus, MAX_THREADS)


# Made when it is needed: a process that `multiprocessing` spawns imports modules before it knows
# that it has a parent.
_pool: Pool | None = None


def present_pool() -> Pool:
    global _pool
    pool = _pool  # read once, because another thread may replace it
    if pool is None:
        pool = Pool.of(first_n_threads())
        _pool = pool
    return pool


def get_num_threads() -> int:
    """The number of threads that tag a batch."""
    return present_pool().n_threads


def set_num_threads(n_threads: int) -> None:
    """Set the number of threads that tag a batch, in all of this process. Tags stay the same,
    unless two are as probable to about 1e-5.

    A process starts with as many as the CPUs that it may use, at most 4, or with the number in the
    environment variable OMP_NUM_THREADS. A process that was forked or that `multiprocessing`
    started has one.

    n_threads (int): 1 or more.
    RAISES (ValueError): If it is no whole number from 1.
    """
    global _pool
    if not isinstance(n_threads, Integral) or isinstance(n_threads, bool) or n_threads < 1:
        raise ValueError(
            f"The number of threads is {n_threads!r}, but has to be a whole number, 1 or more."
        )
    _pool = Pool.of(int(n_threads))


def run_in_threads(work: Callable[[Any], None], items: Iterable[Any], n_threads: int) -> None:
    """Call a function with each item, in the calling thread and in others. Raises the first error.

    `Executor.map` would wait for chunks that stand behind the work of other callers. Here the
    calling thread takes whatever no other thread has taken.

    n_threads (int): Maximum number of threads, with the calling one.
    """
    todo = iter(items)  # gives each item to one thread
    errors: list[BaseException] = []

    def work_on_the_rest() -> None:
        try:
            for item in todo:
                work(item)
        except BaseException as error:
            errors.append(error)

    pool = present_pool()  # read once, because another thread may set another number
    helpers: list[Future[None]] = []
    try:
        for _ in range(min(n_threads, pool.n_threads) - 1):
            helpers.append(pool.executor.submit(work_on_the_rest))
    except RuntimeError as error:
        # The system starts no more threads, or Python is ending. The executor may have started the
        # work nevertheless, in a thread that it already had, so its end is waited for.
        pool.executor.shutdown()
        if present_pool() is pool:
            set_num_threads(1)
            warnings.warn(
                f"No more threads can be started ({error}), so one thread tags from now on. To try "
                f"again, call set_num_threads({pool.n_threads}).",
                stacklevel=2,
            )
    work_on_the_rest()
    for helper in helpers:
        if not helper.cancel():  # It has started.
            helper.result()
    if errors:
        raise errors[0]


in_forked_process(lambda: set_num_threads(1))
