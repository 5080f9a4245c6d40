"""What every reader of tagged text needs: tokens with their annotation, and invalid lines."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from spacy.parts_of_speech import IDS as POS_IDS

UPOS = {"_", *POS_IDS} - {""}


class GoldToken(NamedTuple):
    """A token. What is not known is empty.

    space (bool | None): Whether a space follows; None if the text does not say.
    """

    word: str
    tag: str
    pos: str = ""
    morph: str = ""
    lemma: str = ""
    space: bool | None = None


Sentence = list[GoldToken]


def look_ahead(
    sentences: Iterator[Sentence], is_sign: Callable[[GoldToken], bool]
) -> tuple[bool, Iterator[Sentence]]:
    """Whether a token of a file is a sign of what all of the file has; and the sentences. Those
    before the first sign are held in memory."""
    held: list[Sentence] = []
    for sentence in sentences:
        held.append(sentence)
        if any(map(is_sign, sentence)):
            return True, chain(held, sentences)
    return False, iter(held)


# How many invalid lines an error names.
MAX_MISTAKES = 10


class NamesError(ValueError):
    """The first line names wrong columns, so the others can't be read."""


class Mistakes:
    """Notes the invalid lines of a file, so that one error names several.

    most (int): How many it names. With 0, the first one is raised at once.
    """

    def __init__(self, most: int = MAX_MISTAKES) -> None:
        self.most = most
        self.first: list[str] = []
        self.n = 0

    def note(self, error: ValueError) -> None:
        """Note what is wrong with a line, or raise the error if no other line is to be read."""
        if not self.most or isinstance(error, NamesError):
            raise error
        self.n += 1
        if self.n <= self.most:
            self.first.append(str(error))

    def check(self) -> None:
        """Raise a ValueError that names the first lines and the number of all, if there are any."""
        if self.n > 1:
            more = f" These are the first {self.most}:" if self.n > self.most else ""
            self.first.insert(0, f"{self.n:,} lines are not valid.{more}")
        if self.n:
            raise ValueError("\n".join(self.first))


def quote(text: str) -> str:
    """A line for an error, which does not have all of a long one."""
    return repr(text if len(text) <= 100 else f"{text[:100]}…")


def value_of(cell: str) -> str:
    """What a cell says, in which an underscore stands for nothing."""
    return "" if cell == "_" else cell


def lemma_of(cell: str, word: str) -> str:
    """What the cell of a lemma says. The lemma of the word _ is the word."""
    return cell if cell == word else value_of(cell)
