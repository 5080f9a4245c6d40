"""Opens files of text, compressed or not, and reads their lines in parts."""

import bz2
import gzip
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, NamedTuple

OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
# The first bytes of compressed files: gzip, bzip2, xz, zstd and zip.
PACKED = re.compile(rb"\x1f\x8b\x08|BZh\d1AY&SY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|PK\x03\x04")
# Stands for standard input or output.
STANDARD = Path("-")
# The longest line in characters that is read as a whole. A small compressed file can unpack to any
# length.
MAX_LINE = 20_000_000


class EncodingError(ValueError):
    """A file is not in the encoding that was named."""


class LinePart(NamedTuple):
    """A line, or a part of one that is longer than what is read at a time.

    number (int): Number of the line in its file, from 1.
    text (str): Its characters. The last part of a line ends with a line break, except at the end of
        the file.
    is_first (bool): Whether the line begins here.
    keys (dict[str, Any] | None): Of a line of JSON, the keys beside the text, and their values.
    """

    number: int
    text: str
    is_first: bool
    keys: dict[str, Any] | None = None

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
    size: int,
    encoding: str = "utf8",
    on_read: Callable[[int], Any] | None = None,
    newline: str | None = None,
) -> Iterator[Iterator[LinePart]]:
    """Open a file for reading.

    path (Path): The file, compressed or not, or `STANDARD` for standard input.
    size (int): The largest number of characters that is read at once.
    encoding (str): Its encoding.
    on_read (Callable[[int], Any] | None): Called with each number of bytes that were read from the
        file. Of a compressed file, these are its own bytes.
    newline (str | None): What ends a line, as in `open`.
    YIELDS (Iterator[LinePart]): The lines. Bytes that are no text become surrogates, so that an
        error can name their line.

    Reading them raises a ValueError if the file can't be unpacked or decoded.
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
        text = TextIOWrapper(unpacked, encoding, "surrogateescape", newline)

        def read() -> Iterator[LinePart]:
            number = 1
            is_first = True
            n_read = 0
            # A program may put a stream without it in place of standard input.
            if hasattr(unpacked, "peek") and PACKED.match(unpacked.peek(10)):
                raise ValueError(packed_error(path))
            for characters in iter(partial(text.readline, size), ""):
                part = LinePart(number, characters, is_first)
                yield part
                is_first = part.is_last
                if part.is_last:
                    number += 1
                if on_read is not None and raw.seekable() and raw.tell() > n_read:
                    on_read(raw.tell() - n_read)
                    n_read = raw.tell()

        try:
            yield explain_errors(read(), path, encoding)
        finally:
            # A wrapper that is forgotten closes its file, which may be standard input.
            text.detach()


def packed_error(path: Path) -> str:
    """What to say of text that is compressed, though the name of its file does not say so."""
    if path == STANDARD or is_compressed(path):
        return "compressed, or compressed twice. Unpack it first."
    return "compressed. Unpack it first, or let its name end with .gz, .bz2 or .xz."


def explain_errors(parts: Iterator[LinePart], path: Path, encoding: str) -> Iterator[LinePart]:
    """Say in a ValueError what is wrong with a file that can't be read as text."""
    try:
        yield from parts
    except UnicodeError as error:
        # Not every encoding can turn invalid bytes into surrogates.
        raise EncodingError(f"not {encoding}: {error}") from None
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"cut off, damaged, or not a {path.suffix} file: {error}") from None


def whole_lines(parts: Iterable[LinePart]) -> Iterator[LinePart]:
    """Check that parts, read with a size of `MAX_LINE + 1`, are whole lines. Raises a ValueError
    that names a line which is longer."""
    for part in parts:
        if len(part.text) > MAX_LINE:
            raise ValueError(f"line {part.number} has more than {MAX_LINE:,} characters.")
        yield part


def check_unicode(text: str, number: int) -> None:
    """Raise a ValueError that names a line with bytes that are no Unicode."""
    if not is_unicode(text):
        raise EncodingError(f"line {number} is not valid Unicode, or is in another encoding.")


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


def name_file(error: ValueError, path: Path) -> ValueError:
    """An error that names the file in which it was found."""
    kind = EncodingError if isinstance(error, EncodingError) else ValueError
    return kind(f"{name_of(path)}: {error}")
