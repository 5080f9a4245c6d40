"""Applies a lexicon to what a tagger predicts."""

from typing import Any

import numpy
from spacy.attrs import LOWER
from spacy.strings import get_string_id
from thinc.api import get_array_module
from thinc.types import Floats2d

from ..models.types import Ids
from ..models.whitespace import Batch
from .lexicon_entries import ANY_CASE, EXACT, Entries
from .tag_morphology import split_morphology

# A part of speech and features by the index of a word in a batch.
Features = dict[int, tuple[str, str]]
# In place of a row, for a word that is not in the lexicon.
ANY_TAG = -1


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
