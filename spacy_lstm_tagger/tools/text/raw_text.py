"""Reads the texts of a file of raw text."""

from collections.abc import Iterator
from pathlib import Path

from .formats.registry import RAW, suffixes_of
from .lines import format_suffix, open_lines


def read_texts(path: Path, max_length: int) -> Iterator[str]:
    """Read the texts of a file that are not empty, in memory that does not grow with the file.

    path (Path): .txt with a text on each line, or .jsonl or .ndjson with a text under the key
        'text' of each line; also with .gz, .bz2 or .xz behind. Byte order marks are skipped.
    max_length (int): In characters. A longer text is cut at white space.

    Raises a ValueError that names the file and, where one is invalid, the line.
    """
    suffix = format_suffix(path)
    found = suffixes_of(RAW).get(suffix)
    if found is None:
        raise ValueError(
            f"{path}: can't tell the format from the suffix {suffix!r}. Raw text is "
            ".txt with a text on each line, or .jsonl with a text under the key 'text'; both can "
            "be compressed as .gz, .bz2 or .xz."
        )
    raw_format = found()
    with open_lines(path, raw_format.read_size(max_length)) as lines:
        for text in raw_format.texts(lines, max_length, paragraphs=False):
            yield text.text
