"""Reads raw text from files, compressed or not."""

import bz2
import gzip
import json
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, Any, TypeVar

from ..progress import progress_bar

FORMATS = (".txt", ".jsonl")
OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
STANDARD = Path("-")  # standard input or output

Item = TypeVar("Item")


def read_texts(path: Path, max_length: int) -> Iterator[str]:
    """Read the texts of a file that are not empty, one line at a time.

    path (Path): .txt with a text on each line, or .jsonl with a text under the key 'text'; also
        with .gz, .bz2 or .xz behind. Byte order marks are skipped.
    max_length (int): In characters. A longer text is cut at white space.

    Raises a ValueError that names the file and, where one is invalid, the line.
    """
    if format_of(path) not in FORMATS:
        raise ValueError(
            f"{path}: can't tell the format from the suffix {format_of(path)!r}. Raw text is .txt "
            "with a text on each line, or .jsonl with a text under the key 'text'; both can be "
            "compressed as .gz, .bz2 or .xz."
        )
    with open_lines(path) as lines:
        yield from (text for _, text in numbered_texts(lines, path, max_length))


def format_of(path: Path) -> str:
    """A file's suffix, before the one of its compression."""
    return (path.with_suffix("") if path.suffix in OPENERS else path).suffix


@contextmanager
def open_lines(
    path: Path, encoding: str = "utf8", title: str | None = None
) -> Iterator[Iterator[str]]:
    """Open a file, compressed or not, or standard input, which has no progress bar.

    title (str | None): What stands before a progress bar, which the lines move; None for no bar.
    YIELDS (Iterator[str]): The lines. Bytes that are no text become surrogates, so that an error
        can name their line. Raises a ValueError that names a file which can't be unpacked.
    """
    is_file = path != STANDARD
    size = path.stat().st_size if is_file else None
    has_bar = title is not None and is_file
    bar: Any = progress_bar(title, size, "B", unit_scale=True) if has_bar else nullcontext()
    try:
        with path.open("rb") if is_file else nullcontext(sys.stdin.buffer) as raw, bar:
            unpacked: IO[Any] = OPENERS[path.suffix](raw) if path.suffix in OPENERS else raw
            text = TextIOWrapper(unpacked, encoding, "surrogateescape")

            def read() -> Iterator[str]:
                for line in text:
                    yield line
                    if has_bar:
                        bar.update(raw.tell() - bar.n)

            yield read()
            text.detach()
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(
            f"{path} is cut off, damaged, or not a {path.suffix} file: {error}"
        ) from None
    except UnicodeError as error:  # of an encoding in which such bytes can't become surrogates
        raise ValueError(f"{path} is not {encoding}: {error}") from None


def numbered_texts(
    lines: Iterable[str], path: Path, max_length: int, paragraphs: bool = False
) -> Iterator[tuple[int, str]]:
    """The texts in lines that are not empty, each with the number of its first line.

    path (Path): Where the lines are from. Those of .jsonl have a text under the key 'text'.
    max_length (int): In characters. A longer text is cut at white space.
    paragraphs (bool): Whether a text is all lines up to an empty one, except in .jsonl.

    Raises a ValueError that names an invalid line.
    """
    format, paragraph = format_of(path), list[str]()
    for number, line in enumerate(chain(lines, [""]), start=1):  # the last paragraph ends, too
        try:
            text = text_of(line, format)
            pieces = cut(text, max_length)
        except ValueError as error:
            raise ValueError(f"{path}: line {number} {error}") from None
        if paragraphs and format != ".jsonl":
            if text:
                paragraph.append(text)
                continue
            pieces = cut(" ".join(paragraph), max_length)
        yield from ((number - len(paragraph), piece) for piece in pieces)
        paragraph.clear()


def text_of(line: str, format: str) -> str:
    """The text in a line. The message of a ValueError says what the line is, or is not."""
    text = line.strip("\ufeff \n\r\t")
    try:
        text.encode()
        if text and format == ".jsonl":
            text = str(json.loads(text)["text"].strip())
            text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode, or is in another encoding.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("is not a JSON object with a string under 'text'.") from None
    return text


def cut(text: str, max_length: int) -> list[str]:
    """Cut a text at white space into pieces of max_length characters or less, none empty. Raises a
    ValueError if a word is longer."""
    if len(text) <= max_length:
        return [text] if text else []
    if re.search(rf"\S{{{max_length + 1}}}", text):
        raise ValueError(f"has a word of more than {max_length:,} characters.")
    return re.findall(rf"\S(?:.{{0,{max(max_length - 2, 0)}}}\S)?(?!\S)", text, re.S)


def groups(items: Iterable[Item], size: int, length: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Split items, in their order, into lists. Each ends with the item that brings the sum of the
    lengths to `size`, the last one with the last item."""
    group, total = list[Item](), 0
    for item in items:
        group.append(item)
        total += length(item)
        if total >= size:
            yield group
            group, total = [], 0
    if group:
        yield group
