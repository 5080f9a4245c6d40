"""A lexicon: which tags a word may have."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from spacy.attrs import LOWER
from spacy.morphology import Morphology
from spacy.parts_of_speech import IDS as POS_NAMES
from spacy.pipeline import TrainablePipe
from spacy.strings import get_string_id
from spacy.training import Example
from thinc.api import get_array_module
from thinc.types import Floats2d

from ..errors import explained
from ..models.types import Ids
from ..models.whitespace import Batch, tags_of_words
from .tag_morphology import TAG_MORPHOLOGY_KEY

# The key in a component's cfg.
LEXICON_KEY = "lexicon"
EXACT = "exact"
ANY_CASE = "any_case"
# As in POS=PROPN|Number=Sing.
MORPHOLOGY = r"[^=|\s]+=[^=|\s]+(\|[^=|\s]+=[^=|\s]+)*"
# In place of a row, for a word that is not in the lexicon.
ANY_TAG = -1

Entries = dict[str, list[str]]
# A part of speech and features by the index of a word in a batch.
Features = dict[int, tuple[str, str]]
# Where an entry comes from, its word, its tags, and its kind.
SourcedEntry = tuple[str, Any, Any, str]
NO_TAGS = (
    "the word {word!r} has no tags: give it one or more. In a file, a tab stands between a word "
    f"and its tags, and optionally a tab and {ANY_CASE} behind them."
)


def no_entries() -> dict[str, Entries]:
    """An empty lexicon, as a component's cfg has it."""
    return {EXACT: {}, ANY_CASE: {}}


