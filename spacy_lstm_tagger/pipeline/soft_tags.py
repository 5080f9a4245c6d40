"""The most probable tags of each token, as another tagger found them, kept with a Doc."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc

from .probabilities import Probs, TagProbs

KEY = "spacy_lstm_tagger.soft_tags"  # in Doc.user_data, which a DocBin stores
ROUNDING = 0.01  # by which a log-probability may be above 0


def match_labels(source: TagProbs, labels: Sequence[str]) -> Probs:
    """Probabilities of these labels, (n_tokens, n_labels); 0 for labels without a column."""
    column_of = {label: column for column, label in enumerate(labels)}
    shared = [i for i, label in enumerate(source.labels) if label in column_of]
    matched = numpy.zeros((len(source.probs), len(labels)), dtype="float32")
    matched[:, [column_of[source.labels[i]] for i in shared]] = source.probs[:, shared]
    return matched


@dataclass(frozen=True)
class SoftTags:
    """The most probable tags of n tokens, k for each, the best first.

    labels (tuple[str, ...]): The names of the tags.
    tags (NDArray[uint16]): Indices in the labels, (n_tokens, k).
    log_probs (NDArray[float16]): Log-probabilities in nats, (n_tokens, k).
    """

    labels: tuple[str, ...]
    tags: NDArray[numpy.uint16]
    log_probs: NDArray[numpy.float16]

    def select(self, tokens: Any) -> "SoftTags":
        """The soft tags of some of the tokens, given as a slice or a mask."""
        return SoftTags(self.labels, self.tags[tokens], self.log_probs[tokens])

    def probabilities(self, labels: Sequence[str]) -> Probs:
        """The probabilities of another tagger's tags, matched by name, (n_tokens, n_tags). Tags
        that it does not have are left out, and the rest sums to 1; a token of which no tag is left
        has zeros.

        labels (Sequence[str]): Its tags.
        """
        probs = numpy.zeros((len(self.tags), len(self.labels)), dtype="float32")
        tokens = numpy.arange(len(self.tags))[:, None]
        probs[tokens, self.tags] = numpy.exp(self.log_probs.astype("float32"))
        matched = match_labels(TagProbs(probs, self.labels), labels)
        total = matched.sum(axis=1, keepdims=True)
        return cast(Probs, matched / numpy.where(total > 0, total, 1))


def most_probable(tag_probs: TagProbs, k: int) -> SoftTags:
    """Choose the k most probable tags of each token."""
    with numpy.errstate(divide="ignore"):  # the logarithm of 0
        scores = numpy.log(tag_probs.probs)
    best = numpy.argsort(-scores, axis=1, kind="stable")[:, :k]
    values = numpy.take_along_axis(scores, best, axis=1)
    used, tags = numpy.unique(best, return_inverse=True)
    return SoftTags(
        tuple(tag_probs.labels[i] for i in used),
        tags.reshape(best.shape).astype("uint16"),
        values.astype("float16"),
    )


def set_soft_tags(doc: Doc, soft: SoftTags) -> None:
    """Keep soft tags with a Doc, in place of others; `DocBin(store_user_data=True)` stores them.
    They take four bytes for each tag of a token."""
    tags, log_probs = (
        numpy.ascontiguousarray(values).tobytes() for values in (soft.tags, soft.log_probs)
    )
    doc.user_data[KEY] = (soft.labels, soft.tags.shape[1], tags, log_probs)


def soft_tags_of(doc: Doc) -> SoftTags | None:
    """The soft tags of a Doc; None if it has none. Raises a ValueError if they are damaged."""
    if KEY not in doc.user_data:
        return None
    try:
        labels, k, *arrays = doc.user_data[KEY]
        tags, log_probs = (
            numpy.frombuffer(data, dtype).reshape(len(doc), k)
            for data, dtype in zip(arrays, ("uint16", "float16"), strict=True)
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"the soft tags of a Doc are damaged: {error}") from error
    if not isinstance(labels, list | tuple) or not all(isinstance(tag, str) for tag in labels):
        raise ValueError(f"the labels of a Doc's soft tags are {labels!r}, not strings.")
    if not (tags < len(labels)).all():
        raise ValueError(f"a Doc's soft tags have {len(labels)} labels, but index {tags.max()}.")
    if not (log_probs <= ROUNDING).all():  # NaN is not, either
        raise ValueError("the soft tags of a Doc have values that are not log-probabilities.")
    return SoftTags(tuple(labels), tags, log_probs)


def copy_soft_tags(doc: Doc, part: Doc, tokens: slice) -> None:
    """Give a Doc that has some of the tokens of another the soft tags of these tokens, if any."""
    soft = soft_tags_of(doc)
    if soft is not None:
        set_soft_tags(part, soft.select(tokens))


def change_temperature(doc: Doc, temperature: float) -> None:
    """Divide the log-probabilities of a Doc's soft tags by a temperature. With 0, the soft tags are
    removed, and the Doc's own tags remain."""
    soft = soft_tags_of(doc)
    if soft is None or temperature == 1:
        return
    if temperature == 0:
        del doc.user_data[KEY]
    else:
        scaled = (soft.log_probs.astype("float32") / temperature).astype("float16")
        set_soft_tags(doc, replace(soft, log_probs=scaled))
