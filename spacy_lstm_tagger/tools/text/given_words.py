"""Tags the words of files that have words already: CoNLL-U, TSV or VRT. All else in them stays."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Token

from ..set_by_pipeline import no_tags, sets_attribute
from .conllu import Spaces, features_of, split_row
from .lines import LinePart, check_unicode
from .markup import BEGINNING, escape_text, parse_markup, unescape_text
from .raw_text import BYTE_ORDER_MARK
from .text_format import TextFormat
from .tsv import header_of
from .vrt import GLUE
from .writer import ProbColumn, clean

# The most lines that are one sentence. A file without the ends of sentences is cut here.
MAX_LINES = 2000

# The attribute of spaCy's tokens that each column has, under the names of CoNLL-U.
ATTRIBUTES = {"lemma": "lemma", "upos": "pos", "xpos": "tag", "feats": "morph"}

NO_PROBS = "--probs: VRT has no column for the probability of a tag."


class GivenSentence:
    """The words of a sentence, and the lines of the file that it comes from.

    lines (list[str]): All lines, with their line breaks.
    places (list[int]): The index of each word's line.
    words (list[str]): The words.
    spaces (list[bool]): Whether a space follows each word.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: list[int] = []
        self.words: list[str] = []
        self.spaces: list[bool] = []

    def add_line(self, line: str) -> None:
        """Add a line without a word."""
        self.lines.append(line)

    def add_word(self, line: str, word: str, space: bool = True) -> None:
        """Add a line with a word."""
        self.places.append(len(self.lines))
        self.lines.append(line)
        self.words.append(word)
        self.spaces.append(space)

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= MAX_LINES

    @property
    def n_characters(self) -> int:
        """The length of the words in characters, and one for a line without a word."""
        return sum(map(len, self.words)) + len(self.lines)

    def to_input(self, nlp: Language) -> Doc:
        """What a pipeline takes: the sentence is a Doc of its own. So its tags do not depend on the
        sentences around it, and they are as right as in longer Docs, or more."""
        sent_starts: list[bool | int | None] = [i == 0 for i in range(len(self.words))]
        return Doc(nlp.vocab, self.words, self.spaces, sent_starts=sent_starts)


def check_line_end(content: str, number: int) -> None:
    """Raise a ValueError for a line that is several ones, which end with a carriage return. All
    words but the first would be lost."""
    if "\r" in content:
        raise ValueError(
            f"line {number} has a carriage return (\\r) inside. If that is where its lines end, "
            "write line feeds (\\n) there."
        )


class Retagger(ABC):
    """Reads sentences from lines, and writes the lines with other tags.

    columns (Sequence[str]): What to replace, see `choose_columns`.
    probs (bool): Whether to write the probability of each tag.
    """

    def __init__(self, columns: Sequence[str], probs: bool) -> None:
        self.columns = columns
        self.probs = probs

    def begin(self) -> str:
        return ""

    def end(self) -> str:
        return ""

    def read(self, lines: Iterable[LinePart]) -> Iterator[GivenSentence]:
        """Find the sentences. Raises a ValueError that names an invalid line."""
        sentence = GivenSentence()
        for line in lines:
            check_unicode(line.text, line.number)
            content = line.text.rstrip("\r\n")
            if line.number == 1:
                content = content.removeprefix(BYTE_ORDER_MARK)
            is_end = self.add(sentence, line, content)
            if (is_end and sentence.words) or sentence.is_full:
                yield sentence
                sentence = GivenSentence()
        if sentence.lines:
            yield sentence

    @abstractmethod
    def add(self, sentence: GivenSentence, line: LinePart, content: str) -> bool:
        """Add a line to a sentence.

        line (LinePart): The line.
        content (str): Its characters without line break and byte order mark.
        RETURNS (bool): Whether the sentence ends here.
        """

    def write(self, sentence: GivenSentence, doc: Doc, probs: ProbColumn) -> str:
        """The lines of a sentence with the tags of a Doc."""
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
                values = self.values(word)
                self.replace(cells, values)
                # The probability that stands there belongs to the old tag.
                if self.probs or "xpos" in values:
                    self.replace_prob(cells, probs[word.i] if probs else None)
                lines[place] = "\t".join(cells) + line_break
        return "".join(lines)

    def values(self, word: Token) -> dict[str, str]:
        """The columns of which the pipeline says something, and what it says. What stands in the
        others stays."""
        values = {column: value_of_column(word, column) for column in self.columns}
        return {column: value for column, value in values.items() if value is not None}

    @abstractmethod
    def replace(self, cells: list[str], values: dict[str, str]) -> None:
        """Replace the values of columns in the cells of a line."""

    @abstractmethod
    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        """Replace the probability in the cells of a line, or remove it, if it has a place."""


