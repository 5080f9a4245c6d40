"""Features of a word's spelling: affixes, shape and syllables, as hashed ids.

`FEATURES` lists them. ARCHITECTURE.md says how to add one. The lengths of affixes are
arguments of `build_lstm_tok2vec`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy

from ..caches import MAX_CACHED_LENGTH
from .types import Ids
from .word_inputs import FEATURE_ROWS

# The hashes of a feature, one for each word.
Hashes = list[int]

# The prime of the 64-bit FNV hash.
PRIME = 0x100000001B3
# Keeps a number within 64 bits.
MASK = 2**64 - 1
# 2 ** 64 divided by the golden ratio.
MIX = 0x9E3779B97F4A7C15
# Number of letters of one kind in a row that a shape has at most, as spaCy's `shape_`.
MAX_RUN = 4
LONG_RUN = re.compile(rf"((.)\2{{{MAX_RUN - 1}}})\2+", re.DOTALL)
# Number of letters of a short affix. In an alphabet, it has some hundred frequent values at most.
SHORT_AFFIX = 2
# Letters of a syllable that are read. A Vietnamese syllable has seven at most.
MAX_SYLLABLE = 8
# Hashes that are cached, of affixes and of shapes.
CACHED_HASHES = 2**15


def prefixes(words: Sequence[str], sizes: Sequence[int]) -> list[Hashes]:
    """The first letters, in lower case, for each number of letters."""
    lower = [word.lower() for word in words]
    return [[hash_characters(word[:size]) for word in lower] for size in sizes]


def suffixes(words: Sequence[str], sizes: Sequence[int]) -> list[Hashes]:
    """The last letters, in lower case, for each number of letters. They are read from the end."""
    from_end = [word.lower()[::-1] for word in words]
    return [[hash_characters(word[:size]) for word in from_end] for size in sizes]


def shape(words: Sequence[str], is_used: bool) -> list[Hashes]:
    """X for a capital, x for another letter, d for a digit, or the character itself, with at most
    `MAX_RUN` of a kind in a row."""
    return [[hash_shape(word.translate(KINDS)) for word in words]] if is_used else []


def syllables(words: Sequence[str], is_used: bool) -> list[Hashes]:
    """What stands before the first space of a word, and behind its last one, in lower case; of a
    word without spaces, twice the word. Of each, the first `MAX_SYLLABLE` letters count."""
    if not is_used:
        return []
    split = [word.lower().split() or [""] for word in words]
    return [[hash_characters(of_word[at][:MAX_SYLLABLE]) for of_word in split] for at in (0, -1)]


# For each setting, a function of the words and of the setting's value. It returns a column for
# each feature, with one hash per word. Saved models depend on the order of the settings: new ones
# come last.
FEATURES: dict[str, Callable[[Sequence[str], Any], list[Hashes]]] = {
    "prefixes": prefixes,
    "suffixes": suffixes,
    "shape": shape,
    "syllables": syllables,
}


class WordFeatures(NamedTuple):
    """The features to compute for a word.

    settings (Mapping[str, Any]): The value for each name in `FEATURES`.
    n_rows (int): Number of different ids per feature.
    """

    settings: Mapping[str, Any]
    n_rows: int = FEATURE_ROWS

    @property
    def n_features(self) -> int:
        return len(self._hashes([]))

    @property
    def low_cardinality(self) -> list[int]:
        """The columns of the features with few values: short affixes, and the shape."""
        sizes = [*self.settings["prefixes"], *self.settings["suffixes"]]
        columns = [column for column, size in enumerate(sizes) if size <= SHORT_AFFIX]
        return [*columns, len(sizes)] if self.settings["shape"] else columns

    def ids(self, words: Sequence[str]) -> Ids:
        """The id of each feature of each word.

        RETURNS (Ids): (n_words, n_features). The ids in a column are from column * n_rows to
            (column + 1) * n_rows - 1.
        """
        columns = self._hashes(words)
        hashes = numpy.array(columns, dtype="uint64").reshape(len(columns), len(words))
        mixed = hashes.T * numpy.uint64(MIX)
        ids = (mixed >> numpy.uint64(32)) % numpy.uint64(self.n_rows)
        return ids.astype("int64") + self.n_rows * numpy.arange(len(columns))

    def _hashes(self, words: Sequence[str]) -> list[Hashes]:
        return [
            column
            for name, feature in FEATURES.items()
            for column in feature(words, self.settings[name])
        ]


@lru_cache(CACHED_HASHES)
def hash_characters(characters: str) -> int:
    """Hash some characters of a word."""
    hashed = 0
    for character in characters:
        hashed = ((hashed ^ ord(character)) * PRIME + PRIME) & MASK
    return hashed


def hash_shape(kinds: str) -> int:
    """Hash the kinds of a word's letters."""
    return hash_kinds(kinds) if len(kinds) <= MAX_CACHED_LENGTH else hash_kinds.__wrapped__(kinds)


@lru_cache(CACHED_HASHES)
def hash_kinds(kinds: str) -> int:
    """Hash kinds of letters, of each kind at most `MAX_RUN` in a row."""
    hashed = 0
    for kind in reversed(LONG_RUN.sub(r"\1", kinds)):
        hashed = (hashed + ord(kind)) * PRIME & MASK
    return hashed


class Kinds(dict[int, str]):
    """The kind of each letter, for `str.translate`. A letter's kind is kept from then on."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if letter.isdigit():
            kind = "d"
        elif letter.isupper():
            kind = "X"
        elif letter.isalpha():
            kind = "x"
        else:
            kind = letter
        self[code] = kind
        return kind


KINDS = Kinds()
