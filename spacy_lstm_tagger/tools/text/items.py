"""What a pipeline tags: running text, or the words of a sentence."""

from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc


class RawText(NamedTuple):
    """A text to tag.

    line (int): The number of its first line in the file. The pieces of a long text have the same.
    text (str): Without white space at either end.
    keys (dict[str, Any] | None): Of a text in JSON, the keys beside it, and their values.
    """

    line: int
    text: str
    keys: dict[str, Any] | None = None

    @property
    def n_characters(self) -> int:
        """The length of the text."""
        return len(self.text)

    def to_input(self, nlp: Language) -> str | Doc:
        """What a pipeline takes."""
        return self.text


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


Item = RawText | SentenceLines
