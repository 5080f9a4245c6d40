"""Opens files of text, compressed or not, and reads their lines."""

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, NamedTuple

OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
# Stands for standard input or output.
STANDARD = Path("-")
# The longest line in characters that is read as a whole. A small compressed file can unpack to any
# length.
MAX_LINE = 20_000_000


class Line(NamedTuple):
    """A line. One that is longer than what is read at a time comes as several of the same number.

    number (int): Its number in the file, from 1.
    text (str): Its characters. The last ones of a line are a line break, except at the end of the
        file.
    is_first (bool): Whether the line begins here.
    """

    number: int
    text: str
    is_first: bool = True

    @property
    def is_last(self) -> bool:
        """Whether the line ends here. At the end of a file, only the end tells."""
        return self.text.endswith("\n")


def is_compressed(path: Path) -> bool:
    """Whether a file's suffix names a compression."""
    return path.suffix.lower() in OPENERS


def format_suffix(path: Path) -> str:
    """The suffix that names a file's format, in lower case, without the one of its compression."""
    return (path.with_suffix("") if is_compressed(path) else path).suffix.lower()


@contextmanager
def open_lines(
    path: Path,
    size: int | None = None,
    encoding: str = "utf8",
    on_read: Callable[[int], Any] | None = None,
    newline: str | None = None,
) -> Iterator[Iterator[Line]]:
    """Open a file for reading.

    path (Path): The file, compressed or not, or `STANDARD` for standard input.
    size (int | None): The largest number of characters that is read at once. None: lines are read
        as a whole, and are not longer than `MAX_LINE`.
    encoding (str): Its encoding.
    on_read (Callable[[int], Any] | None): Called with each number of bytes that were read from the
        file. Of a compressed file, these are its own bytes.
    newline (str | None): What ends a line, as in `open`.
    YIELDS (Iterator[Line]): The lines. Reading them raises a ValueError if the file can't be
        unpacked or decoded, or if a line is too long.

    A ValueError that is raised in the block names the file.
    """
    raw_file: AbstractContextManager[Any]
    if path == STANDARD:
        if sys.stdin is None:
            raise ValueError("Standard input is closed.")
        raw_file = nullcontext(sys.stdin.buffer)
    else:
        raw_file = path.open("rb")
    with raw_file as raw:
        unpacked = OPENERS[path.suffix.lower()](raw) if is_compressed(path) else raw
        # Bytes that are no text become surrogates, so that an error can name their line.
        text = TextIOWrapper(unpacked, encoding, "surrogateescape", newline)

        def read() -> Iterator[Line]:
            number = 1
            is_first = True
            n_read = 0
            for characters in iter(partial(text.readline, size or MAX_LINE + 1), ""):
                if size is None and len(characters) > MAX_LINE:
                    raise ValueError(f"line {number} has more than {MAX_LINE:,} characters.")
                if not is_unicode(characters):
                    raise ValueError(
                        f"line {number} is not valid Unicode. If the file is in another encoding, "
                        "convert it to UTF-8, or name the encoding for tag-text, as in --encoding "
                        "cp1252. If it is compressed, unpack it."
                    )
                line = Line(number, characters, is_first)
                yield line
                is_first = line.is_last
                if line.is_last:
                    number += 1
                if on_read is not None and raw.seekable() and raw.tell() > n_read:
                    on_read(raw.tell() - n_read)
                    n_read = raw.tell()

        try:
            yield explain_errors(read(), path, encoding)
        except ValueError as error:
            raise ValueError(f"{name_of(path)}: {error}") from None
        finally:
            # A wrapper that is forgotten closes its file, which may be standard input.
            text.detach()


def explain_errors(lines: Iterator[Line], path: Path, encoding: str) -> Iterator[Line]:
    """Say in a ValueError what is wrong with a file that can't be read as text."""
    try:
        yield from lines
    except UnicodeError as error:
        # Not every encoding can turn invalid bytes into surrogates.
        raise ValueError(f"not {encoding}: {error}") from None
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"cut off, damaged, or not a {path.suffix} file: {error}") from None


def is_unicode(text: str) -> bool:
    """Whether a text has no half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def name_of(path: Path) -> str:
    """What a message calls a file."""
    return "Standard input" if path == STANDARD else str(path)
