"""What every writer of tagged text needs: columns, words and sentences of a Doc."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Token

from ..set_by_pipeline import sets_attribute
from .raw_text import RawText

# The probability of each token's tag, None where there is none.
ProbColumn = Sequence[float | None]


def columns_of(nlp: Language, probs: bool = False) -> list[str]:
    """The columns for what a pipeline sets: words, tags, and what else its components assign.

    probs (bool): Whether there is a column for the probability of each tag.
    """
    columns = ["word", "tag"]
    columns += [name for name in ("pos", "lemma") if sets_attribute(nlp, name)]
    return [*columns, "prob"] if probs else columns


class Writer(ABC):
    """Turns Docs into lines of text.

    columns (Sequence[str]): The names of what to write of each word, see `columns_of`.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns

    def begin(self) -> str:
        """The first lines of the file."""
        return ""

    @abstractmethod
    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        """The lines of a text.

        text (RawText): The text.
        doc (Doc): Its words and tags.
        probs (ProbColumn): The probability of each token's tag, None where there is none. Empty if
            there is no column for them.
        """

    def end(self) -> str:
        """The last lines of the file."""
        return ""

    def cells(self, word: Token, probs: ProbColumn) -> Iterator[str]:
        """What the columns say of a word."""
        for column in self.columns:
            if column == "prob":
                prob = probs[word.i]
                yield "" if prob is None else str(prob)
            else:
                yield VALUES[column](word)


def clean(text: str, space: str = " ") -> str:
    """A text without the tabs and line breaks that would end a cell. Labels may have them, too."""
    return space.join(text.split())


VALUES: dict[str, Callable[[Token], str]] = {
    "word": lambda word: clean(word.text),
    "tag": lambda word: clean(word.tag_),
    "pos": lambda word: word.pos_,
    "lemma": lambda word: clean(word.lemma_),
}


def sentences_of(doc: Doc) -> Iterator[list[Token]]:
    """The words of each sentence, or of the Doc if it has no sentence boundaries."""
    for span in doc.sents if doc.has_annotation("SENT_START") else [doc]:
        words = [token for token in span if not token.is_space]
        if words:
            yield words


def join_lines(rows: Sequence[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
