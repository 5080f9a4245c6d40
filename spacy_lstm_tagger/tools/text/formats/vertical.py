"""What the formats with a word on each line share: CoNLL-U, TSV and VRT."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc

from ....pipeline.tag_morphology import MORPHOLOGY
from ..gold_token import UPOS, GoldToken, Sentence, lemma_of, value_of
from ..lines import LinePart, check_unicode
from .format import BYTE_ORDER_MARK, TaggedFormat


class SentenceLines:
    """The lines of a sentence, and the words in them.

    number (int): The number of the first line in the file.
    lines (list[str]): All lines, with their line breaks.
    places (list[int]): The index of each word's line.
    words (list[str]): The words.
    spaces (list[bool | None]): Whether a space follows each word; None if the file does not say.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.lines: list[str] = []
        self.places: list[int] = []
        self.words: list[str] = []
        self.spaces: list[bool | None] = []

    def add_line(self, line: str) -> None:
        """Add a line without a word."""
        self.lines.append(line)

    def add_word(self, line: str, word: str, space: bool | None = None) -> None:
        """Add a line with a word."""
        self.places.append(len(self.lines))
        self.lines.append(line)
        self.words.append(word)
        self.spaces.append(space)

    @property
    def n_characters(self) -> int:
        """The length of the words in characters, and one for a line without a word."""
        return sum(map(len, self.words)) + len(self.lines)

    def to_input(self, nlp: Language) -> Doc:
        """What a pipeline takes: the sentence is a Doc of its own. So its tags do not depend on the
        sentences around it, and they are as right as in longer Docs, or more."""
        spaces = [space is not False for space in self.spaces]
        sent_starts: list[bool | int | None] = [i == 0 for i in range(len(self.words))]
        return Doc(nlp.vocab, self.words, spaces, sent_starts=sent_starts)


class VerticalFormat(TaggedFormat):
    """A format with a word on each line, and tabs between the word and its annotation.

    places (dict[str, int]): The index of the cell that each column has, by the column's name.
    filler (str): What stands in a cell without a value.
    first_line (int): The number of the first line that is not empty; 0 before it was read.
    """

    places: dict[str, int]
    filler = "_"
    first_line = 0

    @abstractmethod
    def add(self, sentence: SentenceLines, line: LinePart, content: str) -> bool:
        """Add a line that is not empty to a sentence.

        line (LinePart): The line.
        content (str): Its characters without line break and byte order mark.
        RETURNS (bool): Whether the sentence ends here.
        """

    def add_cells(self, sentence: SentenceLines, line: LinePart, content: str) -> bool:
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

    def begin_sentence(self) -> None:
        """Forget the sentence before an empty line."""

    def sentences(
        self, lines: Iterable[LinePart], max_lines: int | None = None
    ) -> Iterator[SentenceLines]:
        """Find the sentences. Together, they have all lines. Raises a ValueError that names an
        invalid line.

        max_lines (int | None): The most lines that are one sentence.
        """
        sentence: SentenceLines | None = None
        for line in lines:
            check_unicode(line.text, line.number)
            content = line.text.rstrip("\r\n")
            if line.number == 1:
                content = content.removeprefix(BYTE_ORDER_MARK)
            if sentence is None:
                sentence = SentenceLines(line.number)
            if not content or content.isspace():
                sentence.add_line(line.text)
                self.begin_sentence()
                is_end = True
            else:
                self.first_line = self.first_line or line.number
                is_end = self.add(sentence, line, content)
            if (is_end and sentence.words) or len(sentence.lines) == max_lines:
                yield sentence
                sentence = None
        if sentence is not None:
            yield sentence

    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        parts = (
            LinePart(number, line.strip("\r\n "), is_first=True)
            for number, line in enumerate(lines, start=1)
        )
        for sentence in self.sentences(parts):
            tokens = [
                self.gold_token(sentence.lines[place], sentence.number + place, word, space)
                for place, word, space in zip(
                    sentence.places, sentence.words, sentence.spaces, strict=True
                )
            ]
            if tokens:
                yield tokens

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
        tag = value_of(values.get("tag", "").strip())
        lemma = lemma_of(values.get("lemma", ""), word)
        return GoldToken(word, tag, pos, join_values(morph), lemma, space)

    def check_gold(self, cells: list[str], line: str, number: int) -> None:
        """Raise a ValueError that names a line without a tag."""

    def escape(self, name: str, value: str) -> str:
        """How a value stands in the cell of a column."""
        return value

    @property
    def has_prob(self) -> bool:
        """Whether a line has a place for the probability of its tag."""
        return "prob" in self.places

    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        """Replace the probability in the cells of a line, or remove it, if it has a place."""
        if self.has_prob:
            self.replace(cells, {"prob": "" if prob is None else str(prob)})

    def replace(self, cells: list[str], values: dict[str, str | None]) -> None:
        """Replace the values of columns in the cells of a line, which may be too few. None stands
        for what stays as it is."""
        last = max(self.places[name] for name in values)
        cells += [self.filler] * (last + 1 - len(cells))
        for name, value in values.items():
            if value is not None:
                cells[self.places[name]] = self.escape(name, value)


def join_values(features: str) -> str:
    """Join the values of a feature that stands twice: Case=Acc|Case=Nom becomes Case=Acc,Nom. Of
    two, spaCy would keep the last."""
    values: dict[str, list[str]] = {}
    for feature in features.split("|"):
        name, equals, value = feature.partition("=")
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
