"""Files that are complete or not there, and locks on their folders."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

UNFINISHED = ".unfinished"  # how the name of a file ends that a killed process leaves


def write_file(path: Path, data: bytes) -> None:
    """Write a file that takes its place only when it is complete, see `replace_file`."""
    with replace_file(path) as file:
        file.write(data)


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes the place of another, or a new place, when the block ends.
    If the block or the writing fails, the old file stays, and an OSError names it.

    YIELDS (BinaryIO): The new file. It has a name of its own, so that others can write to the same
        place at once: the last one to finish wins.
    """
    target = path.resolve()  # of a link
    unfinished = target.with_name(f".{uuid4().hex}{UNFINISHED}")
    try:
        with unfinished.open("xb") as file:  # x: never through a link that is there
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except OSError as error:
        if error.errno is not None and error.filename in (None, str(unfinished)):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path, *, shared: bool = False, wait: bool = True) -> Iterator[None]:
    """Lock a folder until the context ends. Other threads and processes of this machine wait for
    the lock. A process that is killed releases it.

    The lock is on the folder itself: it leaves no file and needs no permission to write. Without
    support for such locks, as on Windows, this does nothing.

    shared (bool): Whether others may share the lock, for reading.
    wait (bool): Whether to wait for others. If not, raises a ValueError if they have it.
    """
    with ExitStack() as stack:
        try:
            if fcntl is not None:
                descriptor = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
                fcntl.flock(descriptor, how if wait else how | fcntl.LOCK_NB)
                # Closing is not enough: a process that was forked meanwhile holds it open.
                stack.callback(fcntl.flock, descriptor, fcntl.LOCK_UN)
        except BlockingIOError:
            raise ValueError(
                f"Another run is writing to {folder}. Wait for it, or choose another folder."
            ) from None
        except OSError:  # a file system without locks
            pass
        yield
