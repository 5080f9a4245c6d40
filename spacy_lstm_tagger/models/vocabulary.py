"""The words that have an embedding, and how they are counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, cast

import numpy
import srsly
from numpy.typing import NDArray
from spacy.attrs import ORTH
from spacy.strings import get_string_id
from spacy.tokens import Doc
from thinc.api import Model, deserialize_attr, serialize_attr

from .shim import network_shim
from .types import Floats, Ids, Keys
from .weights import Weights
from .whitespace import word_mask
from .word_inputs import N_SPECIAL, N_SPECIAL_CHARACTERS, UNKNOWN, UNKNOWN_CHARACTER

WordAttr = Literal["ORTH", "LOWER"]
WORD_FORMS: dict[WordAttr, Callable[[str], str]] = {"ORTH": str, "LOWER": str.lower}
# Of a longer word, only the first and the last 16 characters are read.
MAX_CHARACTERS = 32
# Above every code point. It stands behind the alphabet, so that no search ends outside of it.
NO_CHARACTER = numpy.uint32(2**32 - 1)


class WordVocabulary:
    """Gives words and characters their rows in the embedding tables.

    The alphabet is the set of characters in its words, and in the upper case of words in lower
    case.

    words (Iterable[str]): The words, the most frequent first.
    attr (Literal["ORTH", "LOWER"]): Which words share a row: the same words, or the same words in
        any case.
    min_freq (int): How often a word has to occur to be in the vocabulary that `count` returns.
    is_counted (bool): Whether the words were counted in training data, so that the model does not
        count the words of its first Docs.
    """

    def __init__(
        self,
        words: Iterable[str] = (),
        *,
        attr: WordAttr = "ORTH",
        min_freq: int = 1,
        is_counted: bool = False,
    ) -> None:
        self.words = list(dict.fromkeys(map(WORD_FORMS[attr], words)))
        self.attr = attr
        self.min_freq = min_freq
        self.is_counted = is_counted
        keys = keys_of(self.words)
        by_key = numpy.argsort(keys)
        # A last entry that matches no word, so that every search ends on an entry.
        self._keys = numpy.append(keys[by_key], numpy.uint64(0))
        self._rows = numpy.append(by_key + N_SPECIAL, UNKNOWN)
        forms = self.words if attr == "ORTH" else [*self.words, *map(str.upper, self.words)]
        self.alphabet = code_points("".join(sorted(set("".join(forms)))))

    def count(self, counts: Mapping[str, int]) -> "WordVocabulary":
        """A new vocabulary of the words that occur at least min_freq times."""
        form = WORD_FORMS[self.attr]
        forms = Counter[str]()
        for word, count in counts.items():
            forms[form(word)] += count
        frequent = [word for word, count in forms.items() if count >= self.min_freq]
        return self.replace(sorted(frequent, key=lambda word: (-forms[word], word)))

    def replace(self, words: Iterable[str]) -> "WordVocabulary":
        """A new vocabulary of these words."""
        return WordVocabulary(words, attr=self.attr, min_freq=self.min_freq, is_counted=True)

    def __len__(self) -> int:
        return len(self.words)

    def rows(self, words: Sequence[str]) -> Ids:
        """The row of each word; `UNKNOWN` for a word outside the vocabulary."""
        keys = keys_of(map(WORD_FORMS[self.attr], words))
        found = numpy.searchsorted(self._keys[:-1], keys)
        return numpy.where(self._keys[found] == keys, self._rows[found], UNKNOWN)

    def character_rows(self, words: Iterable[str]) -> tuple[Ids, Ids]:
        """The rows of the characters, word after word, with `UNKNOWN_CHARACTER` for a character
        outside the alphabet; and the number of characters of each word, at least one."""
        half = MAX_CHARACTERS // 2
        read = [
            (word if len(word) <= MAX_CHARACTERS else word[:half] + word[-half:]) or " "
            for word in words
        ]
        codes, index = numpy.unique(code_points("".join(read)), return_inverse=True)
        found = numpy.searchsorted(self.alphabet, codes)
        in_alphabet = numpy.append(self.alphabet, NO_CHARACTER)[found] == codes
        rows = numpy.where(in_alphabet, found + N_SPECIAL_CHARACTERS, UNKNOWN_CHARACTER)
        return rows[index], numpy.array([len(word) for word in read], dtype="int64")


def code_points(text: str) -> NDArray[numpy.uint32]:
    """The code point of each character."""
    return numpy.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def keys_of(words: Iterable[str]) -> Keys:
    return numpy.array([get_string_id(word) for word in words], dtype="uint64")


def count_vocabulary(model: Model[Any, Any], docs: Iterable[Doc]) -> None:
    """Count the words of a corpus. The frequent words become the vocabulary of each LSTM tok2vec
    in a model. The model has to be initialized afterwards.

    model (Model[Any, Any]): Any model. Without an LSTM tok2vec in it, the corpus is not read.
    docs (Iterable[Doc]): The training corpus.
    """
    nodes = nodes_with_vocabulary(model)
    if not nodes:
        return
    counts: Counter[str] = Counter()
    for doc in docs:
        keys: Counter[int] = Counter(doc.to_array(ORTH)[word_mask(doc)].tolist())
        for key, count in keys.items():
            counts[doc.vocab.strings[key]] += count
    for node in nodes:
        node.attrs["vocabulary"] = vocabulary_of(node).count(counts)


@contextmanager
def counted(
    model: Model[Any, Any], docs: Callable[[], Iterable[Doc]], words: Iterable[str] | None = None
) -> Iterator[None]:
    """Give each LSTM tok2vec in a model its words while the model is initialized: those that are
    given, or else those that the callback `count_words` has counted, or else those of a corpus.
    Another initialization counts the words of its own corpus, but keeps those of the callback.

    docs (Callable[[], Iterable[Doc]]): Returns the training corpus. It is read to count.
    words (Iterable[str] | None): The words; None to count.
    """
    nodes = nodes_with_vocabulary(model)
    is_counted = all(vocabulary_of(node).is_counted for node in nodes)
    if words is not None:
        set_words(model, words)
    elif not is_counted:
        count_vocabulary(model, docs())
    try:
        yield
    finally:
        for node in nodes:
            vocabulary_of(node).is_counted = is_counted


def set_words(model: Model[Any, Any], words: Iterable[str]) -> None:
    """Set the vocabulary of each LSTM tok2vec in a model. Initialize the model afterwards."""
    words = list(words)
    for node in nodes_with_vocabulary(model):
        node.attrs["vocabulary"] = vocabulary_of(node).replace(words)


def change_words(model: Model[Any, Any], words: Iterable[str]) -> None:
    """Set the vocabulary of an LSTM tok2vec that has weights. Words and characters that stay keep
    their rows; new ones start from the rows of the unknown ones.

    model (Model[Any, Any]): The layer with the vocabulary.
    """
    shim = network_shim(model)
    weights = shim.weights()
    if weights is None:
        raise ValueError("The model has no weights. Train it, or initialize it.")
    old = vocabulary_of(model)
    set_words(model, words)
    new = vocabulary_of(model)
    settings = {**weights.settings, "n_words": len(new), "n_letters": len(new.alphabet)}
    shim.load(Weights(settings, for_words(weights.to_float32(), old, new)))


def for_words(
    arrays: Mapping[str, Floats], old: WordVocabulary, new: WordVocabulary
) -> dict[str, Floats]:
    """The weights of an LSTM tok2vec for another vocabulary. Words and characters that are new have
    the rows of the unknown ones.

    arrays (Mapping[str, Floats]): The weights, by their names.
    old (WordVocabulary): Their vocabulary.
    new (WordVocabulary): The other one.
    """
    characters, _ = old.character_rows(map(chr, new.alphabet.tolist()))
    rows = {
        "embedding.words.weight": [UNKNOWN, *old.rows(new.words)],
        "embedding.characters.letters.weight": [UNKNOWN_CHARACTER, *characters],
    }
    return {**arrays, **{name: arrays[name][rows[name]] for name in rows.keys() & arrays.keys()}}


def vocabulary_of(node: Model[Any, Any]) -> WordVocabulary:
    """The vocabulary of an LSTM tok2vec."""
    return cast(WordVocabulary, node.attrs["vocabulary"])


def nodes_with_vocabulary(model: Model[Any, Any]) -> list[Model[Any, Any]]:
    """Each LSTM tok2vec in a model."""
    return [node for node in model.walk() if "vocabulary" in node.attrs]


@serialize_attr.register
def _to_bytes(_: WordVocabulary, value: WordVocabulary, name: str, model: Model[Any, Any]) -> bytes:
    return bytes(srsly.msgpack_dumps({"words": value.words, "attr": value.attr}))


@deserialize_attr.register
def _from_bytes(
    old: WordVocabulary, value: bytes, name: str, model: Model[Any, Any]
) -> WordVocabulary:
    saved = srsly.msgpack_loads(value)
    # Earlier files do not have it.
    attr = saved.get("attr", old.attr)
    if attr != old.attr:
        raise ValueError(
            f"Can't load the weights: they were saved with word_attr = {attr}, but the config says "
            f"word_attr = {old.attr}. Load files that were saved together."
        )
    return WordVocabulary(saved["words"], attr=old.attr, min_freq=old.min_freq)
