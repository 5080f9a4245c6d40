"""A lock for weights: no thread reads them while another one changes them."""

import contextlib
from collections.abc import Iterator
from threading import Condition, get_ident

from .isolation import CHANGES, LOCKS


class WeightsLock:
    """Lets many threads read weights at a time, or one thread change them.

    A thread that reads can acquire the lock again to read, and a thread that changes weights can
    acquire it again for both. No thread waits for ever: a change goes before reads that are
    requested later, and the reads that waited for it go next. A pickle or a copy has a new lock.
    """

    def __init__(self) -> None:
        self.set_free()
        LOCKS.add(self)

    def __reduce__(self) -> tuple[type["WeightsLock"], tuple[()]]:
        return WeightsLock, ()

    def set_free(self) -> None:
        """Forget the threads that hold the lock: a forked process does not have them."""
        self._condition = Condition()
        self._readers: dict[int, int] = {}  # nested reads of each thread
        self._writer: int | None = None
        self._n_writes = 0  # nested changes of the writer
        self._writers_waiting = 0
        self._readers_waiting = 0
        self._readers_first = 0  # waiting readers that come before the next writer
        self._n_changes = 0

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the weights unchanged until the context ends."""
        thread, condition = get_ident(), self._condition
        with condition:
            if thread != self._writer and thread not in self._readers:
                self._wait_to_read()
            self._readers[thread] = self._readers.get(thread, 0) + 1
        try:
            yield
        finally:
            with condition:
                self._readers[thread] -= 1
                if not self._readers[thread]:
                    del self._readers[thread]
                    condition.notify_all()

    def _wait_to_read(self) -> None:
        if self._writer is None and not self._writers_waiting:
            return
        before = self._n_changes
        self._readers_waiting += 1
        try:
            self._condition.wait_for(
                lambda: (
                    self._writer is None
                    and (not self._writers_waiting or self._n_changes != before)
                )
            )
        finally:
            self._readers_waiting -= 1
            if self._n_changes != before:
                self._readers_first -= 1
                self._condition.notify_all()

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Keep other threads out until the context ends, and forks too."""
        # In this order everywhere: no thread waits for a lock while a fork waits for it.
        with self.exclusive(), CHANGES:
            yield

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other threads out until the context ends."""
        thread, condition = get_ident(), self._condition
        with condition:
            if thread != self._writer:
                self._wait_to_change(thread)
            self._writer = thread
            self._n_writes += 1
        try:
            yield
        finally:
            with condition:
                self._n_writes -= 1
                if not self._n_writes:
                    self._writer = None
                    self._n_changes += 1
                    self._readers_first = self._readers_waiting
                    condition.notify_all()

    def _wait_to_change(self, thread: int) -> None:
        self._writers_waiting += 1
        try:
            self._condition.wait_for(
                lambda: (
                    self._writer is None
                    and not self._readers_first
                    and self._readers.keys() <= {thread}
                )
            )
        finally:
            self._writers_waiting -= 1
