"""Ranges of CoNLL-U: words that a treebank splits though they are written as one, as German zum,
which is zu and dem."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ID, FORM, LEMMA, UPOS, XPOS, FEATS, HEAD = range(7)
N_COLUMNS = 10
RANGE = re.compile(r"[0-9]+-[0-9]+")
# What stands between the tags, and between the lemmas, of words that are one token.
JOINT = "+"

Row = list[str]


class Range(NamedTuple):
    """Words that are written as one.

    row (Row): The columns of the line with the range: what is written, and if a space follows.
    words (list[Row]): The columns of each word.
    """

    row: Row
    words: list[Row]

    @property
    def form(self) -> str:
        return self.row[FORM]

    @property
    def forms(self) -> list[str]:
        return [word[FORM] for word in self.words]

    @property
    def is_concatenation(self) -> bool:
        """Whether the text has the words, one after the other."""
        return "".join(self.forms) == self.form

    def join(self, column: int) -> str:
        """The values of the words in a column, such as ADP+DET; unknown if one of them is."""
        values = [word[column] for word in self.words]
        return "_" if "_" in values else JOINT.join(values)

    def join_features(self) -> str:
        """The features of all words. One that stands twice has both values: Number=Plur,Sing."""
        values: defaultdict[str, set[str]] = defaultdict(set)
        for word in self.words:
            for feature in word[FEATS].split("|"):
                name, equals, of_word = feature.partition("=")
                if equals:
                    values[name].update(of_word.split(","))
        features = [f"{name}={','.join(sorted(values[name]))}" for name in sorted(values)]
        return "|".join(features) or "_"

    def head(self) -> Row:
        """The first word that depends on none of the others."""
        ids = {word[ID] for word in self.words}
        return next((word for word in self.words if word[HEAD] not in ids), self.words[0])

    def as_word(self, tag_column: int) -> Row:
        """The columns of the range as one word, without a tree."""
        cells = ["_"] * N_COLUMNS
        cells[ID] = self.words[0][ID]
        cells[FORM] = self.form
        cells[LEMMA] = self.join(LEMMA)
        # ADP+DET is no universal part of speech.
        cells[UPOS] = self.head()[UPOS]
        cells[XPOS] = self.join(tag_column)
        cells[FEATS] = self.join_features()
        cells[-1] = self.row[-1]
        return cells


def read_rows(path: Path) -> list[Row]:
    """The lines of a file, cut at their tabs."""
    return [line.split("\t") for line in path.read_text(encoding="utf-8-sig").split("\n")]


def is_word(row: Row) -> bool:
    return len(row) == N_COLUMNS and row[ID].isdecimal()


def find_ranges(rows: Iterable[Row]) -> Iterator[Range]:
    """The ranges of a file."""
    for sentence in sentences_of(rows):
        yield from ranges_of(sentence).values()


def join_ranges(
    rows: Iterable[Row], is_token: Callable[[Range], bool], tag_column: int
) -> Iterator[Row]:
    """Make one word of each range that is one token.

    rows (Iterable[Row]): The lines of a file.
    is_token (Callable[[Range], bool]): Whether a range is one token.
    tag_column (int): The column of the tags: XPOS, or UPOS if the treebank has no XPOS.
    YIELDS (Row): The lines, with tags in XPOS.
    """
    for sentence in sentences_of(rows):
        tokens = {id_: each for id_, each in ranges_of(sentence).items() if is_token(each)}
        joined = {word[ID] for each in tokens.values() for word in each.words}
        for row in sentence:
            if row[ID] in tokens:
                yield tokens[row[ID]].as_word(tag_column)
            elif row[ID] not in joined:
                yield [*row[:XPOS], row[tag_column], *row[XPOS + 1 :]] if is_word(row) else row


def sentences_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The sentences of a file, and the empty lines between them."""
    for _, lines in groupby(rows, key=lambda row: not "".join(row).strip()):
        yield list(lines)


def ranges_of(sentence: list[Row]) -> dict[str, Range]:
    """The ranges of a sentence, by their ID, such as 3-4. `convert_tags` has checked them."""
    words = [row for row in sentence if is_word(row)]
    ranges = {}
    for row in sentence:
        if len(row) == N_COLUMNS and RANGE.fullmatch(row[ID]):
            first, last = map(int, row[ID].split("-"))
            ranges[row[ID]] = Range(row, [word for word in words if first <= int(word[ID]) <= last])
    return ranges
