"""The words that have an embedding of their own."""

from collections.abc import Iterable, Mapping

import numpy
import srsly
from spacy.strings import get_string_id
from thinc.api import Model, deserialize_attr, serialize_attr

from .pytorch.embedding import N_SPECIAL, UNKNOWN
from .shim import torch_shim
from .types import Ids


class WordVocabulary:
    """Gives words their rows in the embedding table; immutable.

    words (Iterable[str]): The words, in any order.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words: list[str] = sorted(set(words))
        keys = numpy.array([get_string_id(word) for word in self.words], dtype="uint64")
        by_key = numpy.argsort(keys)
        # A last entry, which no word has, so that every search ends on an entry.
        self._keys = numpy.append(keys[by_key], numpy.uint64(0))
        self._rows = numpy.append(by_key + N_SPECIAL, UNKNOWN)

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], min_freq: int) -> "WordVocabulary":
        """The words that occur at least `min_freq` times."""
        return cls(word for word, count in counts.items() if count >= min_freq)

    def __len__(self) -> int:
        return len(self.words)

    def rows(self, words: Iterable[str]) -> Ids:
        """The row of each word, `UNKNOWN` for a word that is not in the vocabulary."""
        keys = numpy.array([get_string_id(word) for word in words], dtype="uint64")
        found = numpy.searchsorted(self._keys[:-1], keys)
        return numpy.where(self._keys[found] == keys, self._rows[found], UNKNOWN)


UNCOUNTED = WordVocabulary([])  # before words have been counted


@serialize_attr.register
def _to_bytes(_: WordVocabulary, value: WordVocabulary, name: str, model: Model) -> bytes:
    return srsly.msgpack_dumps(value.words)


@deserialize_attr.register
def _from_bytes(_: WordVocabulary, value: bytes, name: str, model: Model) -> WordVocabulary:
    words = srsly.msgpack_loads(value)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"Can't load '{model.name}': its vocabulary is not a list of words.")
    # Thinc loads the weights after this: they must have a row for each of these words.
    torch_shim(model).settings["n_words"] = len(words)
    return WordVocabulary(words)
