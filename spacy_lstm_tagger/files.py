"""Files that are complete or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

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
    unfinished = path.with_name(f".{uuid4().hex}{UNFINISHED}")
    try:
        with unfinished.open("xb") as file:  # x: never through a link that is there
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        if error.filename in (None, str(unfinished)):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
