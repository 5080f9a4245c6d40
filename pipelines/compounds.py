"""Finds pairs of nouns in raw text, of which the first could be a verb: "gift cards", "book club".

Without an article before it, such a pair has the form of a command: "Gift cards" is built like
"Update dependencies". Only the words tell which it is. After an article, a possessive or a
preposition, the first word is a noun, so raw text says which pairs are used.
"""

import random
import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

from sentences import Sentence, Token, word
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.lookups import Table, load_lookups

from spacy_lstm_tagger.tools.text.raw_text import read_texts

MAX_LENGTH = 1_000_000
# Pairs are drawn by their number to this power: frequent ones less often than they occur.
POWER = 0.6
BEFORE = (
    "the|a|an|his|her|its|their|our|my|your|this|these|those|every|each|no|another|"
    "of|for|with|from|about|in|on|by"
)
# After other words, the second word may be a verb: "the book reviews all of them".
AFTER = "of|in|on|at|for|to|from|with|by|and|or|was|were|is|are|had|has|that|which|who|as|but"
PAIR = re.compile(rf"\b(?:{BEFORE}) ([a-z]{{3,}}) ([a-z]{{3,}})(?= (?:{AFTER})\b|[.,;:)?!])")
SINGULAR = "Number=Sing"
# Ends of plurals, and what stands there in the singular.
PLURALS = (("ies", "y"), ("es", ""), ("s", ""))


class Compounds:
    """Pairs of nouns, to draw from.

    counts (Counter[tuple[str, str]]): How often raw text has each pair.
    """

    def __init__(self, counts: Counter[tuple[str, str]]) -> None:
        self.pairs = sorted(counts)
        self.cum_weights = list(accumulate(counts[pair] ** POWER for pair in self.pairs))
        self.known = set(self.pairs)

    @classmethod
    def of(cls, paths: Collection[Path], verbs: Collection[str]) -> "Compounds":
        """Find the pairs in raw text whose first noun is one of some verbs."""
        verbs = set(verbs) & lemma_index()["noun"]
        counts: Counter[tuple[str, str]] = Counter()
        for text in read_all(paths):
            for first, second in PAIR.findall(text):
                if first in verbs and second not in STOP_WORDS and noun(second) is not None:
                    counts[first, second] += 1
        return cls(counts)

    def draw(self, draw: random.Random) -> Sentence:
        """Draw a pair."""
        ((first, second),) = draw.choices(self.pairs, cum_weights=self.cum_weights)
        last = noun(second)
        assert last is not None
        return [word(first, "NN", "NOUN", SINGULAR), last]


def read_all(paths: Collection[Path]) -> Iterator[str]:
    """The texts of files of raw text."""
    for path in paths:
        yield from read_texts(path, MAX_LENGTH)


def noun(text: str) -> Token | None:
    """A noun that WordNet has and that is nothing else but a noun or a verb; None for others."""
    nouns = lemma_index()["noun"]
    if text in lemma_index()["adj"] or text in lemma_index()["adv"]:
        return None
    is_singular = text in nouns and text.endswith(("ss", "us", "is", "gas"))
    for end, singular in PLURALS:
        # The lemma stays unknown: "leaves" may be of "leaf" or of "leave".
        if text.endswith(end) and text.removesuffix(end) + singular in nouns and not is_singular:
            return word(text, "NNS", "NOUN", "Number=Plur", lemma="")
    return word(text, "NN", "NOUN", SINGULAR) if text in nouns else None


@cache
def lemma_index() -> dict[str, set[str]]:
    """The lemmas of each part of speech in WordNet."""
    table: Table = load_lookups("en", ["lemma_index"]).get_table("lemma_index")
    return {pos: set(table[pos]) for pos in ("noun", "verb", "adj", "adv")}
