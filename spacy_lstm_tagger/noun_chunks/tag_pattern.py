"""Patterns of tags: regular expressions over the words of a text, of which only the tags count."""

import re
from collections.abc import Iterator, Sequence

# `<NOUN|PROPN>`, but not the beginning of the look-behind `(?<=<DET>)`.
ELEMENT = re.compile(r"(?<!\(\?)<([^<>]*)>")
# What may stand outside of elements and has one of their characters.
GROUPS = re.compile(r"\(\?(<[=!]|>)")
# No element matches it, so that no match goes on behind it.
BREAK = "|"


class TagPattern:
    """A pattern of tags, as NLTK and textacy write it: `<DET>? <ADJ>* <NOUN|PROPN>+`.

    `<...>` stands for one word. Inside is a regular expression for its tag, in which `.` stands for
    any character: `<NN.*>`. Around the words, `?`, `*`, `+`, `{2,3}`, `|`, groups and look-around
    mean what they mean in a regular expression. White space has no meaning.

    pattern (str): The pattern.
    RAISES (ValueError): If it is no regular expression, or has no word.
    """

    def __init__(self, pattern: str) -> None:
        compact = "".join(pattern.split())
        if not ELEMENT.search(compact) or set("<>") & set(GROUPS.sub("", ELEMENT.sub("", compact))):
            raise ValueError(
                f"the pattern {pattern!r} has no word such as <NOUN>, or an angle bracket without "
                "the other one."
            )
        try:
            self._regex = re.compile(ELEMENT.sub(expression_of_word, compact))
        except re.error as error:
            raise ValueError(
                f"the pattern {pattern!r} is no regular expression: {error}."
            ) from None

    def find(self, tags: Sequence[str], sentences: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Find the parts that match, each of at least one word and inside a sentence.

        tags (Sequence[str]): The tag of each word. None has an angle bracket.
        sentences (Sequence[int]): The number of the sentence of each word.
        YIELDS (tuple[int, int]): The first word, and the word behind the last one. A word is in one
            part at most: the first match from the left counts.
        """
        text = []
        previous = 0
        for tag, sentence in zip(tags, sentences, strict=True):
            text.append(f"<{tag}>" if sentence == previous else f"{BREAK}<{tag}>")
            previous = sentence
        line = "".join(text)
        n_words = 0
        position = 0
        for match in self._regex.finditer(line):
            start = n_words + line.count("<", position, match.start())
            n_words = start + line.count("<", match.start(), match.end())
            position = match.end()
            if n_words > start:
                yield start, n_words


def expression_of_word(element: re.Match[str]) -> str:
    """The regular expression for one `<...>`."""
    tag = re.sub(r"(?<!\\)\.", "[^<>]", element[1])
    return f"(?:<(?:{tag})>)"
