"""Replaces the annotation of files that have words already. All else in them stays."""

from collections.abc import Iterable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Token

from ..set_by_pipeline import no_tags, sets_attribute
from .formats.columns import Column, check_probs, columns_in
from .formats.format import ProbColumn
from .formats.vertical import SentenceLines, VerticalFormat
from .lines import LinePart

# The most lines that are one sentence. A file without the ends of sentences is cut here.
MAX_LINES = 2000


class Retagger:
    """Reads sentences from lines, and writes the lines with other tags.

    file_format (VerticalFormat): How the lines are read and written.
    columns (Sequence[Column]): What to replace, see `choose_columns`.
    probs (bool): Whether to write the probability of each tag.
    need_all (bool): Whether the file has to have a place for each of the columns.
    """

    def __init__(
        self, file_format: VerticalFormat, columns: Sequence[Column], probs: bool, need_all: bool
    ) -> None:
        self.format = file_format
        self.columns = columns
        self.probs = probs
        self.need_all = need_all

    def begin(self) -> str:
        return ""

    def end(self) -> str:
        return ""

    def read(self, lines: Iterable[LinePart]) -> Iterator[SentenceLines]:
        """Find the sentences. Raises a ValueError that names an invalid line."""
        is_checked = False
        for sentence in self.format.sentences(lines, MAX_LINES):
            if self.format.first_line and not is_checked:
                self.check_places()
                is_checked = True
            yield sentence

    def check_places(self) -> None:
        """Leave out the columns that the first line does not name. Raises a ValueError if none is
        left, or if one was asked for."""
        places = self.format.places
        number = self.format.first_line
        missing = [column.option for column in self.columns if column.name not in places]
        self.columns = [column for column in self.columns if column.name in places]
        if not self.columns or (missing and self.need_all):
            raise ValueError(f"line {number} names no column for {', '.join(missing)}.")
        if self.probs and not self.format.has_prob:
            raise ValueError(
                f"line {number} names no column 'prob' for --probs, as the TSV of tag-text does."
            )

    def write(self, sentence: SentenceLines, doc: Doc, probs: ProbColumn) -> str:
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
                self.format.replace(cells, values)
                # The probability that stands there belongs to the old tag.
                if self.probs or values.get("tag") is not None:
                    self.format.replace_prob(cells, probs[word.i] if probs else None)
                lines[place] = "\t".join(cells) + line_break
        return "".join(lines)

    def values(self, word: Token) -> dict[str, str | None]:
        """What the pipeline says of a word, by the names of columns. If it says nothing, None: what
        stands there stays. That a word has no features is something."""
        values = {}
        for column in self.columns:
            is_said = column.name == "morph" and word.has_morph()
            values[column.name] = column.value(word, None) or ("" if is_said else None)
        return values


def choose_columns(
    nlp: Language, options: Sequence[str], file_format: type[VerticalFormat]
) -> list[Column]:
    """The columns to replace: those that --columns names, or all that the pipeline sets and the
    format has. Raises a ValueError for one that can't be replaced."""
    in_format = {column.option: column for column in columns_in(file_format.name) if column.option}
    are_set = {
        option: column for option, column in in_format.items() if sets_attribute(nlp, column.name)
    }
    for option in options:
        if option not in in_format:
            raise ValueError(
                f"--columns has {option!r}, but the columns of {file_format.name} that can be "
                f"replaced are {', '.join(in_format)}."
            )
        if option not in are_set:
            raise ValueError(
                f"--columns has {option!r}, but the pipeline does not set it; its components are "
                f"{nlp.pipe_names}."
            )
    chosen = [are_set[option] for option in options or are_set]
    if not chosen:
        raise no_tags(nlp)
    return chosen


def make_retagger(
    nlp: Language,
    file_format: type[VerticalFormat],
    options: Sequence[str] = (),
    probs: bool = False,
) -> Retagger:
    """The retagger of a format.

    options (Sequence[str]): The columns to replace, as --columns names them, see `choose_columns`.
    probs (bool): Whether to write the probability of each tag.

    Raises a ValueError if the pipeline or the format does not have what is asked for.
    """
    columns = choose_columns(nlp, options, file_format)
    if probs:
        check_probs(file_format.name)
    return Retagger(file_format(), columns, probs, need_all=bool(options))