class Lexicon(MutableMapping[str, Sequence[str]]):
    """The words of a tagger whose tags are restricted, each with the tags that it may have.

        lexicon = nlp.get_pipe("tagger").lexicon
        lexicon["spaCy"] = ["NNP"]
        lexicon.any_case["iphone"] = ["NN", "NNP"]
        lexicon["Berta"] = ["NNP", "POS=PROPN|Number=Sing"]
        lexicon.from_disk("words.tsv")

    The model still chooses among the tags in context. A word with one tag may have its part of
    speech and its features as well, written as spaCy's morphologizer writes them. If it has none,
    it gets those that go with the tag in the training data: `lexicon["spaCy"]` becomes
    `("NNP", "POS=PROPN|Number=Sing")`. A tag whose words have several parts of speech adds nothing,
    and neither does a component that was trained without parts of speech. A word is looked
    up as it is spelled, then in any case. An entry with a space is for a token that has one, as
    after a component that merges tokens. The entries are a part of the component's cfg, so they are
    saved with it. After a change, the next call of the tagger reads all entries again.

    pipe (TrainablePipe): The component.
    kind (str): `EXACT` for words as they are spelled, `ANY_CASE` for words in any case.
    """

    def __init__(self, pipe: TrainablePipe, kind: str = EXACT) -> None:
        self._pipe = pipe
        self._kind = kind

    @property
    def any_case(self) -> "Lexicon":
        """The words that are looked up in any case."""
        return Lexicon(self._pipe, ANY_CASE)

    @property
    def _entries(self) -> Entries:
        entries: Entries = self._pipe.cfg[LEXICON_KEY][self._kind]
        return entries

    def __getitem__(self, word: str) -> tuple[str, ...]:
        return tuple(self._entries[key_of(word, self._kind)])

    def __setitem__(self, word: str, tags: Iterable[str]) -> None:
        self.update({word: tags})

    def __delitem__(self, word: str) -> None:
        del self._entries[key_of(word, self._kind)]
        self._pipe.lexicon_changed()

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Lexicon({dict(self)})"

    def clear(self) -> None:
        """Remove all entries of words as they are spelled. `any_case` keeps its own."""
        self._entries.clear()
        self._pipe.lexicon_changed()

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add or replace entries, given as to `dict.update`: words and for each its tag or tags.

        RAISES (ValueError): If an entry is not valid. Then nothing is changed.
        """
        self._add_entries(dict(*args, **kwargs), complete=True)

    def restore(self, entries: Entries) -> None:
        """Add or replace entries as they are, with no part of speech that they lack.

        RAISES (ValueError): If an entry is not valid. Then nothing is changed.
        """
        self._add_entries(entries, complete=False)

    def _add_entries(self, entries: Mapping[str, Any], *, complete: bool) -> None:
        source = f"Lexicon of component '{self._pipe.name}'"
        self._add(
            ((source, word, tags, self._kind) for word, tags in entries.items()), complete=complete
        )

    def learn(self, examples: Iterable[Example], min_freq: int) -> None:
        """Add words of training data with the tags that they have there. Words that have an entry
        keep it.

        min_freq (int): How often a word has to occur with a tag.
        """
        counts: Counter[str] = Counter()
        tags: dict[str, set[str]] = defaultdict(set)
        labels = set(self._pipe.labels)
        for example in examples:
            strings = example.reference.vocab.strings
            for token, key in zip(example.reference, tags_of_words(example.reference), strict=True):
                tag = strings[key]
                if tag in labels:
                    counts[token.text] += 1
                    tags[token.text].add(tag)
        frequent = {word for word, count in counts.items() if count >= min_freq}
        new = [word for word in sorted(frequent) if word not in self and word not in self.any_case]
        # The training data taught the parts of speech of these words, too.
        self.restore({word: sorted(tags[word]) for word in new if is_word(word)})

    def from_disk(self, path: str | Path) -> "Lexicon":
        """Add or replace the entries of a file.

        A .json file maps each word to its tag or to a list. Any other file has a word, a tab and
        its tags with a space between them on each line, and optionally a tab and `any_case`.

        path (str | Path): The file.
        RETURNS (Lexicon): Itself.
        RAISES (ValueError): If an entry is not valid, or a line repeats a word. Then nothing is
            changed.
        """
        path = Path(path)
        read = read_json if path.suffix == ".json" else read_tsv
        with explained(str(path)):
            text = path.read_text(encoding="utf-8-sig")
        self._add(read(text, str(path), self._kind), complete=True)
        return self

    def _add(self, entries: Iterable[SourcedEntry], complete: bool) -> None:
        """Check entries, and then add all of them, if asked with the parts of speech that go with
        their tags."""
        labels = frozenset(self._pipe.labels)
        new = no_entries()
        for source, word, tags, kind in entries:
            key = key_of(word, kind)
            if key in new[kind]:
                raise ValueError(f"{source}: the word {word!r} is listed twice.")
            try:
                new[kind][key] = tags_of_entry(word, tags, labels)
            except ValueError as error:
                raise ValueError(f"{source}: {error}") from None
            if complete:
                new[kind][key] = with_morphology(new[kind][key], self._pipe.cfg[TAG_MORPHOLOGY_KEY])
        for kind, new_entries in new.items():
            self._pipe.cfg[LEXICON_KEY][kind].update(new_entries)
        self._pipe.lexicon_changed()


def read_tsv(text: str, path: str, kind: str) -> Iterator[SourcedEntry]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        source = f"{path}, line {number}"
        columns = line.split("\t")
        is_any_case = columns[2:] == [ANY_CASE]
        if len(columns) != 2 and not is_any_case:
            raise ValueError(f"{source}: {NO_TAGS.format(word=line)}")
        word = columns[0]
        tags = columns[1].split()
        yield source, word, tags, ANY_CASE if is_any_case else kind


def read_json(text: str, path: str, kind: str) -> Iterator[SourcedEntry]:
    with explained(path):
        # An object as a list of pairs: a dict would keep the last of two entries for a word.
        entries = json.loads(text, object_pairs_hook=tuple)
    if not isinstance(entries, tuple):
        raise ValueError(f"{path}: not a JSON object of words and their tags.")
    for word, tags in entries:
        yield path, word, tags, kind


def key_of(word: Any, kind: str) -> str:
    return str(word).lower() if kind == ANY_CASE else str(word)


def is_word(text: str) -> bool:
    """Whether a text can be an entry. One with white space at an edge could not be told from the
    same without it in a file."""
    return bool(text) and text == text.strip()


def tags_of_entry(word: Any, tags: Any, labels: frozenset[str]) -> list[str]:
    """The tags of an entry as a list. Raises a ValueError for an entry that is not valid."""
    if not isinstance(word, str) or not is_word(word):
        raise ValueError(f"{word!r} is not a word.")
    # It refuses half a surrogate pair, as spaCy does in a text.
    get_string_id(word)
    tags = [tags] if isinstance(tags, str) else tags
    has_tags = isinstance(tags, Iterable) and not isinstance(tags, Mapping)
    tags = list(tags) if has_tags else []
    if not tags:
        raise ValueError(NO_TAGS.format(word=word))
    for tag in tags:
        if not isinstance(tag, str) or (tag not in labels and split_morphology(tag) is None):
            raise ValueError(
                f"the word {word!r} has the tag {tag!r}, which is not one of the {len(labels)} "
                "labels of the tagger, nor a part of speech and features, as POS=PROPN|Number=Sing."
            )
    distinct: list[str] = list(dict.fromkeys(tags))
    n_tags = sum(tag in labels for tag in distinct)
    if n_tags < len(distinct) and (n_tags, len(distinct)) != (1, 2):
        raise ValueError(
            f"the word {word!r} has {distinct}: a part of speech and features, such as "
            "POS=PROPN|Number=Sing, can stand behind one tag alone."
        )
    return distinct


def with_morphology(tags: list[str], morphology: dict[str, str]) -> list[str]:
    """The tags of an entry, and behind a single tag the part of speech and features that go with
    it, if any do.

    morphology (dict[str, str]): The value of `TAG_MORPHOLOGY_KEY`.
    """
    if len(tags) == 1 and tags[0] in morphology:
        return [tags[0], morphology[tags[0]]]
    return tags


def split_morphology(label: str) -> tuple[str, str] | None:
    """Split a label of spaCy's morphologizer into a part of speech and features, each empty if it
    is not there. None if it is no such label."""
    if re.fullmatch(MORPHOLOGY, label) is None:
        return None
    features = Morphology.feats_to_dict(label)
    is_repeated = len(features) <= label.count("|")
    pos = features.pop("POS", "")
    if is_repeated or pos not in POS_NAMES:
        return None
    return pos, Morphology.dict_to_feats(features)


class AllowedTags:
    """A lexicon in the form in which it is applied to logits.

    lexicon (dict[str, Entries]): The lexicon of a component's cfg.
    labels (tuple[str, ...]): The tags of the columns.
    """

    def __init__(self, lexicon: dict[str, Entries], labels: tuple[str, ...]) -> None:
        self.labels = labels
        # Words with the same tags share a row.
        row_of: dict[frozenset[str], int] = {}
        tables: dict[str, dict[int, int]] = {}
        for kind, entries in lexicon.items():
            tables[kind] = {}
            for word, tags in entries.items():
                row = row_of.setdefault(frozenset(tags), len(row_of))
                tables[kind][get_string_id(word)] = row
        self._exact = tables[EXACT]
        self._any_case = tables[ANY_CASE]
        self._forbidden = numpy.array([[tag not in tags for tag in labels] for tags in row_of])
        self._features = {}
        for allowed, row in row_of.items():
            for label in allowed.difference(labels):
                self._features[row] = split_morphology(label) or ("", "")

    def restrict(self, batch: Batch, logits: Floats2d) -> Features:
        """Forbid the tags that a word may not have.

        logits (Floats2d): The inputs of the softmax, (n_words, n_tags). They are changed: minus
            infinity for tags that are not allowed.
        RETURNS (Features): Of the words whose entry says more than a tag.
        """
        lowers = batch.take_words(batch.attribute(LOWER))
        keys = zip(batch.keys.tolist(), lowers.tolist(), strict=True)
        found = [self._exact.get(key, self._any_case.get(lower, ANY_TAG)) for key, lower in keys]
        rows: Ids = numpy.array(found, dtype="int64")
        xp = get_array_module(logits)
        restricted = numpy.nonzero(rows != ANY_TAG)[0]
        forbidden = xp.asarray(self._forbidden[rows[restricted]])
        at = xp.asarray(restricted)
        logits[at] = xp.where(forbidden, -xp.inf, logits[at])
        featured = numpy.nonzero(numpy.isin(rows, list(self._features)))[0]
        return {word: self._features[rows[word]] for word in featured.tolist()}


def set_features(batch: Batch, features: Features, overwrite: bool) -> None:
    """Set parts of speech and features of words, where they are not set or to be overwritten.

    features (Features): By the index of a word in the batch.
    """
    token_of_word = batch.take_words(numpy.arange(sum(batch.n_tokens)))
    ends = numpy.cumsum(batch.n_tokens)
    starts = ends - batch.n_tokens
    for word, (pos, morph) in features.items():
        i = token_of_word[word]
        doc_index = int(numpy.searchsorted(ends, i, side="right"))
        token: Any = batch.docs[doc_index][int(i - starts[doc_index])]
        if pos and (overwrite or not token.pos):
            token.pos_ = pos
        if overwrite or not token.has_morph():
            token.set_morph(morph)
