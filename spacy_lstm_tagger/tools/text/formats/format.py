"""What a format of text files is. A format is a class that can do some of these: hold running text,
hold tagged words, and be written."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from spacy.tokens import Doc, Token

from ..gold_token import Sentence
from ..items import RawText
from ..lines import Line
from .columns import Column

BYTE_ORDER_MARK = "\ufeff"

# The probability of each token's tag, None where there is none. Empty if there is no column for it.
ProbColumn = Sequence[float | None]


class Format:
    """A format of text files. An instance reads or writes one file.

    name (str): Its name in options. If Docs are written in the format, the name is also one of its
        suffixes: outputs in a folder end with it.
    suffixes (tuple[str, ...]): The suffixes of its files.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]


class RawFormat(Format, ABC):
    """A format with running text."""

    def read_size(self, max_length: int) -> int | None:
        """The number of characters of a line to read at once; None for whole lines."""
        return max_length

    @abstractmethod
    def texts(self, lines: Iterable[Line], max_length: int, paragraphs: bool) -> Iterator[RawText]:
        """Find the texts that are not empty. Raises a ValueError that names an invalid line.

        lines (Iterable[Line]): The lines of the file, opened with `read_size`.
        max_length (int): In characters. A longer text is cut at white space.
        paragraphs (bool): Whether a text is all lines up to an empty one, except in JSON.
        """


class TaggedFormat(Format, ABC):
    """A format with tagged words."""

    @abstractmethod
    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        """Read the sentences of a file. After the last one, raises a ValueError that names the
        first invalid lines and the number of all."""


class WritableFormat(Format, ABC):
    """A format that Docs are written in. White space is no word there.

    columns (Sequence[Column]): What to write of each word, see `columns_of`.
    """

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self.columns = columns

    def begin(self) -> str:
        """The first lines of the file."""
        return ""

    @abstractmethod
    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        """The lines of a text.

        text (RawText): The text.
        doc (Doc): Its words and tags.
        probs (ProbColumn): The probability of each token's tag.
        """

    def end(self) -> str:
        """The last lines of the file."""
        return ""

    def values(self, word: Token, probs: ProbColumn) -> list[Any]:
        """What the columns say of a word."""
        prob = probs[word.i] if probs else None
        return [column.value(word, prob) for column in self.columns]


def sentences_of(doc: Doc) -> Iterator[list[Token]]:
    """The words of each sentence, or of the Doc if it has no sentence boundaries."""
    for span in doc.sents if doc.has_annotation("SENT_START") else [doc]:
        words = [token for token in span if not token.is_space]
        if words:
            yield words


def join_lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
