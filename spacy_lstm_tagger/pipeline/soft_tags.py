"""Soft tags: the most probable tags of each token, as another tagger found them, and as many labels
of a morphologizer, which stand for a part of speech and features.

A Doc stores them in its user data, so a DocBin with `store_user_data=True` stores them, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc

from ..models.types import Floats
from .log_probs import TagProbs

# The keys in Doc.user_data.
SOFT_TAGS_KEY = "spacy_lstm_tagger.soft_tags"
SOFT_MORPHS_KEY = "spacy_lstm_tagger.soft_morphs"
SOFT_KEYS = (SOFT_TAGS_KEY, SOFT_MORPHS_KEY)
# By rounding, the log-probability of a certain tag can be above 0.
MAX_LOG_PROB = 0.01


@dataclass(frozen=True)
class SoftTags:
    """The k most probable tags of n tokens, the best first.

    labels (tuple[str, ...]): The names of the tags.
    tags (NDArray[uint16]): Indices in the labels, (n_tokens, k).
    log_probs (NDArray[float16]): Log-probabilities in nats, (n_tokens, k).
    """

    labels: tuple[str, ...]
    tags: NDArray[numpy.uint16]
    log_probs: NDArray[numpy.float16]

    def select(self, tokens: Any) -> "SoftTags":
        """The soft tags of some of the tokens, given as a slice, a mask or indices."""
        return SoftTags(self.labels, self.tags[tokens], self.log_probs[tokens])

    def probabilities(self, labels: Sequence[str]) -> Floats:
        """The probabilities of another tagger's tags. Tags that it does not have are left out, and
        the rest sums to 1. If no tag of a token is left, its row is 0.

        labels (Sequence[str]): The tags of the other tagger.
        RETURNS (Floats): Float32, (n_tokens, n_labels).
        """
        probs = numpy.zeros((len(self.tags), len(self.labels)), dtype="float32")
        rows = numpy.arange(len(self.tags))[:, None]
        probs[rows, self.tags] = numpy.exp(self.log_probs.astype("float32"))
        matched = match_labels(TagProbs(probs, self.labels), labels)
        total = matched.sum(axis=1, keepdims=True)
        return cast(Floats, matched / numpy.where(total > 0, total, 1))


def match_labels(source: TagProbs, labels: Sequence[str]) -> Floats:
    """Find the columns of some labels in probabilities.

    labels (Sequence[str]): The labels. One that the source does not have gets a column of 0.
    RETURNS (Floats): Float32, (n_tokens, n_labels).
    """
    column_of = {label: column for column, label in enumerate(labels)}
    shared = [i for i, label in enumerate(source.labels) if label in column_of]
    columns = [column_of[source.labels[i]] for i in shared]
    matched = numpy.zeros((len(source.probs), len(labels)), dtype="float32")
    matched[:, columns] = source.probs[:, shared]
    return matched


def most_probable(tag_probs: TagProbs, k: int) -> SoftTags:
    """Choose the k most probable tags of each token."""
    # A probability of 0 becomes minus infinity.
    with numpy.errstate(divide="ignore"):
        log_probs = numpy.log(tag_probs.probs)
    best = numpy.argsort(-log_probs, axis=1, kind="stable")[:, :k]
    best_log_probs = numpy.take_along_axis(log_probs, best, axis=1)
    # Only tags that are among the best of a token are stored.
    used, tags = numpy.unique(best, return_inverse=True)
    return SoftTags(
        labels=tuple(tag_probs.labels[i] for i in used),
        tags=tags.reshape(best.shape).astype("uint16"),
        log_probs=best_log_probs.astype("float16"),
    )


def set_soft_tags(doc: Doc, soft: SoftTags, key: str = SOFT_TAGS_KEY) -> None:
    """Store soft tags in a Doc, in place of others. A tag of a token takes four bytes.

    key (str): One of `SOFT_KEYS`.
    """
    k = soft.tags.shape[1]
    tags = numpy.ascontiguousarray(soft.tags).tobytes()
    log_probs = numpy.ascontiguousarray(soft.log_probs).tobytes()
    doc.user_data[key] = (soft.labels, k, tags, log_probs)


def soft_tags_of(doc: Doc, key: str = SOFT_TAGS_KEY) -> SoftTags | None:
    """Read the soft tags of a Doc; None if it has none. Raises a ValueError if they are damaged."""
    if key not in doc.user_data:
        return None
    try:
        labels, k, tag_bytes, log_prob_bytes = doc.user_data[key]
        tags = numpy.frombuffer(tag_bytes, "uint16").reshape(len(doc), k)
        log_probs = numpy.frombuffer(log_prob_bytes, "float16").reshape(len(doc), k)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the soft tags of a Doc are damaged: {error}") from error
    if not isinstance(labels, list | tuple) or not all(isinstance(tag, str) for tag in labels):
        raise ValueError(f"the labels of a Doc's soft tags are {labels!r}, not strings.")
    if not (tags < len(labels)).all():
        raise ValueError(f"a Doc's soft tags have {len(labels)} labels, but index {tags.max()}.")
    # The comparison is false for NaN, too.
    if not (log_probs <= MAX_LOG_PROB).all():
        raise ValueError("the soft tags of a Doc have values that are not log-probabilities.")
    return SoftTags(tuple(labels), tags, log_probs)


def soft_probs(doc: Doc, key: str) -> TagProbs | None:
    """The probabilities of a Doc's soft tags; None if it has none."""
    soft = soft_tags_of(doc, key)
    return None if soft is None else TagProbs(soft.probabilities(soft.labels), soft.labels)


def all_soft_tags(doc: Doc) -> dict[str, SoftTags]:
    """Read the soft tags of a Doc of each kind that it has, by their keys. Raises a ValueError if
    they are damaged."""
    found = {key: soft_tags_of(doc, key) for key in SOFT_KEYS}
    return {key: soft for key, soft in found.items() if soft is not None}


def copy_soft_tags(doc: Doc, part: Doc, tokens: slice | list[int]) -> None:
    """Copy the soft tags of some tokens to a Doc that has only these tokens."""
    for key, soft in all_soft_tags(doc).items():
        set_soft_tags(part, soft.select(tokens), key)
