"""Reads tagged text: CoNLL-U, TSV, word/TAG, or VRT."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from html import unescape
from itertools import chain, groupby
from typing import NamedTuple

from spacy.parts_of_speech import IDS as POS_NAMES

from ...pipeline.lexicon import MORPHOLOGY
from .lines import check_unicode
from .markup import ENTITY, Markup, parse_markup

UPOS = {"_", *POS_NAMES} - {""}
# What the first line of a TSV may name, see `write_tagged`.
COLUMNS = {"word", "tag", "pos", "lemma", "prob"}


class InputFormat(StrEnum):
    """The formats of tagged text that can be read. `auto` is the one of the file's suffix."""

    auto = "auto"
    conllu = "conllu"
    tsv = "tsv"
    slash = "slash"
    vrt = "vrt"


class TaggedToken(NamedTuple):
    """A token. What is not known is empty.

    space (bool): Whether a space follows.
    """

    word: str
    tag: str
    pos: str = ""
    morph: str = ""
    lemma: str = ""
    space: bool = True


Sentence = list[TaggedToken]
NumberedLine = tuple[int, str]


def read_tagged(lines: Iterable[str], input_format: InputFormat) -> Iterator[Sentence]:
    """Read the sentences of a file.

    lines (Iterable[str]): Its lines.
    input_format (InputFormat): Its format, not `auto`.

    Raises a ValueError that names an invalid line.
    """
    return READERS[input_format](numbered_lines(lines))


def numbered_lines(lines: Iterable[str]) -> Iterator[NumberedLine]:
    """Lines with their numbers, without line breaks."""
    for number, line in enumerate(lines, start=1):
        check_unicode(line, number)
        yield number, line.strip("\r\n ")


def split_blocks(lines: Iterable[NumberedLine]) -> Iterator[list[NumberedLine]]:
    """The lines between blank lines."""
    for has_text, block in groupby(lines, key=lambda numbered: bool(numbered[1])):
        if has_text:
            yield list(block)


def read_conllu(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """One token per line, in ten columns. The tag is XPOS, or UPOS if there is no XPOS."""
    for block in split_blocks(lines):
        sentence: Sentence = []
        # The last word of a multiword token such as 3-4, and whether a space follows it.
        range_end = 0
        range_space = True
        for number, line in block:
            if line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) != 10:
                raise ValueError(f"line {number} has {len(columns)} columns, not 10: {shown(line)}")
            id_, word, lemma, upos, xpos, feats, *_, misc = columns
            # No sentence has so many words that a number of its words has ten digits.
            if not re.fullmatch(r"\d{1,9}([-.]\d{1,9})?", id_) or not word:
                raise ValueError(f"line {number} has no id or no word: {shown(line)}")
            if upos not in UPOS:
                raise ValueError(f"line {number}: {upos!r} is not a universal part of speech.")
            if feats != "_" and not re.fullmatch(MORPHOLOGY, feats):
                raise ValueError(f"line {number}: {feats!r} is not like Case=Nom|Number=Sing.")
            space = "SpaceAfter=No" not in misc.split("|")
            if "-" in id_:
                range_end = int(id_.split("-")[1])
                range_space = space
            # With a point, it is an empty node, which is not in the text.
            elif "." not in id_:
                if int(id_) <= range_end:
                    space = int(id_) == range_end and range_space
                tag = upos if xpos == "_" else xpos
                sentence.append(
                    TaggedToken(
                        word,
                        value_of(tag),
                        value_of(upos),
                        value_of(feats),
                        lemma_of(lemma, word),
                        space,
                    )
                )
        if sentence:
            yield sentence


def read_tsv(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """Word, tab, tag; a blank line after each sentence. Or the columns that the first line names,
    as in the TSV of `tag-text`."""
    names: list[str] = []
    for block in split_blocks(lines):
        if block[0][0] == 1:
            names = header_of(block[0][1])
            block = block[1:] if names else block
        if block:
            yield [
                named_token(line, names, number) if names else split_token(line, "\t", number)
                for number, line in block
            ]


def header_of(line: str) -> list[str]:
    """The names of the columns in the first line of a TSV; none if it is a word and its tag."""
    names = line.split("\t")
    return names if names[:2] == ["word", "tag"] and COLUMNS.issuperset(names) else []


def named_token(line: str, names: list[str], number: int) -> TaggedToken:
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
    return TaggedToken(cells[0], tag, pos, lemma=lemma_of(values.get("lemma", ""), cells[0]))


def read_slash(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """word/TAG word/TAG, a sentence on each line; the last slash of a token is the separator."""
    for number, line in chain.from_iterable(split_blocks(lines)):
        yield [split_token(token, "/", number) for token in re.split("[ \t]+", line)]


def read_vrt(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """A word, its tag and its lemma on each line, between lines of markup. A sentence ends at an
    empty line and where a block, such as <s> or <p>, begins or ends."""
    sentence: Sentence = []
    for number, line in lines:
        markup = parse_markup(line) if line.startswith("<") else None
        if markup is None and line:
            sentence.append(vrt_token(line, number))
        elif sentence and ends_sentence(markup):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def ends_sentence(markup: Markup | None) -> bool:
    """Whether a line without a word ends a sentence."""
    return markup is None or markup.is_block


def vrt_token(line: str, number: int) -> TaggedToken:
    """Read a line with a word, a tag and possibly a lemma. Other columns are left out."""
    cells = [ENTITY.sub(lambda entity: unescape(entity[0]), cell) for cell in line.split("\t")]
    if len(cells) < 2 or not cells[0]:
        raise ValueError(
            f"line {number}: {shown(line)} is not markup, nor a word, a tab, and a tag."
        )
    lemma = lemma_of(cells[2], cells[0]) if len(cells) > 2 else ""
    return TaggedToken(cells[0], value_of(cells[1].strip()), lemma=lemma)


def split_token(token: str, separator: str, number: int) -> TaggedToken:
    """Split a token into its word and its tag."""
    word, _, tag = token.rpartition(separator)
    if not word or "\t" in word:
        name = "a tab" if separator == "\t" else "a slash"
        raise ValueError(f"line {number}: {shown(token)} is not a word, {name}, and a tag.")
    return TaggedToken(word, value_of(tag.strip()))


def shown(text: str) -> str:
    """A line for an error, which does not have all of a long one."""
    return repr(text if len(text) <= 100 else f"{text[:100]}…")


def value_of(cell: str) -> str:
    """What a cell says, in which an underscore stands for nothing."""
    return "" if cell == "_" else cell


def lemma_of(cell: str, word: str) -> str:
    """What the cell of a lemma says. The lemma of the word _ is the word."""
    return cell if cell == word else value_of(cell)


READERS: dict[InputFormat, Callable[[Iterable[NumberedLine]], Iterator[Sentence]]] = {
    InputFormat.conllu: read_conllu,
    InputFormat.tsv: read_tsv,
    InputFormat.slash: read_slash,
    InputFormat.vrt: read_vrt,
}
