"""Patterns of tags: regular expressions over the words of a text, of which only the tags count."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

# `<NOUN|PROPN>`, but not the beginning of the look-behind `(?<=<DET>)`.
ELEMENT = re.compile(r"(?<!\(\?)<([^<>]*)>")
# What may stand outside of the elements: groups, look-around, repetitions, alternatives, anchors.
OUTSIDE = re.compile(r"(\(\?(:|=|!|<=|<!)|\{\d*,?\d*\}|[()|?*+^$])*")
# In a regular expression, this stands for a bar in a tag. Few tags have one.
ESCAPED_BAR = r"\|"
# Each tag has a character of its own, from the first of Unicode's private ones.
FIRST_CHARACTER = 0xE000
# The class of no character.
NONE = r"[^\s\S]"

# The character of each tag, and the expression.
Compiled = tuple[Mapping[str, str], re.Pattern[str]]


class TagPattern:
    """A pattern of tags, as NLTK and textacy write it: `<DET>? <ADJ>* <NOUN|PROPN>+`.

    `<...>` stands for one word. Inside is a regular expression for its tag: `<NN.*>`. Around the
    words, `?`, `*`, `+`, `{2,3}`, `|`, groups and look-around mean what they mean in a regular
    expression. White space has no meaning.

    A tag is one character in the text that is searched, and an element a class of the characters of
    all tags that it matches. So no element matches more than one word.

    pattern (str): The pattern.
    RAISES (ValueError): If it is no regular expression, has no word, has a backslash before a bar,
        or has something else outside of the angle brackets.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = "".join(pattern.split())
        if not ELEMENT.search(self._pattern):
            raise ValueError(f"the pattern {pattern!r} has no word such as <NOUN>.")
        others = ELEMENT.sub("", self._pattern)
        if not OUTSIDE.fullmatch(others):
            raise ValueError(
                f"the pattern {pattern!r} has {others!r} around its words. A tag stands in angle "
                "brackets, as <NOUN>; around them stand groups, |, ?, *, + and {2,3} alone."
            )
        if any(ESCAPED_BAR in element for element in ELEMENT.findall(self._pattern)):
            raise ValueError(
                f"the pattern {pattern!r} has a backslash before a bar. Write a plain bar between "
                "tags, as <NOUN|PROPN>, and [|] for a bar that is a part of a tag."
            )
        try:
            self._compiled = self._compile({})
        except (re.error, OverflowError) as error:
            raise ValueError(
                f"the pattern {pattern!r} is no regular expression: {error}."
            ) from None

    def find(self, tags: Sequence[str], sentences: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Find the matches, each of at least one word and inside a sentence.

        tags (Sequence[str]): The tag of each word.
        sentences (Sequence[int]): The number of the sentence of each word.
        YIELDS (tuple[int, int]): The first word, and the word behind the last one. A word is in one
            match at most: the first match from the left counts.
        """
        character_of, regex = self._compiled
        if not character_of.keys() >= set(tags):
            # Another thread may add tags meanwhile, and one of the two has to add its tags again.
            character_of, regex = self._compiled = self._compile(character_of, tags)
        text = "".join(map(character_of.__getitem__, tags))
        start = 0
        for _, words in groupby(sentences):
            end = start + len(list(words))
            for match in regex.finditer(text[start:end]):
                if match.end() > match.start():
                    yield start + match.start(), start + match.end()
            start = end

    def _compile(self, known: Mapping[str, str], tags: Iterable[str] = ()) -> Compiled:
        """Compile the pattern for some tags that are known and some more."""
        character_of = dict(known)
        for tag in tags:
            character_of.setdefault(tag, chr(FIRST_CHARACTER + len(character_of)))

        def class_of(element: re.Match[str]) -> str:
            """The characters of all tags that one `<...>` matches."""
            matches = re.compile(element[1]).fullmatch
            found = [character for tag, character in character_of.items() if matches(tag)]
            return f"[{''.join(found)}]" if found else NONE

        return character_of, re.compile(ELEMENT.sub(class_of, self._pattern))
