"""What the formats with a word on each line share: CoNLL-U, TSV and VRT."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator

from spacy.tokens import Doc, Token

from ....pipeline.tag_morphology import MORPHOLOGY
from ..gold_token import UPOS, GoldToken, Mistakes, Sentence, lemma_of, value_of
from ..items import SentenceLines
from ..lines import Line
from .format import BYTE_ORDER_MARK, ProbColumn, TaggedFormat, WritableFormat

# The most lines that are one sentence. A file without the ends of sentences is cut here.
MAX_LINES = 2000


class VerticalFormat(TaggedFormat, WritableFormat):
    """A format with a word on each line, and tabs between the word and its annotation.

    places (dict[str, int]): The index of the cell that each column has, by the column's name.
    filler (str): What stands in a cell without a value.
    first_line (int): The number of the first line that is not empty; 0 before it was read.
    """

    places: dict[str, int]
    filler = "_"
    first_line = 0

    @abstractmethod
    def add(self, sentence: SentenceLines, line: Line, content: str) -> bool:
        """Add a line that is not empty to a sentence. Raises a ValueError if it is not valid; it is
        not added then.

        line (Line): The line.
        content (str): Its characters without line break and byte order mark.
        RETURNS (bool): Whether the sentence ends here.
        """

    def add_cells(self, sentence: SentenceLines, line: Line, content: str) -> bool:
        """Add a line to a sentence, whose first cell is a word. Returns False: it ends none."""
        word = self.split(content)[0]
        if not word:
            raise ValueError(f"line {line.number} has no word in its first column.")
        check_line_end(content, line.number)
        sentence.add_word(line.text, word)
        return False

    def split(self, content: str) -> list[str]:
        """The cells of a line."""
        return content.split("\t")

    def end_sentence(self) -> None:
        """Forget a sentence, at an empty line or at the end of the file. Raises a ValueError that
        names a line of it."""

    def sentences(
        self, lines: Iterable[Line], mistakes: Mistakes, max_lines: int | None = None
    ) -> Iterator[SentenceLines]:
        """Find the sentences. Together, they have all lines.

        mistakes (Mistakes): Notes the invalid lines.
        max_lines (int | None): The most lines that are one sentence.
        """
        sentence: SentenceLines | None = None
        for line in lines:
            content = line.text.rstrip("\r\n")
            if line.number == 1:
                content = content.removeprefix(BYTE_ORDER_MARK)
            if sentence is None:
                sentence = SentenceLines(line.number)
            is_end = not content or content.isspace()
            try:
                if is_end:
                    self.end_sentence()
                    sentence.add_line(line.text)
                else:
                    self.first_line = self.first_line or line.number
                    is_end = self.add(sentence, line, content)
            except ValueError as error:
                mistakes.note(error)
                sentence.add_line(line.text)
            if (is_end and sentence.words) or len(sentence.lines) == max_lines:
                yield sentence
                sentence = None
        try:
            self.end_sentence()
        except ValueError as error:
            mistakes.note(error)
        if sentence is not None:
            yield sentence

    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        numbered = (Line(number, trimmed(line)) for number, line in enumerate(lines, start=1))
        mistakes = Mistakes()
        for sentence in self.sentences(numbered, mistakes):
            tokens = []
            for place, word, space in zip(
                sentence.places, sentence.words, sentence.spaces, strict=True
            ):
                line = sentence.lines[place]
                try:
                    tokens.append(self.gold_token(line, sentence.number + place, word, space))
                except ValueError as error:
                    mistakes.note(error)
            if tokens:
                yield tokens
        mistakes.check()

    def gold_token(self, line: str, number: int, word: str, space: bool | None) -> GoldToken:
        """Read the annotation of a word."""
        cells = self.split(line)
        self.check_gold(cells, line, number)
        values = {name: cells[place] for name, place in self.places.items() if place < len(cells)}
        pos = value_of(values.get("pos", ""))
        if pos and pos not in UPOS:
            raise ValueError(f"line {number}: {pos!r} is not a universal part of speech.")
        morph = value_of(values.get("morph", ""))
        if morph and not re.fullmatch(MORPHOLOGY, morph):
            raise ValueError(f"line {number}: {morph!r} is not like Case=Nom|Number=Sing.")
        tag = value_of(values.get("tag", ""))
        lemma = lemma_of(values.get("lemma", ""), word)
        return GoldToken(word, tag, pos, join_values(morph), lemma, space)

    def check_gold(self, cells: list[str], line: str, number: int) -> None:
        """Raise a ValueError that names a line without a tag."""

    def escape(self, name: str, value: str) -> str:
        """How a value stands in the cell of a column."""
        return value

    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        """Replace the probability in the cells of a line, or remove it, if it has a place."""
        if "prob" in self.places:
            self.add_missing(cells, ["prob"])
            cells[self.places["prob"]] = "" if prob is None else str(prob)

    def add_missing(self, cells: list[str], names: Iterable[str]) -> None:
        """Add cells to a line that does not have the cells of some columns."""
        n_cells = max(self.places[name] for name in names) + 1
        cells += [self.filler] * (n_cells - len(cells))

    def sentences_to_tag(
        self, lines: Iterable[Line], need_all: bool, need_prob: bool
    ) -> Iterator[SentenceLines]:
        """Find the sentences whose words are to be tagged. What `columns` has is to be replaced,
        as far as the file has a place for it.

        need_all (bool): Whether the file has to have a place for each of the columns.
        need_prob (bool): Whether it has to have a place for the probability of each tag.

        Raises a ValueError that names an invalid line.
        """
        is_checked = False
        for sentence in self.sentences(lines, Mistakes(0), MAX_LINES):
            if self.first_line and not is_checked:
                self.check_places(need_all, need_prob)
                is_checked = True
            yield sentence

    def check_places(self, need_all: bool, need_prob: bool) -> None:
        """Leave out the columns without a place. Raises a ValueError if what is needed is out."""
        missing = [column.option for column in self.columns if column.name not in self.places]
        self.columns = [column for column in self.columns if column.name in self.places]
        if not self.columns or (missing and need_all):
            raise ValueError(f"line {self.first_line} names no column for {', '.join(missing)}.")
        if need_prob and "prob" not in self.places:
            raise ValueError(
                f"line {self.first_line} names no column 'prob' for --probs, as the TSV of "
                "tag-text does."
            )

    def retag(self, sentence: SentenceLines, doc: Doc, probs: ProbColumn) -> str:
        """The lines of a sentence, in which a Doc's annotation replaces what `columns` has. Where
        the Doc says nothing, and in all other cells, what stands there stays.

        sentence (SentenceLines): The sentence, of `sentences_to_tag`.
        doc (Doc): Its words, tagged.
        probs (ProbColumn): The probability of each token's tag.

        Raises a ValueError if the Doc has other words.
        """
        if len(doc) != len(sentence.words):
            raise ValueError(
                f"The pipeline has made {len(doc)} tokens of {len(sentence.words)} words: a "
                "component merges or splits tokens. Leave it out with --exclude."
            )
        lines = list(sentence.lines)
        for place, word in zip(sentence.places, doc, strict=True):
            if not word.is_space:
                content = lines[place].rstrip("\r\n")
                line_break = lines[place][len(content) :]
                cells = content.split("\t")
                self.replace(cells, word, probs)
                lines[place] = "\t".join(cells) + line_break
        return "".join(lines)

    def replace(self, cells: list[str], word: Token, probs: ProbColumn) -> None:
        """Replace the annotation in the cells of a line."""
        values = {column.name: column.value(word, None) for column in self.columns}
        self.add_missing(cells, values)
        for name, value in values.items():
            # That a word has no features is something.
            if value or (name == "morph" and word.has_morph()):
                cells[self.places[name]] = self.escape(name, value)
        # The probability that stands there belongs to the old tag.
        if probs or values.get("tag"):
            self.replace_prob(cells, probs[word.i] if probs else None)


def trimmed(line: str) -> str:
    """A line without its line break, and without spaces at either end of a cell."""
    return "\t".join(cell.strip(" ") for cell in line.rstrip("\r\n").split("\t"))


def join_values(morph: str) -> str:
    """Join the values of a name that stands twice: Case=Acc|Case=Nom becomes Case=Acc,Nom. Of two,
    spaCy would keep the last."""
    values: dict[str, list[str]] = {}
    for part in morph.split("|"):
        name, equals, value = part.partition("=")
        values.setdefault(name + equals, []).append(value)
    return "|".join(name + ",".join(of_name) for name, of_name in values.items())


def check_line_end(content: str, number: int) -> None:
    """Raise a ValueError for a line that is several ones, which end with a carriage return. All
    words but the first would be lost."""
    if "\r" in content:
        raise ValueError(
            f"line {number} has a carriage return (\\r) inside. If that is where its lines end, "
            "write line feeds (\\n) there."
        )
