"""What a format of text files is. A format is a class that can do some of these: hold running text,
hold tagged words, and be written."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Token

from ..gold_token import Sentence
from ..lines import LinePart
from ..markup import Markup
from .columns import Column

BYTE_ORDER_MARK = "\ufeff"

# The probability of each token's tag, None where there is none. Empty if there is no column for it.
ProbColumn = Sequence[float | None]


class RawText(NamedTuple):
    """A text to tag.

    line (int): The number of its first line in the file. The pieces of a long text have the same.
    text (str): Without white space at either end. It is empty if there is only markup.
    markup (tuple[tuple[int, Markup], ...] | None): What was taken out of it: for each piece of
        markup, the number of characters that stand before it. None if markup stays in the text.
    keys (dict[str, Any] | None): Of a text in JSON, the keys beside it, and their values.
    """

    line: int
    text: str
    markup: tuple[tuple[int, Markup], ...] | None = None
    keys: dict[str, Any] | None = None

    @property
    def n_characters(self) -> int:
        """The length of the text, and one for a line of markup alone."""
        return len(self.text) + 1

    def to_input(self, nlp: Language) -> str | Doc:
        """What a pipeline takes."""
        return self.text


class Format:
    """A format of text files. An instance reads or writes one file.

    name (str): Its name in options.
    suffixes (tuple[str, ...]): The suffixes of its files.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]


class RawFormat(Format):
    """A format with running text.

    has_text_per_line (bool): Whether each line is one text, and is read as a whole.
    """

    has_text_per_line: ClassVar[bool] = False

    def texts(self, parts: Iterable[LinePart]) -> Iterable[LinePart]:
        """The text in each line, in place of the line. Raises a ValueError that names an invalid
        line."""
        return parts


class TaggedFormat(Format, ABC):
    """A format with tagged words."""

    @abstractmethod
    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        """Read the sentences of a file. Raises a ValueError that names an invalid line."""


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


def join_lines(rows: Sequence[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
