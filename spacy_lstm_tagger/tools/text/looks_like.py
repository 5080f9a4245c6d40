"""Tells by its first lines whether text is in a format with words."""

from collections.abc import Sequence

from .formats.conllu import CoNLLU
from .formats.format import BYTE_ORDER_MARK, Format
from .formats.json_lines import JSONLines, read_object
from .formats.tsv import TSV
from .formats.vrt import VRT
from .markup import parse_markup

# How many lines tell what a file is.
N_FIRST_LINES = 20
# Less lines of one word each can be text, such as a list of names.
MIN_WORDS = 5


def looks_like(lines: Sequence[str]) -> type[Format] | None:
    """The format that the first lines of a text look like; None for running text."""
    stripped = (line.strip("\r\n " + BYTE_ORDER_MARK) for line in lines)
    rows = [row for row in stripped if row.strip()]
    if rows and isinstance(read_object(rows[0]).get("text"), str):
        return JSONLines
    markup = [row for row in rows if parse_markup(row)]
    tables = [row for row in rows if "\t" in row and row not in markup]
    if any(len(row.split("\t")) == 10 and row[:1].isdigit() for row in tables):
        return CoNLLU
    if markup and len(tables) > 1 and len(tables) + len(markup) == len(rows):
        return VRT
    if len(rows) < MIN_WORDS or any(" " in row for row in rows):
        return None
    # A list of words has punctuation marks.
    is_list = not tables and any(not row[0].isalnum() for row in rows)
    return TSV if is_list or len(tables) == len(rows) else None
