"""A lexicon: which tags a word may have."""

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from spacy.pipeline import TrainablePipe

from ..errors import explained
from .lexicon_entries import (
    ANY_CASE,
    EXACT,
    LEXICON_KEY,
    Entries,
    SourcedEntry,
    key_of,
    no_entries,
    read_tsv,
    tags_of_entry,
)
from .tag_morphology import TAG_MORPHOLOGY_KEY


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
    up as it is spelled, then in any case. An entry with a space is for a token with a space, which
    a component that merges tokens makes. The entries are a part of the component's cfg, so they are
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

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()
        self._pipe.lexicon_changed()

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Lexicon({dict(self)})"

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add or replace entries, given as to `dict.update`: words and for each its tag or tags.

        RAISES (ValueError): If an entry is not valid. Then nothing is changed.
        """
        source = f"Lexicon of component '{self._pipe.name}'"
        entries = dict(*args, **kwargs).items()
        self._add((source, word, tags, self._kind) for word, tags in entries)

    def from_disk(self, path: str | Path) -> "Lexicon":
        """Add or replace the entries of a file. It has a word, a tab and its tags with a space
        between them on each line, and optionally a tab and `any_case`.

        path (str | Path): The file.
        RETURNS (Lexicon): Itself.
        RAISES (ValueError): If an entry is not valid, or a line repeats a word. Then nothing is
            changed.
        RAISES (OSError): If the file can't be read.
        """
        with explained(str(path)):
            text = Path(path).read_text(encoding="utf-8-sig")
        self._add(read_tsv(text, str(path), self._kind))
        return self

    def _add(self, entries: Iterable[SourcedEntry]) -> None:
        """Check entries, and then add all of them. One with a single tag gets the part of speech
        and the features that go with it, if any do."""
        labels = frozenset(self._pipe.labels)
        morphology = self._pipe.cfg[TAG_MORPHOLOGY_KEY]
        new = no_entries()
        for source, word, given, kind in entries:
            key = key_of(word, kind)
            if key in new[kind]:
                raise ValueError(f"{source}: the word {word!r} is listed twice.")
            try:
                tags = tags_of_entry(word, given, labels)
            except ValueError as error:
                raise ValueError(f"{source}: {error}") from None
            if len(tags) == 1 and tags[0] in morphology:
                tags.append(morphology[tags[0]])
            new[kind][key] = tags
        for kind, new_entries in new.items():
            self._pipe.cfg[LEXICON_KEY][kind].update(new_entries)
        self._pipe.lexicon_changed()
