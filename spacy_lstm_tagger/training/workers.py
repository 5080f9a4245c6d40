"""Calls a function in several processes, which never outlive the one that started them.

A worker imports this module first, and it imports nothing large: so a worker that still starts ends
soon, too."""

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

    def collect() -> None:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        running.difference_update(done)
        for future in done:
            on_result(future.result())

    with (
        reader,
        writer,
        ProcessPoolExecutor(n_process, context, end_with_parent, (reader,)) as pool,
    ):
        try:
            for item in items:
                if len(running) > n_process:
                    collect()
                with starting_workers():
                    running.add(pool.submit(function, item))
            while running:
                collect()
        except BrokenProcessPool:
            raise ChildProcessError(
                "A worker process was killed, for want of memory perhaps. Run the command again to "
                "go on, with fewer processes if it repeats."
            ) from None
        except BaseException:
            writer.close()
            raise


@contextmanager
def starting_workers() -> Iterator[None]:
    """Let processes that are started meanwhile compute on one thread, because each has a core of
    its own, and leave Ctrl+C to this process, also before `end_with_parent` runs."""
    n_threads = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    blocked = None
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if n_threads is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = n_threads
        if blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def end_with_parent(reader: Connection) -> None:
    """In a worker: end when the parent has closed the other end, or was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=wait_for_end, args=(reader,), daemon=True).start()


def wait_for_end(reader: Connection) -> None:
    with suppress(EOFError, OSError):
        reader.recv_bytes()
    os._exit(1)
