"""Writes files whole or not at all."""

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

# Suffix of files that are not complete. One survives if its process is killed. Nothing removes it
# later: it could belong to another process that is still writing.
UNFINISHED = ".unfinished"

# Files that this process has from its parent, such as a shell, with their numbers.
OPEN_FILE = re.compile("/dev/fd/([0-9]+)")
STANDARD_FILES = {"/dev/stdout": "/dev/fd/1", "/dev/stderr": "/dev/fd/2"}

# Errors of writing to an open file, such as a full disk. They do not name the file.
ERRORS_OF_WRITING = {errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EPIPE}
# Windows has no quotas.
ERRORS_OF_WRITING.add(getattr(errno, "EDQUOT", errno.ENOSPC))


def write_file(path: Path, data: bytes) -> None:
    """Write a file that takes its place when it is complete, see `replace_file`."""
    with replace_file(path) as file:
        file.write(data)


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes its place when the block ends. If the block or the writing fails,
    an old file stays as it is. If two processes write one file at once, the last to finish wins. A
    pipe or a device, such as /dev/stdout, is not replaced: the block writes straight into it.

    path (Path): The file. A link to a file is replaced, and what it leads to stays as it is.
    YIELDS (BinaryIO): The new file.

    Raises an OSError that names the file if it can't be written.
    """
    stream = open_stream(path)
    if stream is not None:
        with name_in_errors(path), stream:
            yield stream
        return
    unfinished = path.with_name(f".{uuid4().hex}{UNFINISHED}")
    try:
        with name_in_errors(path, unfinished):
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if path.is_file() and not path.is_symlink():
                shutil.copymode(path, unfinished)
            unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextmanager
def name_in_errors(path: Path, unfinished: Path | None = None) -> Iterator[None]:
    """Name a path in errors of writing, which have no name or the unfinished file's."""
    try:
        yield
    except OSError as error:
        is_nameless = error.filename is None and error.errno in ERRORS_OF_WRITING
        if is_nameless or error.filename == str(unfinished):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


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
