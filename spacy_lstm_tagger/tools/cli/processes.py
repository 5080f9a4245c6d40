"""Ends a command and the processes that it has started."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer import Exit

# Seconds for which a process may go on after it was asked to end.
PATIENCE = 5


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and Ctrl+C end the program as an exception does, so that files are finished or
    removed, and its processes with it. Ctrl+C reaches them, too; they leave it to the program."""
    main = os.getpid()

    def stop(number: int, _: Any) -> None:
        if os.getpid() != main:
            if number == signal.SIGTERM:
                os._exit(128 + number)
            return
        # spaCy would wait until they have tagged their batches.
        end_processes()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_processes() -> None:
    """End the processes that this one has started. They have time to remove unfinished files."""
    processes = multiprocessing.active_children()
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(PATIENCE)
        process.kill()
        process.join()


@contextmanager
def ended_without_waiting(n_process: int) -> Iterator[None]:
    """End a program that has failed or was stopped, although texts wait for other processes. Python
    would wait at its end until somebody takes them.

    n_process (int): Number of processes. With one, this does nothing.
    """
    try:
        yield
    except (BrokenPipeError, Exit, SystemExit) as error:
        if n_process == 1:
            raise
        end_processes()
        sys.stderr.flush()
        code = getattr(error, "exit_code", getattr(error, "code", 1))
        os._exit(code if isinstance(code, int) else 1)
