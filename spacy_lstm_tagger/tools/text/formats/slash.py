"""word/TAG word/TAG, a sentence on each line."""

import re
from collections.abc import Iterable, Iterator

from ..gold_token import GoldToken, Mistakes, Sentence, quote, value_of
from .format import BYTE_ORDER_MARK, TaggedFormat


class Slash(TaggedFormat):
    """The last slash of a token is the separator."""

    name = "slash"
    suffixes = (".txt",)

    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        mistakes = Mistakes()
        for number, line in enumerate(lines, start=1):
            if number == 1:
                line = line.removeprefix(BYTE_ORDER_MARK)
            content = line.strip("\r\n ")
            if content:
                try:
                    yield [split_token(token, number) for token in re.split("[ \t]+", content)]
                except ValueError as error:
                    mistakes.note(error)
        mistakes.check()


def split_token(token: str, number: int) -> GoldToken:
    """Split a token into its word and its tag."""
    word, _, tag = token.rpartition("/")
    if not word:
        raise ValueError(f"line {number}: {quote(token)} is not a word, a slash, and a tag.")
    return GoldToken(word, value_of(tag.strip()))
