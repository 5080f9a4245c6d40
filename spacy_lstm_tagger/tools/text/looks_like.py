"""Tells by its first lines whether a file is what it is read as."""

from collections.abc import Sequence

from .formats.conllu import CoNLLU
from .formats.format import BYTE_ORDER_MARK, Format
from .formats.json_lines import JSONLines, read_object
from .formats.tsv import TSV
from .formats.vrt import VRT
from .markup import parse_markup

# How many lines tell what a file is.
N_FIRST_LINES = 20


def rows_of(lines: Sequence[str]) -> list[str]:
    """The lines that are not empty, without spaces around them, line breaks and byte order mark."""
    rows = (line.strip("\r\n " + BYTE_ORDER_MARK) for line in lines)
    return [row for row in rows if row.strip()]


def looks_like(lines: Sequence[str]) -> type[Format] | None:
    """The format that the first lines of a text look like; None for running text."""
    rows = rows_of(lines)
    if rows and isinstance(read_object(rows[0]).get("text"), str):
        return JSONLines
    markup = [row for row in rows if parse_markup(row)]
    tables = [row for row in rows if "\t" in row and row not in markup]
    if any(len(row.split("\t")) == 10 and row[:1].isdigit() for row in tables):
        return CoNLLU
    if markup and len(tables) > 1 and len(tables) + len(markup) == len(rows):
        return VRT
    if len(rows) < 5:
        return None
    is_table = len(tables) == len(rows) and not any(" " in row for row in rows)
    words = [row for row in rows if " " not in row]
    is_list = len(words) == len(rows) and any(not row[0].isalnum() for row in rows)
    return TSV if is_table or is_list else None


def looks_like_text(lines: Sequence[str]) -> bool:
    """Whether the first lines of a file with a word on each line have several words, and no tab."""
    rows = [row for row in rows_of(lines) if not parse_markup(row)]
    return len(rows) > 1 and all(" " in row and "\t" not in row for row in rows)


def has_markup(lines: Sequence[str]) -> bool:
    """Whether two or more of the first lines of a text are elements alone, as in XML."""
    return sum(parse_markup(line.strip()) is not None for line in lines) > 1
