"""A lock by which each call sees weights of one state, never a mixture of two."""

import contextlib
import os
from collections.abc import Iterator
from threading import Condition, get_ident

from .isolation import CHANGES


class WeightsLock:
    """Lets many threads read weights at a time, or one thread change them.

    A thread that reads can read again, and a thread that changes weights can do both again. A
    change goes before reads that come later. The lock is neither pickled nor copied: each
    network has its own.
    """

    def __init__(self) -> None:
        self._set_free()

    def __reduce__(self) -> tuple[type["WeightsLock"], tuple[()]]:
        return WeightsLock, ()

    def _set_free(self) -> None:
        self._process = os.getpid()
        self._condition = Condition()
        self._readers: dict[int, int] = {}  # how often each thread reads
        self._writer: int | None = None
        self._n_writes = 0  # of the writer, one inside the other
        self._n_waiting = 0

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the weights as they are until the context ends."""
        if self._process != os.getpid():  # forked: the threads that held the lock are not here
            self._set_free()
        thread, condition = get_ident(), self._condition
        with condition:
            if thread != self._writer and thread not in self._readers:
                condition.wait_for(lambda: self._writer is None and not self._n_waiting)
            self._readers[thread] = self._readers.get(thread, 0) + 1
        try:
            yield
        finally:
            with condition:
                self._readers[thread] -= 1
                if not self._readers[thread]:
                    del self._readers[thread]
                    condition.notify_all()

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Keep other threads out until the context ends."""
        if self._process != os.getpid():
            self._set_free()
        thread, condition = get_ident(), self._condition
        with condition:
            self._n_waiting += 1
            try:
                condition.wait_for(
                    lambda: self._writer in (None, thread) and self._readers.keys() <= {thread}
                )
            finally:
                self._n_waiting -= 1
            self._writer = thread
            self._n_writes += 1
        try:
            with CHANGES:
                yield
        finally:
            with condition:
                self._n_writes -= 1
                if not self._n_writes:
                    self._writer = None
                condition.notify_all()