class CoNLLURetagger(Retagger):
    """Replaces columns of CoNLL-U. The probability of the tag stands in MISC."""

    PLACES = {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5}  # noqa: RUF012

    def __init__(self, columns: Sequence[str], probs: bool) -> None:
        super().__init__(columns, probs)
        self.spaces = Spaces()

    def add(self, sentence: GivenSentence, line: LinePart, content: str) -> bool:
        if not content or content.isspace():
            self.spaces = Spaces()
            sentence.add_line(line.text)
            return True
        if content.startswith("#"):
            if "\t" in content:
                check_line_end(content, line.number)
            sentence.add_line(line.text)
            return False
        id_, word, *_, misc = split_row(content, line.number)
        space = self.spaces.after(id_, misc, line.number)
        if space is None:
            sentence.add_line(line.text)
        else:
            sentence.add_word(line.text, word, space)
        return False

    def replace(self, cells: list[str], values: dict[str, str]) -> None:
        for column, value in values.items():
            cells[self.PLACES[column]] = value or "_"

    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        others = [item for item in cells[9].split("|") if item != "_" and item[:8] != "TagProb="]
        own = [] if prob is None else [f"TagProb={prob}"]
        cells[9] = "|".join([*others, *own]) or "_"


class VRTRetagger(Retagger):
    """Replaces the tag and the lemma that stand behind each word of VRT. Where they are not there,
    they are added."""

    PLACES = {"xpos": 1, "lemma": 2}  # noqa: RUF012

    def add(self, sentence: GivenSentence, line: LinePart, content: str) -> bool:
        markup = parse_markup(content)
        if markup is not None or not content or content.isspace():
            sentence.add_line(line.text)
            if markup is not None and markup.name == GLUE and sentence.spaces:
                # Sketch Engine's sign for two words that are written together.
                sentence.spaces[-1] = False
            return markup is None or markup.is_block
        if BEGINNING.match(content) and "\t" not in content:
            raise ValueError(f"line {line.number} has markup that does not end on its line.")
        word = unescape_text(content.split("\t")[0])
        if not word:
            raise ValueError(f"line {line.number} has no word in its first column.")
        check_line_end(content, line.number)
        sentence.add_word(line.text, word)
        return False

    def replace(self, cells: list[str], values: dict[str, str]) -> None:
        last = max(self.PLACES[column] for column in self.columns)
        cells += ["_"] * (last + 1 - len(cells))
        for column, value in values.items():
            cells[self.PLACES[column]] = escape_text(value)

    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        """Do nothing: no column of VRT is known to have it."""


