"""TSV: a word on each line, with tabs between it, its tag and other columns."""

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc

from .gold_token import (
    UPOS,
    GoldToken,
    NumberedLine,
    Sentence,
    lemma_of,
    shown,
    split_blocks,
    split_token,
    value_of,
)
from .raw_text import RawText
from .writer import ProbColumn, Writer, join_lines, sentences_of

# What the first line of a TSV may name beside the word, see `columns_of` in writer.py.
COLUMNS = {"tag", "pos", "lemma", "prob"}
# What it names in other programs.
OTHER_NAMES = {"id", "word", "token", "form", "upos", "xpos", "feats"}


def read_tsv(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """Word, tab, tag; a blank line after each sentence. Or the columns that the first line names,
    as in the TSV of `tag-text`."""
    names: list[str] = []
    for i, block in enumerate(split_blocks(lines)):
        if i == 0:
            number, first = block[0]
            names = header_of(first, number)
            if names and "tag" not in names:
                raise ValueError(f"line {number} names no column 'tag'.")
            block = block[1:] if names else block
        if block:
            yield [
                named_token(line, names, number) if names else split_token(line, "\t", number)
                for number, line in block
            ]


def header_of(line: str, number: int) -> list[str]:
    """The names of the columns in the first line of a TSV that is not empty, in lower case; none if
    it is a word and its tag. Raises a ValueError if they are other names, or not the word first."""
    names = line.lower().split("\t")
    is_unique = len(names) == len(set(names))
    others = set(names[1:])
    if names[0] == "word" and others & COLUMNS and not others & OTHER_NAMES and is_unique:
        return names
    first_names = set(names[:2])
    if len(first_names) > 1 and first_names <= COLUMNS | OTHER_NAMES:
        raise ValueError(
            f"line {number}: {shown(line)} seems to name the columns. Name each once: first word, "
            "then tag, pos, lemma and prob, as far as they are there."
        )
    return []


def named_token(line: str, names: list[str], number: int) -> GoldToken:
    """Read a line with a cell for each name."""
    # Empty cells at the end may have been removed with the line break.
    cells = line.split("\t")
    if len(cells) > len(names) or not cells[0]:
        raise ValueError(
            f"line {number}: {shown(line)} does not have the columns {', '.join(names)}."
        )
    values = dict(zip(names, cells, strict=False))
    pos = value_of(values.get("pos", ""))
    if pos and pos not in UPOS:
        raise ValueError(f"line {number}: {pos!r} is not a universal part of speech.")
    tag = value_of(values.get("tag", ""))
    return GoldToken(cells[0], tag, pos, lemma=lemma_of(values.get("lemma", ""), cells[0]))


class TSVWriter(Writer):
    """A word on each line, under a line with the names of the columns. An empty line follows each
    sentence."""

    def begin(self) -> str:
        return "\t".join(self.columns) + "\n"

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        rows = []
        for sentence in sentences_of(doc):
            rows += ["\t".join(self.cells(word, probs)) for word in sentence]
            rows.append("")
        return join_lines(rows)
