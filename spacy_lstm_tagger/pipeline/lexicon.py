"""A lexicon: which tags a word may have."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Any

import numpy
from spacy.morphology import Morphology
from spacy.parts_of_speech import IDS as POS_NAMES
from spacy.pipeline import TrainablePipe
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import get_array_module
from thinc.types import Floats2d

from ..models.changes import CHANGES
from ..models.types import Keys

CFG_KEY = "lexicon"
EXACT, ANY_CASE = "exact", "any_case"
MORPHOLOGY = r"[^=|\s]+=[^=|\s]+(\|[^=|\s]+=[^=|\s]+)*"  # as POS=PROPN|Number=Sing
ANY_TAG = -1  # in place of a row, for a word that is not in the lexicon

Entries = dict[str, list[str]]
Features = dict[int, tuple[str, str]]  # by the place of a token: its part of speech and features
Line = tuple[str, str, Any, str]  # where an entry stands, its word, its tags, and its kind


def no_entries() -> dict[str, Entries]:
    """An empty lexicon, as a component's cfg has it."""
    return {EXACT: {}, ANY_CASE: {}}


class Lexicon(MutableMapping[str, Sequence[str]]):
    """The words of a tagger whose tags are restricted, each with the tags that it may have.

        lexicon = nlp.get_pipe("lstm_tagger").lexicon
        lexicon["spaCy"] = ["NNP"]
        lexicon.any_case["iphone"] = ["NN", "NNP"]
        lexicon["Berta"] = ["NNP", "POS=PROPN|Number=Sing"]
        lexicon.from_disk("words.tsv")

    The model still chooses among the tags in context. A word with one tag may have its part of
    speech and its features as well, written as spaCy's morphologizer writes them. A word is looked
    up as it is spelled, then in any case. The entries are a part of the component's cfg, so they
    are saved with it. One thread at a time may change them, while others tag. Setting words one by
    one takes as long as one `update`, but the next call of the tagger reads all entries again.

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
        entries: Entries = self._pipe.cfg[CFG_KEY][self._kind]
        return entries

    def __getitem__(self, word: str) -> tuple[str, ...]:
        return tuple(self._entries[key_of(word, self._kind)])

    def __setitem__(self, word: str, tags: Iterable[str]) -> None:
        self.update({word: tags})

    def __delitem__(self, word: str) -> None:
        with CHANGES:
            del self._entries[key_of(word, self._kind)]
            self._publish({})

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._entries))  # so that words may be removed on the way

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Lexicon({dict(self)})"

    def clear(self) -> None:
        """Remove all entries."""
        self._publish({self._kind: {}})

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add or replace entries, given as to `dict.update`: words and for each its tag or tags.

        Raises a ValueError, and changes nothing, if one is not valid.
        """
        where = f"Lexicon of component '{self._pipe.name}'"
        entries = dict(*args, **kwargs).items()
        self._add((where, word, tags, self._kind) for word, tags in entries)

    def learn(self, examples: Iterable[Example], min_freq: int) -> None:
        """Add words of training data with the tags that they have there. Words that have an entry
        keep it.

        min_freq (int): How often a word has to occur with a tag.
        """
        seen = tags_by_word(examples, min_freq, self._pipe.labels)
        known = {word for word in seen if word in self or word in self.any_case}
        self.update({word: tags for word, tags in seen.items() if word not in known})

    def from_disk(self, path: str | Path) -> "Lexicon":
        """Add or replace the entries of a file.

        A .json file maps each word to its tag or to a list. Any other file has a word, a tab and
        its tags with a space between them on each line, and optionally a tab and `any_case`.
        Raises a ValueError, and changes nothing, if an entry is not valid or a word is listed
        twice.

        path (str | Path): The file.
        RETURNS (Lexicon): Itself.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not UTF-8 ({error}). Save it as UTF-8.") from None
        read = json_lines if path.suffix == ".json" else tsv_lines
        self._add(read(path, text, self._kind))
        return self

    def _add(self, lines: Iterable[Line]) -> None:
        labels = frozenset(self._pipe.labels)
        new = no_entries()
        for where, word, tags, kind in lines:
            try:
                tags = checked_tags(word, tags, labels)
                if (key := key_of(word, kind)) in new[kind]:
                    raise ValueError(f"the word {word!r} is listed twice.")
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
            new[kind][key] = tags
        with CHANGES:  # so that nobody saves or copies half of them
            old = self._pipe.cfg[CFG_KEY]
            changed = {kind: entries for kind, entries in new.items() if entries}
            if len(changed) == 1:
                ((kind, entries),) = changed.items()
                old[kind].update(entries)  # in one step, in which AllowedTags reads it, too
                changed = {}
            self._publish({kind: {**old[kind], **entries} for kind, entries in changed.items()})

    def _publish(self, replaced: dict[str, Entries]) -> None:
        """Show the component that its lexicon has changed: its cfg gets another object. The entries
        themselves are not copied, or setting n words one by one would take n * n steps."""
        self._pipe.cfg[CFG_KEY] = {**self._pipe.cfg[CFG_KEY], **replaced}


def tsv_lines(path: Path, text: str, kind: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        word, *columns = line.split("\t")
        if len(columns) not in (1, 2) or columns[1:] not in ([], [ANY_CASE]):
            raise ValueError(
                f"{where}: {line!r} is not a word, a tab and tags, and optionally a tab and "
                f"{ANY_CASE}."
            )
        yield where, word, columns[0].split(), ANY_CASE if columns[1:] else kind


def json_lines(path: Path, text: str, kind: str) -> Iterator[Line]:
    try:
        # As pairs, because a dict would hide that a word is listed twice.
        pairs = loads(text, object_pairs_hook=tuple)
    except JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}: not JSON ({error.msg}).") from None
    except RecursionError:
        raise ValueError(f"{path}: nested too deeply to be words and their tags.") from None
    if not isinstance(pairs, tuple):
        raise ValueError(f"{path}: not a JSON object of words and their tags.")
    for word, tags in pairs:
        yield str(path), word, tags, kind


def key_of(word: str, kind: str) -> str:
    return word.lower() if kind == ANY_CASE else word


def checked_tags(word: Any, tags: Any, labels: frozenset[str]) -> list[str]:
    """The tags of an entry as a list. Raises a ValueError for an entry that is not valid."""
    if not isinstance(word, str) or not word or word != word.strip():
        raise ValueError(f"{word!r} is not a word.")
    get_string_id(word)  # which refuses half a surrogate pair, as spaCy does in a text
    tags = [tags] if isinstance(tags, str) else tags
    if not isinstance(tags, Iterable) or not (tags := list(tags)):
        raise ValueError(f"the word {word!r} has no tags: give it one or more.")
    for tag in tags:
        if not isinstance(tag, str) or (tag not in labels and split_morphology(tag) is None):
            raise ValueError(
                f"the word {word!r} has the tag {tag!r}, which is not one of the {len(labels)} "
                "labels of the tagger, nor a part of speech and features, as POS=PROPN|Number=Sing."
            )
        get_string_id(tag)
    checked: list[str] = list(dict.fromkeys(tags))
    n_tags = sum(tag in labels for tag in checked)
    if n_tags < len(checked) and (n_tags, len(checked)) != (1, 2):
        raise ValueError(
            f"the word {word!r} has {checked}: a part of speech and features, such as "
            "POS=PROPN|Number=Sing, can stand behind one tag alone."
        )
    return checked


def split_morphology(label: str) -> tuple[str, str] | None:
    """Split a label of spaCy's morphologizer into a part of speech and features, each empty if it
    is not there. None if it is no such label."""
    if re.fullmatch(MORPHOLOGY, label) is None:
        return None
    features = Morphology.feats_to_dict(label)
    if len(features) <= label.count("|"):  # one is there twice
        return None
    pos = features.pop("POS", "")
    return (pos, Morphology.dict_to_feats(features)) if pos in POS_NAMES else None


def check_lexicon(lexicon: Any, labels: Sequence[str]) -> None:
    """Raise a ValueError if what a cfg has as its lexicon is not one."""
    known = frozenset(labels)
    kinds = list(lexicon.values()) if isinstance(lexicon, dict) else []
    if not kinds or lexicon.keys() != no_entries().keys() or {type(e) for e in kinds} != {dict}:
        raise ValueError(f"'{CFG_KEY}' in its cfg is not a lexicon.")
    for kind, entries in lexicon.items():
        for word, tags in entries.items():
            try:
                is_valid = checked_tags(word, tags, known) == tags and key_of(word, kind) == word
            except ValueError as error:
                raise ValueError(f"'{CFG_KEY}' in its cfg: {error}") from None
            if not is_valid:
                raise ValueError(f"'{CFG_KEY}' in its cfg: {word!r} with {tags!r} is not an entry.")


class AllowedTags:
    """A lexicon in the form in which it is applied to log-probabilities.

    entries (dict[str, Entries]): The lexicon of a component's cfg.
    labels (tuple[str, ...]): The tags of the columns.
    """

    def __init__(self, entries: dict[str, Entries], labels: tuple[str, ...]) -> None:
        self.entries, self.labels = entries, labels
        # Another thread may change the entries meanwhile. To copy them is one step for it.
        copies = [entries[kind].copy() for kind in (EXACT, ANY_CASE)]
        # Words with the same tags share a row.
        sets: dict[frozenset[str], int] = {}
        self._exact, self._any_case = (
            {
                get_string_id(word): sets.setdefault(frozenset(tags), len(sets))
                for word, tags in copy.items()
            }
            for copy in copies
        )
        self._features = {
            row: morphology
            for tags, row in sets.items()
            for label in tags.difference(labels)
            if (morphology := split_morphology(label)) is not None
        }
        self._forbidden = numpy.array([[label not in tags for label in labels] for tags in sets])

    def __reduce__(self) -> tuple[type["AllowedTags"], tuple[Any, ...]]:
        return AllowedTags, (self.entries, self.labels)

    def restrict(self, keys: Keys, log_probs: Floats2d) -> Features:
        """Make tags that a word may not have impossible, and normalize the others.

        keys (Keys): (n_tokens, 2), the ORTH and LOWER of each token.
        log_probs (Floats2d): (n_tokens, n_tags), in nats. They are changed: minus infinity for
            tags that are not allowed.
        RETURNS (Features): Of the tokens whose entry says more than a tag.
        """
        exact, any_case = self._exact, self._any_case
        rows = numpy.array(
            [exact.get(word, any_case.get(lower, ANY_TAG)) for word, lower in keys.tolist()],
            dtype="int64",
        )
        xp = get_array_module(log_probs)
        restricted = rows != ANY_TAG
        at = xp.asarray(numpy.nonzero(restricted)[0])
        scores = log_probs[at]
        scores[xp.asarray(self._forbidden[rows[restricted]])] = -xp.inf
        scores -= scores.max(axis=1, keepdims=True)
        scores -= xp.log(xp.exp(scores).sum(axis=1, keepdims=True))
        log_probs[at] = scores
        featured = numpy.nonzero(numpy.isin(rows, list(self._features)))[0]
        return {token: self._features[rows[token]] for token in featured.tolist()}


def set_features(docs: Sequence[Doc], features: Features, overwrite: bool) -> None:
    """Set parts of speech and features of tokens, where they are not set or to be overwritten.

    features (Features): By the place of a token among those of all Docs.
    """
    ends = numpy.cumsum([len(doc) for doc in docs])
    for place, (pos, morph) in features.items():
        at = int(numpy.searchsorted(ends, place, side="right"))
        token: Any = docs[at][int(place - ends[at])]
        if pos and (overwrite or not token.pos):
            token.pos_ = pos
        if overwrite or not token.has_morph():
            token.set_morph(morph)


def tags_by_word(examples: Iterable[Example], min_freq: int, labels: Sequence[str]) -> Entries:
    """A lexicon from training data: words that it has often enough, with the tags seen there.

    min_freq (int): How often a word has to occur with a tag.
    labels (Sequence[str]): Tags that are not labels are left out.
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
