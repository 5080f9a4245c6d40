"""Reads raw text from files, compressed or not."""

import bz2
import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

FORMATS = (".txt", ".jsonl")
OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def read_shards(path: Path, shard_words: int, max_length: int) -> Iterator[list[str]]:
    """Read texts in lists of about shard_words words, see `read_texts`."""
    texts: list[str] = []
    n_words = 0
    for text in read_texts(path, max_length):
        texts.append(text)
        n_words += n_words_of(text)
        if n_words >= shard_words:
            yield texts
            texts, n_words = [], 0
    if texts:
        yield texts


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
    try:
        # surrogateescape: so that the error can name the line that is invalid
        with OPENERS.get(path.suffix, open)(
            path, "rt", encoding="utf8", errors="surrogateescape"
        ) as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield from cut(read_text(line.strip("\ufeff"), format), max_length)
                except ValueError as error:
                    raise ValueError(f"{path}: line {number} {error}") from None
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(
            f"{path} is cut off, damaged, or not a {path.suffix} file: {error}"
        ) from None


def read_text(line: str, format: str) -> str:
    """The text of a line. The message of a ValueError says what the line is, or is not."""
    check_unicode(line)
    if format == ".txt" or not line.strip():
        return line.strip()
    try:
        text = json.loads(line)["text"].strip()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("is not a JSON object with a string under 'text'.") from None
    check_unicode(text)
    return str(text)


def check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode, encoded as UTF-8.") from None


def cut(text: str, max_length: int) -> Iterator[str]:
    """Cut a text at white space into pieces of max_length characters or less."""
    while len(text) > max_length:
        piece = text[: max_length + 1].rsplit(maxsplit=1)[0]
        if len(piece) > max_length:
            raise ValueError(f"has a word of more than {max_length:,} characters.")
        yield piece
        text = text[len(piece) :].lstrip()
    if text:
        yield text


def n_words_of(text: str) -> int:
    return len(text.split())
