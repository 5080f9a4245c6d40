"""Applies a lexicon to what a tagger predicts."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy
from spacy.attrs import LOWER
from spacy.strings import get_string_id

from ..models.types import Floats
from ..models.whitespace import Batch
from .lexicon_entries import ANY_CASE, EXACT, Entries
from .tag_morphology import split_morphology

# A part of speech and features, by the index of a word in a batch.
Morphologies = dict[int, tuple[str, str]]


class Restriction(NamedTuple):
    """What an entry says of its word.

    allowed (list[int]): The columns of the tags that the word may have. A row of all columns for
        each entry would take memory for the number of words times the number of tags.
    morphology (tuple[str, str] | None): Its part of speech and features, if the entry has any.
    """

    allowed: list[int]
    morphology: tuple[str, str] | None


class LexiconIndex:
    """A lexicon in the form in which it is applied to scores.

    lexicon (dict[str, Entries]): The lexicon of a component's cfg.
    labels (tuple[str, ...]): The tags of the columns.
    """

    def __init__(self, lexicon: dict[str, Entries], labels: tuple[str, ...]) -> None:
        self.labels = labels
        columns = {label: i for i, label in enumerate(labels)}

        # Words with the same tags share a restriction.
        @cache
        def restriction(tags: tuple[str, ...]) -> Restriction:
            allowed = [columns[tag] for tag in tags if tag in columns]
            others = [split_morphology(tag) for tag in tags if tag not in columns]
            return Restriction(allowed, others[0] if others else None)

        self._by_word, self._by_lower = (
            {get_string_id(word): restriction(tuple(tags)) for word, tags in lexicon[kind].items()}
            for kind in (EXACT, ANY_CASE)
        )

    def restrict(self, batch: Batch, logits: Floats) -> None:
        """Forbid the tags that a word may not have.

        logits (Floats): The inputs of the softmax, (n_words, n_tags). They are changed: minus
            infinity for tags that are not allowed.
        """
        for i, restriction in self._find(batch):
            allowed = logits[i, restriction.allowed]
            logits[i] = -numpy.inf
            logits[i, restriction.allowed] = allowed

    def morphologies(self, batch: Batch) -> Morphologies:
        """The morphology of each word whose entry has one."""
        found = self._find(batch)
        return {i: each.morphology for i, each in found if each.morphology is not None}

    def _find(self, batch: Batch) -> Iterator[tuple[int, Restriction]]:
        """The words of a batch that have an entry, by their index, and what it says."""
        lowers = batch.take_words(batch.attribute(LOWER)).tolist()
        for i, (key, lower) in enumerate(zip(batch.keys.tolist(), lowers, strict=True)):
            restriction = self._by_word.get(key) or self._by_lower.get(lower)
            if restriction is not None:
                yield i, restriction


def set_morphology(batch: Batch, morphologies: Morphologies, overwrite: bool) -> None:
    """Set parts of speech and features of words, where they are not set or to be overwritten.

    morphologies (Morphologies): By the index of a word in the batch.
    """
    words: Sequence[Any] = [token for doc in batch.docs for token in doc if not token.is_space]
    for i, (pos, morph) in morphologies.items():
        token = words[i]
        if pos and (overwrite or not token.pos):
            token.pos_ = pos
        if overwrite or not token.has_morph():
            token.set_morph(morph)
