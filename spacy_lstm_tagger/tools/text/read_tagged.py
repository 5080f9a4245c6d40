"""Reads tagged text: CoNLL-U, TSV, word/TAG, or VRT."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import chain

from .conllu import read_conllu
from .gold_token import NumberedLine, Sentence, split_blocks, split_token
from .lines import check_unicode
from .tsv import read_tsv
from .vrt import read_vrt


class TaggedFormat(StrEnum):
    """The formats of tagged text that can be read. `auto` is the one of the file's suffix."""

    auto = "auto"
    conllu = "conllu"
    tsv = "tsv"
    slash = "slash"
    vrt = "vrt"


def read_tagged(lines: Iterable[str], input_format: TaggedFormat) -> Iterator[Sentence]:
    """Read the sentences of a file.

    lines (Iterable[str]): Its lines.
    input_format (TaggedFormat): Its format, not `auto`.

    Raises a ValueError that names an invalid line.
    """
    return READERS[input_format](numbered_lines(lines))


def numbered_lines(lines: Iterable[str]) -> Iterator[NumberedLine]:
    """Lines with their numbers, without line breaks."""
    for number, line in enumerate(lines, start=1):
        check_unicode(line, number)
        yield number, line.strip("\r\n ")


def read_slash(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """word/TAG word/TAG, a sentence on each line; the last slash of a token is the separator."""
    for number, line in chain.from_iterable(split_blocks(lines)):
        yield [split_token(token, "/", number) for token in re.split("[ \t]+", line)]


READERS: dict[TaggedFormat, Callable[[Iterable[NumberedLine]], Iterator[Sentence]]] = {
    TaggedFormat.conllu: read_conllu,
    TaggedFormat.tsv: read_tsv,
    TaggedFormat.slash: read_slash,
    TaggedFormat.vrt: read_vrt,
}
