"""A lexicon: which tags a word may have."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray
from spacy.attrs import LOWER, ORTH
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import get_array_module
from thinc.types import Floats2d

from ..models.types import Keys

CFG_KEY = "lexicon"
EXACT, ANY_CASE = "exact", "any_case"

Entries = dict[str, list[str]]


class Lexicon(MutableMapping[str, list[str]]):
    """Maps words to the tags that they may have.

        lexicon = nlp.get_pipe("lstm_tagger").lexicon
        lexicon["spaCy"] = ["NNP"]
        lexicon.any_case["iphone"] = ["NN", "NNP"]
        lexicon.from_disk("words.tsv")

    The model still chooses among these tags in context. A word is looked up as it is spelled, then
    in any case. The entries are a part of the component's cfg, so they are saved with it.

    cfg (dict[str, Any]): The cfg of the component.
    kind (str): `EXACT` for words as they are spelled, `ANY_CASE` for words in any case.
    """

    def __init__(self, cfg: dict[str, Any], kind: str = EXACT) -> None:
        self._cfg = cfg
        self._kind = kind

    @property
    def any_case(self) -> "Lexicon":
        """The entries that match a word in any case."""
        return Lexicon(self._cfg, ANY_CASE)

    @property
    def _entries(self) -> Entries:
        entries: Entries = self._cfg[CFG_KEY][self._kind]
        return entries

    def _key(self, word: str) -> str:
        return word.lower() if self._kind == ANY_CASE else word

    def __getitem__(self, word: str) -> list[str]:
        return self._entries[self._key(word)]

    def __setitem__(self, word: str, tags: Sequence[str] | str) -> None:
        self.update({word: tags})

    def __delitem__(self, word: str) -> None:
        entries = dict(self._entries)
        del entries[self._key(word)]
        self._replace(entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def update(self, entries: Mapping[str, Sequence[str] | str]) -> None:  # type: ignore[override]
        """Add or replace entries. If one of them is not valid, none is added.

        entries (Mapping[str, Sequence[str] | str]): Words and the tags that each may have.
        """
        labels = self._cfg["labels"]
        checked = {self._key(w): check_entry(w, tags, labels) for w, tags in entries.items()}
        self._replace({**self._entries, **checked})

    def clear(self) -> None:
        """Remove all entries."""
        self._replace({})

    def _replace(self, entries: Entries) -> None:
        # The cfg gets a new dict, so that a thread that tags reads the old dict or the new one.
        self._cfg[CFG_KEY] = {**self._cfg[CFG_KEY], self._kind: entries}

    def from_disk(self, path: str | Path) -> "Lexicon":
        """Add the entries of a file. If one of them is not valid, none is added.

        A .json file maps each word to its tag or to a list of tags. Each line of any other file has
        a word, a tab, the tags separated by spaces and, optionally, a tab and `any_case`.

        path (str | Path): The file.
        RETURNS (Lexicon): Itself.
        """
        path = Path(path)
        text = path.read_text(encoding="utf8")
        found: dict[str, Entries] = {EXACT: {}, ANY_CASE: {}}
        lines = json_lines(path, text) if path.suffix == ".json" else tsv_lines(path, text)
        for line in lines:
            kind = ANY_CASE if line.any_case else self._kind
            target = Lexicon(self._cfg, kind)
            key = target._key(line.word)
            if key in found[kind]:
                raise ValueError(f"{line.where}: {line.word!r} occurs twice.")
            try:
                found[kind][key] = check_entry(line.word, line.tags, self._cfg["labels"])
            except ValueError as error:
                raise ValueError(f"{line.where}: {error}") from None
        for kind, entries in found.items():
            if entries:
                Lexicon(self._cfg, kind).update(entries)
        return self


class Line(NamedTuple):
    where: str
    word: str
    tags: Any
    any_case: bool


def tsv_lines(path: Path, text: str) -> Iterator[Line]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        word, *columns = line.split("\t")
        if len(columns) not in (1, 2) or columns[1:] not in ([], [ANY_CASE]):
            raise ValueError(
                f"{where}: {line!r} is not a word, a tab and tags, and optionally a tab and "
                f"{ANY_CASE}."
            )
        yield Line(where, word, columns[0].split(), len(columns) == 2)


def json_lines(path: Path, text: str) -> list[Line]:
    try:
        # As pairs, because a dict would silently keep only the last entry of a word.
        pairs = loads(text, object_pairs_hook=list)
    except JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}: not JSON ({error.msg}).") from None
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise ValueError(f"{path}: not a JSON object of words and their tags.")
    return [Line(f"{path}, {word!r}", word, tags, False) for word, tags in pairs]


def check_entry(word: str, tags: Sequence[str] | str, labels: Sequence[str]) -> list[str]:
    """The tags of an entry as a list. Raises a ValueError for an entry that is not valid."""
    tags = [tags] if isinstance(tags, str) else tags
    if not isinstance(word, str) or not word or word.isspace():
        raise ValueError(f"{word!r} is not a word.")
    if not isinstance(tags, Sequence) or not tags:
        raise ValueError(f"the word {word!r} has no tags: give it one or more.")
    for tag in tags:
        if tag not in labels:
            raise ValueError(
                f"the word {word!r} has the tag {tag!r}, which is not one of the {len(labels)} "
                "labels of the tagger."
            )
    return list(dict.fromkeys(tags))


class AllowedTags:
    """A lexicon as arrays, to be applied to log-probabilities.

    entries (dict[str, Entries]): The lexicon of a component's cfg.
    labels (Sequence[str]): The tag of each column.
    """

    def __init__(self, entries: dict[str, Entries], labels: Sequence[str]) -> None:
        self.exact = TagTable(entries[EXACT], labels)
        self.any_case = TagTable(entries[ANY_CASE], labels)

    def restrict(self, doc: Doc, log_probs: Floats2d) -> Floats2d:
        """Set tags that a word may not have to minus infinity, and normalize the others.

        log_probs (Floats2d): (n_tokens, n_tags), in nats. The array is not changed.
        RETURNS (Floats2d): (n_tokens, n_tags), minus infinity for tags that are not allowed.
        """
        words, lower = doc.to_array([ORTH, LOWER]).T
        allowed = numpy.ones(log_probs.shape, dtype=bool)
        for keys, table in ((lower, self.any_case), (words, self.exact)):  # the last one wins
            at, rows = table.find(keys)
            allowed[at] = table.allowed[rows]
        restricted = numpy.nonzero(~allowed.all(axis=1))[0]
        if not len(restricted):
            return log_probs
        xp = get_array_module(log_probs)
        at = xp.asarray(restricted)
        scores = xp.where(xp.asarray(allowed[restricted]), log_probs[at], -xp.inf)
        scores -= scores.max(axis=1, keepdims=True)
        scores -= xp.log(xp.exp(scores).sum(axis=1, keepdims=True))
        result = log_probs.copy()
        result[at] = scores
        return result


class TagTable:
    """For each word, whether it may have each of the labels, (n_words, n_labels)."""

    def __init__(self, entries: Entries, labels: Sequence[str]) -> None:
        keys = numpy.array([get_string_id(word) for word in entries], dtype="uint64")
        order = numpy.argsort(keys)
        self._keys: Keys = keys[order]
        allowed = [[label in tags for label in labels] for tags in entries.values()]
        self.allowed: NDArray[numpy.bool_] = numpy.array(allowed, dtype=bool).reshape(
            len(entries), len(labels)
        )[order]

    def find(self, keys: Keys) -> tuple[NDArray[Any], NDArray[Any]]:
        """The positions of the keys that are in the table, and the row of each."""
        rows = numpy.searchsorted(self._keys, keys)
        rows[rows == len(self._keys)] = 0
        at = numpy.nonzero(self._keys[rows] == keys)[0] if len(self._keys) else rows[:0]
        return at, rows[at]


def tags_by_word(examples: Iterable[Example], min_freq: int, labels: Sequence[str]) -> Entries:
    """Make a lexicon from training data: its frequent words, each with its tags in the data.

    min_freq (int): How often a word has to occur with a tag.
    labels (Sequence[str]): The labels. Other tags are left out.
    """
    counts: Counter[str] = Counter()
    tags: dict[str, set[str]] = defaultdict(set)
    known = set(labels)
    for example in examples:
        for token in example.reference:
            if token.tag_ in known and not token.is_space:
                counts[token.text] += 1
                tags[token.text].add(token.tag_)
    return {word: sorted(tags[word]) for word, count in sorted(counts.items()) if count >= min_freq}
