"""The number of threads on which PyTorch trains."""

import contextlib
import os
from collections.abc import Iterator

import torch

# Variables that say how many threads PyTorch takes.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextlib.contextmanager
def on_one_thread() -> Iterator[None]:
    """Let PyTorch compute on one thread, unless the user has chosen a number.

    PyTorch's threads wait for each other at each small product. If one of them has to share its CPU
    with another program, an update takes many times as long as on one thread.
    """
    n_threads = torch.get_num_threads()
    if n_threads == 1 or is_chosen(n_threads):
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def is_chosen(n_threads: int) -> bool:
    """Whether the user has chosen this number of threads, by a variable or by a call of torch."""
    if any(name in os.environ for name in THREAD_VARIABLES):
        return True
    # PyTorch does not tell whether its number was set. Unless it was, it is the number of cores, as
    # for threads between operations, which hardly anybody sets, or fewer if the process may use
    # fewer CPUs.
    n_cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else n_threads
    return n_threads != min(torch.get_num_interop_threads(), n_cpus)
