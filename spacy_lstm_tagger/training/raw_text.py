"""Reads raw text from files, compressed or not."""

import bz2
import gzip
import json
import lzma
import textwrap
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

FORMATS = (".txt", ".jsonl")
OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def read_texts(path: Path, max_length: int) -> Iterator[str]:
    """Read the texts of a file that are not empty, one line at a time.

    path (Path): .txt with a text on each line, or .jsonl with a text under the key 'text'; also
        with .gz, .bz2 or .xz behind. Byte order marks are skipped.
    max_length (int): In characters. A longer text is cut at white space.

    Raises a ValueError that names the file and, where one is invalid, the line.
    """
    compressed = path.suffix in OPENERS
    format = path.with_suffix("").suffix if compressed else path.suffix
    if format not in FORMATS:
        raise ValueError(
            f"{path}: can't tell the format from the suffix {format!r}. Raw text is .txt with a "
            "text on each line, or .jsonl with a text under the key 'text'; both can be compressed "
            "as .gz, .bz2 or .xz."
        )
    # surrogateescape: so that the error can name the line that is invalid
    with (
        damage_named(path),
        OPENERS.get(path.suffix, open)(
            path, "rt", encoding="utf8", errors="surrogateescape"
        ) as lines,
    ):
        for number, line in enumerate(lines, start=1):
            try:
                yield from cut(text_of(line, format), max_length)
            except ValueError as error:
                raise ValueError(f"{path}: line {number} {error}") from None


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Raise a ValueError that names a file which can't be unpacked."""
    try:
        yield
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(
            f"{path} is cut off, damaged, or not a {path.suffix} file: {error}"
        ) from None


def text_of(line: str, format: str) -> str:
    """The text in a line. The message of a ValueError says what the line is, or is not."""
    text = line.strip("\ufeff \n\r\t")
    try:
        text.encode()
        if text and format == ".jsonl":
            text = str(json.loads(text)["text"].strip())
            text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode, encoded as UTF-8.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("is not a JSON object with a string under 'text'.") from None
    return text


def cut(text: str, max_length: int) -> list[str]:
    """Cut a text at white space into pieces of max_length characters or less, none empty. Raises a
    ValueError if a word is longer."""
    if len(text) <= max_length:
        return [text] if text else []
    pieces = textwrap.wrap(
        text,
        max_length,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    if max(map(len, pieces)) > max_length:
        raise ValueError(f"has a word of more than {max_length:,} characters.")
    return pieces
