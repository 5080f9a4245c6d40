"""Features of a word's spelling: affixes and shape, as hashed ids.

All words are processed at once, as one array of code points. To add a feature, write a function
like `shape`, and a line in `FEATURES`. The lengths of affixes are arguments of
`build_lstm_tok2vec`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy

# NumPy would import it in the first prediction, and a child that is forked meanwhile would wait.
from numpy import char
from numpy.typing import NDArray

from .types import Ids

Codes = NDArray[numpy.uint64]

# The prime of the 64-bit FNV hash.
PRIME = numpy.uint64(0x100000001B3)
# 2 ** 64 divided by the golden ratio.
MIX = numpy.uint64(0x9E3779B97F4A7C15)
NO_LETTER = 0
# A shape has at most so many letters of one kind in a row, as spaCy's `shape_`.
MAX_RUN = 4
# In an alphabet, an affix of so many letters has at most some hundred values that come back often.
SHORT_AFFIX = 2
# Letters of a part that are read. A Vietnamese syllable has seven at most.
MAX_PART = 8


class JoinedWords(NamedTuple):
    """Words as one array of code points.

    codes (Codes): Code points of all letters, then `NO_LETTER`, (n_letters + 1,).
    starts (Ids): Position of the first letter of each word, (n_words,).
    lengths (Ids): Number of letters of each word, (n_words,).
    """

    codes: Codes
    starts: Ids
    lengths: Ids

    @classmethod
    def join(cls, words: Sequence[str]) -> "JoinedWords":
        joined = "".join(words) + chr(NO_LETTER)
        encoded = joined.encode("utf-32-le", "surrogatepass")
        codes = numpy.frombuffer(encoded, dtype="<u4").astype("uint64")
        lengths = numpy.fromiter(map(len, words), dtype="int64", count=len(words))
        return cls(codes, numpy.cumsum(lengths) - lengths, lengths)

    def hash_affixes(self, sizes: Sequence[int], *, from_end: bool) -> list[Codes]:
        """For each size n, hash the first or last n letters of each word, or all letters of a
        shorter word."""
        number = numpy.arange(max(sizes, default=0))[:, None]  # of a letter
        has_letter = self.lengths > number  # (most letters, n_words)
        at = self.starts + (self.lengths - 1 - number if from_end else number)
        letters = self.codes[numpy.where(has_letter, at, 0)]  # (most letters, n_words)
        hashes = numpy.zeros(len(self.lengths), dtype="uint64")
        # after[i] is the hash of i + 1 letters.
        after = []
        for i in range(len(number)):
            hashes = numpy.where(has_letter[i], (hashes ^ letters[i]) * PRIME + PRIME, hashes)
            after.append(hashes)
        return [after[size - 1] for size in sizes]

    def hash_shape(self) -> Codes:
        """Hash the shape of each word."""
        kinds = letter_kinds(self.codes[:-1])
        position = numpy.arange(len(kinds))
        word_start = numpy.repeat(self.starts, self.lengths)
        changes = numpy.ones(len(kinds), dtype=bool)
        changes[1:] = kinds[1:] != kinds[:-1]
        run_start = numpy.maximum.accumulate(
            numpy.where(changes | (position == word_start), position, 0)
        )
        kept = position - run_start < MAX_RUN
        kept_before: Ids = numpy.cumsum(kept) - kept
        # The place of a letter among the kept ones of its word.
        place: Ids = kept_before - kept_before[word_start]
        powers = numpy.cumprod(numpy.full(int(place.max(initial=0)) + 1, PRIME))
        terms = numpy.where(kept, kinds * powers[place], numpy.uint64(0))
        sums = numpy.zeros(len(terms) + 1, dtype="uint64")
        numpy.cumsum(terms, out=sums[1:])
        return cast(Codes, sums[self.starts + self.lengths] - sums[self.starts])


class Spellings:
    """The words whose features are computed.

    words (Sequence[str]): The words.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    @cached_property
    def written(self) -> JoinedWords:
        """The words as they are."""
        return JoinedWords.join(self.words)

    @cached_property
    def lower(self) -> JoinedWords:
        """The words in lower case."""
        return JoinedWords.join([word.lower() for word in self.words])


def prefixes(words: Spellings, sizes: Sequence[int]) -> list[Codes]:
    """The first letters, in lower case, for each number of letters."""
    return words.lower.hash_affixes(sizes, from_end=False)


def suffixes(words: Spellings, sizes: Sequence[int]) -> list[Codes]:
    """The last letters, in lower case, for each number of letters."""
    return words.lower.hash_affixes(sizes, from_end=True)


def shape(words: Spellings, is_used: bool) -> list[Codes]:
    """X for a capital, x for another letter, d for a digit, or the character itself, with at most
    `MAX_RUN` of a kind in a row."""
    return [words.written.hash_shape()] if is_used else []


def parts(words: Spellings, is_used: bool) -> list[Codes]:
    """The first and the last part of a word with spaces in it, in lower case, or the whole word:
    in Vietnamese, its syllables. Of a part, the first `MAX_PART` letters count."""
    if not is_used:
        return []
    split = [word.lower().split() or [""] for word in words.words]
    return [
        JoinedWords.join([of_word[place] for of_word in split]).hash_affixes(
            [MAX_PART], from_end=False
        )[0]
        for place in (0, -1)
    ]


# For each setting, a function of the words and of the setting's value. It returns an array for
# each feature, which has one hash per word, (n_words,). Saved models depend on the order of the
# settings: new ones come last.
FEATURES: dict[str, Callable[[Spellings, Any], list[Codes]]] = {
    "prefixes": prefixes,
    "suffixes": suffixes,
    "shape": shape,
    "parts": parts,
}


class WordFeatures(NamedTuple):
    """The features to compute for a word.

    settings (Mapping[str, Any]): The value for each name in `FEATURES`.
    feature_rows (int): Number of different ids per feature.
    """

    settings: Mapping[str, Any]
    feature_rows: int

    @property
    def n_features(self) -> int:
        return len(self._hashes([]))

    @property
    def few_valued(self) -> list[int]:
        """The columns of the features with few values: short affixes, and the shape."""
        sizes = [*self.settings["prefixes"], *self.settings["suffixes"]]
        columns = [column for column, size in enumerate(sizes) if size <= SHORT_AFFIX]
        return [*columns, len(sizes)] if self.settings["shape"] else columns

    def ids(self, words: Sequence[str]) -> Ids:
        """The id of each feature of each word.

        RETURNS (Ids): (n_words, n_features). The ids in a column are from column * feature_rows to
            (column + 1) * feature_rows - 1.
        """
        hashes = self._hashes(words)
        if not hashes:
            return numpy.zeros((len(words), 0), dtype="int64")
        mixed = numpy.stack(hashes, axis=1) * MIX
        ids = (mixed >> numpy.uint64(32)) % numpy.uint64(self.feature_rows)
        return ids.astype("int64") + self.feature_rows * numpy.arange(len(hashes))

    def _hashes(self, words: Sequence[str]) -> list[Codes]:
        spellings = Spellings(words)
        return [
            hashed
            for name, feature in FEATURES.items()
            for hashed in feature(spellings, self.settings[name])
        ]


def letter_kinds(codes: Codes) -> Codes:
    """Replace a capital by X, another letter by x and a digit by d. Other code points stay."""
    letters = codes.astype("<u4").view("<U1")
    kinds = codes.copy()
    kinds[char.isalpha(letters)] = ord("x")
    kinds[char.isupper(letters)] = ord("X")
    kinds[char.isdigit(letters)] = ord("d")
    return kinds