class TSVRetagger(Retagger):
    """Replaces columns of a TSV: those that the first line names, as in the TSV of `tag-text`, or
    the tag and the lemma that stand behind each word.

    need_all (bool): Whether the file has to have a place for each of the columns.
    """

    def __init__(self, columns: Sequence[str], probs: bool, need_all: bool) -> None:
        super().__init__(columns, probs)
        self.need_all = need_all
        self.places = dict(VRTRetagger.PLACES)
        self.names: list[str] = []
        # Empty lines may stand before the names of the columns.
        self.has_begun = False

    def add(self, sentence: GivenSentence, line: LinePart, content: str) -> bool:
        if not content or content.isspace():
            sentence.add_line(line.text)
            return True
        cells = content.split("\t")
        if not self.has_begun:
            self.has_begun = True
            self.read_names(content, line.number)
            if self.names:
                sentence.add_line(line.text)
                return False
        if not cells[0]:
            raise ValueError(f"line {line.number} has no word in its first column.")
        check_line_end(content, line.number)
        sentence.add_word(line.text, cells[0])
        return False

    def read_names(self, line: str, number: int) -> None:
        """Read the first line that is not empty, which may name the columns."""
        self.names = header_of(line, number)
        if self.names:
            attributes = {attribute: column for column, attribute in ATTRIBUTES.items()}
            self.places = {
                attributes[name]: i for i, name in enumerate(self.names) if name in attributes
            }
        missing = [column for column in self.columns if column not in self.places]
        self.columns = [column for column in self.columns if column in self.places]
        if not self.columns or (missing and self.need_all):
            raise ValueError(f"line {number} names no column for {', '.join(missing)}.")
        if self.probs and "prob" not in self.names:
            raise ValueError(
                f"line {number} names no column 'prob' for --probs, as the TSV of tag-text does."
            )

    def replace(self, cells: list[str], values: dict[str, str]) -> None:
        none = "" if self.names else "_"
        last = max(self.places[column] for column in self.columns)
        cells += [none] * (last + 1 - len(cells))
        for column, value in values.items():
            cells[self.places[column]] = value

    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        if "prob" in self.names:
            place = self.names.index("prob")
            cells += [""] * (place + 1 - len(cells))
            cells[place] = "" if prob is None else str(prob)


def value_of_column(word: Token, column: str) -> str | None:
    """What a pipeline says of a word: "" for a word without features, and None if it says
    nothing."""
    if column == "feats":
        return features_of(word) if word.has_morph() else None
    if column == "upos":
        return word.pos_ or None
    if column == "xpos":
        return clean(word.tag_, "_") or None
    return clean(word.lemma_) or None


# The columns of each format that can be replaced.
PLACES: dict[TextFormat, Sequence[str]] = {
    TextFormat.conllu: list(CoNLLURetagger.PLACES),
    TextFormat.tsv: ["xpos", "upos", "lemma"],
    TextFormat.vrt: list(VRTRetagger.PLACES),
}


def choose_columns(nlp: Language, columns: Sequence[str], text_format: TextFormat) -> list[str]:
    """The columns to replace: those that were named, or all that the pipeline sets and the format
    has. Raises a ValueError for one that can't be replaced."""
    places = PLACES[text_format]
    is_set = {name for name, attribute in ATTRIBUTES.items() if sets_attribute(nlp, attribute)}
    for name in columns:
        if name not in places:
            raise ValueError(
                f"--columns has {name!r}, but the columns of {text_format.value} that can be "
                f"replaced are {', '.join(places)}."
            )
        if name not in is_set:
            raise ValueError(
                f"--columns has {name!r}, but the pipeline does not set it; its components are "
                f"{nlp.pipe_names}."
            )
    chosen = list(columns) or [name for name in places if name in is_set]
    if not chosen:
        raise no_tags(nlp)
    return chosen


def make_retagger(
    nlp: Language, text_format: TextFormat, columns: Sequence[str] = (), probs: bool = False
) -> Retagger:
    """The retagger of a format.

    columns (Sequence[str]): The columns to replace, see `choose_columns`.
    probs (bool): Whether to write the probability of each tag.

    Raises a ValueError if the pipeline or the format does not have what is asked for.
    """
    chosen = choose_columns(nlp, columns, text_format)
    if text_format is TextFormat.conllu:
        return CoNLLURetagger(chosen, probs)
    if text_format is TextFormat.tsv:
        return TSVRetagger(chosen, probs, need_all=bool(columns))
    if probs:
        raise ValueError(NO_PROBS)
    return VRTRetagger(chosen, probs)
