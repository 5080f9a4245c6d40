"""Calls a function in several processes, which never outlive the one that started them.

A worker imports this module first, and it imports nothing large: so a worker that still starts ends
soon, too, and computes on one thread."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_in_processes(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    n_process: int,
    on_result: Callable[[Result], object],
) -> None:
    """Call a function with each of some items in processes of one thread each.

    If the function, the items or `on_result` raise an error, if the user interrupts, or if this
    process is killed, the workers end at once. Raises a ChildProcessError if one was killed.

    items (Iterable[Item]): They are taken when there is work for them, one more than processes.
    on_result (Callable[[Result], object]): Called with each result, in any order.
    """
    context = multiprocessing.get_context("spawn")
    # This process alone has the writing end, which is closed when it ends, however it ends.
    reader, writer = context.Pipe(duplex=False)
    running: set[Future[Result]] = set()

    def collect(n_left: int) -> None:
        while len(running) > n_left:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            running.difference_update(done)
            for future in done:
                on_result(future.result())

    with (
        reader,
        writer,
        ProcessPoolExecutor(n_process, context, start_worker, (reader,)) as pool,
    ):
        try:
            for item in items:
                collect(n_process)
                with interrupts_blocked():
                    running.add(pool.submit(function, item))
            collect(0)
        except BrokenProcessPool:
            raise ChildProcessError(
                "A worker process was killed, for want of memory perhaps. Run the command again to "
                "go on, with fewer processes if it repeats."
            ) from None
        except BaseException:
            writer.close()
            raise


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Leave Ctrl+C to this process, also while a worker that is started now has not yet run
    `start_worker`. A process inherits the signals that are blocked."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_worker(reader: Connection) -> None:
    """In a worker: end when the parent has closed the other end, or was killed."""
    os.environ["OMP_NUM_THREADS"] = "1"  # each worker has a core of its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=wait_for_end, args=(reader,), daemon=True).start()


def wait_for_end(reader: Connection) -> None:
    with suppress(EOFError, OSError):
        reader.recv_bytes()
    os._exit(1)
