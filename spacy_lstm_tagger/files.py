"""Writes files whole or not at all."""

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

# Suffix of files that are not complete. One survives if its process is killed. Nothing removes it
# later: it could belong to another process that is still writing.
UNFINISHED = ".unfinished"

# Files that this process has from its parent, such as a shell, with their numbers.
OPEN_FILE = re.compile("/dev/fd/([0-9]+)")
STANDARD_FILES = {"/dev/stdout": "/dev/fd/1", "/dev/stderr": "/dev/fd/2"}


def checksum(data: bytes) -> str:
    """The SHA-256 digest of the bytes of a file, in hexadecimal digits."""
    return sha256(data).hexdigest()


def write_file(path: Path, data: bytes) -> None:
    """Write a file that takes its place only when it is complete, see `replace_file`."""
    with replace_file(path) as file:
        file.write(data)


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes its place when the block ends. If the block or the writing fails,
    an old file stays as it is. Of two that write one file at once, the last to finish wins. A pipe
    or a device, such as /dev/stdout, is not replaced: what the block writes goes into it at once.

    path (Path): The file. A link keeps pointing to the same place.
    YIELDS (BinaryIO): The new file.

    Raises an OSError that names the file if it can't be written.
    """
    # A link keeps its place. `Path.resolve` raises no OSError for a link that leads to itself.
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".{uuid4().hex}{UNFINISHED}")
    try:
        stream = open_stream(path)
        if stream is not None:
            with stream:
                yield stream
            return
        with unfinished.open("xb") as file:
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


def open_stream(path: Path) -> BinaryIO | None:
    """Open what takes bytes where it is: a pipe, a device, a file that the parent process has
    opened. None for a file, or for a path with nothing yet. Raises an OSError for a folder."""
    open_file = OPEN_FILE.fullmatch(STANDARD_FILES.get(str(path), str(path)))
    if open_file:
        # The copy writes where the parent has stopped, and the parent goes on behind it.
        return os.fdopen(os.dup(int(open_file[1])), "wb")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return None if stat.S_ISREG(mode) else path.open("wb")
