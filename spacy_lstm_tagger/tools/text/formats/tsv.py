"""TSV: a word on each line, with tabs between it, its tag and other columns."""

from collections.abc import Sequence

from spacy.tokens import Doc

from ..gold_token import NamesError, quote
from ..items import RawText, SentenceLines
from ..lines import Line
from .columns import Column, columns_in
from .format import ProbColumn, join_lines, sentences_of
from .vertical import VerticalFormat

# What the first line may name beside the word.
NAMES = {column.name for column in columns_in("tsv")} - {"word"}
# What it names in other programs.
OTHER_NAMES = {"id", "word", "token", "form", "upos", "xpos", "feats"}


class TSV(VerticalFormat):
    """A word and its tag on each line, and an empty line after each sentence; or the columns that
    the first line names.

    names (list[str]): The names in the first line, in lower case. Without any, the second cell of a
        line is the tag, and the third is the lemma.
    """

    name = "tsv"
    suffixes = (".tsv",)

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        super().__init__(columns)
        self.names: list[str] = []
        self.places = {"tag": 1, "lemma": 2}

    def add(self, sentence: SentenceLines, line: Line, content: str) -> bool:
        if line.number == self.first_line:
            self.names = names_in(content, line.number)
            if self.names:
                self.places = {
                    name: place for place, name in enumerate(self.names) if name in NAMES
                }
                self.filler = ""
                sentence.add_line(line.text)
                return False
        return self.add_cells(sentence, line, content)

    def check_gold(self, cells: list[str], line: str, number: int) -> None:
        if "tag" not in self.places:
            raise NamesError(f"line {self.first_line} names no column 'tag'.")
        # Empty cells at the end may have been removed with the line break.
        if self.names and len(cells) > len(self.names):
            columns = ", ".join(self.names)
            raise ValueError(f"line {number}: {quote(line)} does not have the columns {columns}.")
        if not self.names and len(cells) != 2:
            message = f"line {number}: {quote(line)} is not a word, a tab, and a tag."
            if len(cells) > 2:
                message += (
                    " If there are more columns, name them in the first line: word, tag, lemma."
                )
            raise ValueError(message)

    def begin(self) -> str:
        return "\t".join(column.name for column in self.columns) + "\n"

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        lines = []
        for sentence in sentences_of(doc):
            for word in sentence:
                values = self.values(word, probs)
                lines.append("\t".join("" if value is None else str(value) for value in values))
            lines.append("")
        return join_lines(lines)


def names_in(line: str, number: int) -> list[str]:
    """The names of the columns in the first line of a TSV that is not empty, in lower case; none if
    it is a word and its tag. Raises a NamesError if they are other names, or not the word first."""
    names = line.lower().split("\t")
    is_unique = len(names) == len(set(names))
    others = set(names[1:])
    if names[0] == "word" and others & NAMES and not others & OTHER_NAMES and is_unique:
        return names
    first_names = set(names[:2])
    is_known = len(first_names) > 1 and first_names <= NAMES | OTHER_NAMES
    # The lemma of the word "word" would be "word".
    has_other_lemma = names[0] == "word" and names[2:3] not in ([], ["word"])
    if is_known or has_other_lemma:
        after_word = ", ".join(column.name for column in columns_in("tsv")[1:])
        raise NamesError(
            f"line {number}: {quote(line)} seems to name the columns. Name each once: first word, "
            f"then {after_word}, as far as they are there."
        )
    return []
