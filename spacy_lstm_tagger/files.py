"""Writes files whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

try:
    import fcntl
except ImportError:
    # Windows has no such locks. It refuses to remove a file that is open in another process.
    fcntl = None  # type: ignore[assignment]

# Suffix of files that are not complete. One survives if its process is killed.
UNFINISHED = ".unfinished"
LEFT_BEHIND = "." + 32 * "[0-9a-f]" + UNFINISHED


def write_file(path: Path, data: bytes) -> None:
    """Write a file that takes its place only when it is complete, see `replace_file`."""
    with replace_file(path) as file:
        file.write(data)


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes its place when the block ends. If the block or the writing fails,
    an old file stays as it is. Of two that write one file at once, the last to finish wins.

    path (Path): The file. A link keeps pointing to the same place.
    YIELDS (BinaryIO): The new file.

    Raises an OSError that names the file if it can't be written.
    """
    target = path.resolve()
    unfinished = target.with_name(f".{uuid4().hex}{UNFINISHED}")
    remove_left_behind(target.parent)
    try:
        with unfinished.open("xb") as file:
            if fcntl is not None:
                # The lock shows that this process lives. It ends with the process.
                with suppress(OSError):
                    fcntl.flock(file, fcntl.LOCK_EX)
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
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


def remove_left_behind(folder: Path) -> None:
    """Remove the unfinished files of processes that were killed."""
    for path in folder.glob(LEFT_BEHIND):
        # An error says that the process which writes the file lives, or has just finished it.
        with suppress(OSError):
            if fcntl is not None:
                with path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
