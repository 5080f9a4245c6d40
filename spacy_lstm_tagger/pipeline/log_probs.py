"""The log-probabilities of tags that a Doc stores, as the custom attributes `Doc._.tag_log_probs`
and `Doc._.tag_labels`.
"""

from collections.abc import Sequence
from math import exp
from typing import Any, NamedTuple

import numpy
from spacy.attrs import IDX, LENGTH, TAG
from spacy.tokens import Doc, Token
from thinc.types import Floats1d, Floats2d

from .._compat import underscore_key
from ..models.types import Floats
from ..models.whitespace import word_mask

LOG_PROBS = "tag_log_probs"
LABELS = "tag_labels"
# Where each token began, and how long it was: other tokens were merged or split.
SPANS = "tag_token_spans"


class TagProbs(NamedTuple):
    """Probabilities of the tags of a Doc's tokens.

    probs (Floats): (n_tokens, n_tags), in main memory.
    labels (Sequence[str]): The tags of the columns.
    """

    probs: Floats
    labels: Sequence[str]

    def of_tags(self, doc: Doc) -> list[float | None]:
        """The probability of each token's own tag, from 0 to 1; None for whitespace and for a tag
        that is not one of the labels, such as one that a rule has set.

        doc (Doc): The Doc whose tokens the rows stand for.
        """
        column_of = {label: column for column, label in enumerate(self.labels)}
        probs: list[float | None] = []
        for token, row in zip(doc, self.probs, strict=True):
            is_known = token.tag_ in column_of and not token.is_space
            probs.append(float(row[column_of[token.tag_]]) if is_known else None)
        return probs


def install_extensions(*, required: bool = True) -> None:
    """Install `Doc._.tag_log_probs`, `Doc._.tag_labels`, `Token._.tag_prob`, `Token._.tag_log_prob`
    and `Token._.best_tags`. Every new `lstm_tagger` calls this function. A program that only reads
    saved Docs has to call it.

    required (bool): Whether to raise a ValueError if another part of the program has set an
        attribute with one of these names. If False, no attribute is installed in that case.
    """
    attributes: list[tuple[Any, str, dict[str, Any]]] = [
        (Doc, LOG_PROBS, {"default": None}),
        (Doc, LABELS, {"default": None}),
        (Token, "tag_prob", {"getter": tag_prob}),
        (Token, "tag_log_prob", {"getter": tag_log_prob}),
        (Token, "best_tags", {"method": best_tags}),
    ]
    taken = []
    for cls, name, kind in attributes:
        ours = tuple(kind.get(key) for key in ("default", "method", "getter", "setter"))
        if cls.has_extension(name) and cls.get_extension(name) != ours:
            taken.append(f"{cls.__name__}._.{name}")
    if taken and required:
        raise ValueError(
            f"Can't add log-probabilities: another part of the program has set "
            f"{', '.join(taken)}. Rename its attributes, or set log_probs = false."
        )
    if not taken:
        for cls, name, kind in attributes:
            # This replaces only the same attribute.
            cls.set_extension(name, **kind, force=True)


def is_tagged(doc: Doc) -> bool:
    """Whether a Doc has tags, and each of its words has one."""
    has_tag = doc.to_array(TAG) != 0
    return bool(has_tag.any() and has_tag[word_mask(doc)].all())


def set_log_probs(doc: Doc, log_probs: Floats, labels: Sequence[str]) -> None:
    """Store log-probabilities, (n_tokens, n_tags), and the tags of their columns in a Doc."""
    doc.user_data[underscore_key(LOG_PROBS)] = numpy.array(log_probs, dtype="float32")
    doc.user_data[underscore_key(LABELS)] = tuple(labels)
    doc.user_data[underscore_key(SPANS)] = doc.to_array([IDX, LENGTH])


def has_log_probs(doc: Doc) -> bool:
    return underscore_key(LOG_PROBS) in doc.user_data


def remove_log_probs(doc: Doc) -> None:
    """Remove the log-probabilities that another component stored."""
    for name in (LOG_PROBS, LABELS, SPANS):
        doc.user_data.pop(underscore_key(name), None)


def log_probs_of(doc: Doc) -> tuple[Floats2d | None, Sequence[str]]:
    """The log-probabilities and labels of a Doc. The log-probabilities are None if there are none,
    or if tokens were merged or split afterwards."""
    log_probs, labels, spans = stored(doc)
    is_same = numpy.array_equal(spans, doc.to_array([IDX, LENGTH]))
    return log_probs if is_same else None, labels


def log_probs_of_token(token: Token) -> tuple[Floats1d | None, Sequence[str]]:
    """The log-probabilities of a token, (n_tags,), and the labels; None as for a Doc. All tokens of
    a Doc would take quadratic time if each compared them all."""
    log_probs, labels, spans = stored(token.doc)
    if log_probs is None or spans is None or tuple(spans[token.i]) != (token.idx, len(token)):
        return None, labels
    return log_probs[token.i], labels


def stored(doc: Doc) -> tuple[Floats2d | None, Sequence[str], Any]:
    """What a Doc stores: log-probabilities, labels, and where the tokens were. The first and the
    last are None if there are none, or if the Doc has another number of tokens now."""
    log_probs = doc.user_data.get(underscore_key(LOG_PROBS))
    labels = doc.user_data.get(underscore_key(LABELS)) or ()
    if getattr(log_probs, "shape", None) != (len(doc), len(labels)):
        return None, labels, None
    return log_probs, labels, doc.user_data.get(underscore_key(SPANS))


def tag_prob(token: Token) -> float | None:
    """The probability, from 0 to 1, of the token's tag; None where `tag_log_prob` is None."""
    log_prob = tag_log_prob(token)
    return None if log_prob is None else exp(log_prob)


def tag_log_prob(token: Token) -> float | None:
    """The log-probability in nats of the token's tag, minus infinity for a tag that was there
    before and that the lexicon does not allow; None if there is none, as for whitespace."""
    log_probs, labels = log_probs_of_token(token)
    if log_probs is None or token.is_space or token.tag_ not in labels:
        return None
    return float(log_probs[labels.index(token.tag_)])


def best_tags(token: Token, k: int = 3) -> list[tuple[str, float]]:
    """The k most probable tags of a token and their log-probabilities in nats, the best first:
    fewer if the lexicon allows fewer, none for whitespace.

    Raises a ValueError if the Doc has no log-probabilities.
    """
    log_probs, labels = log_probs_of_token(token)
    if log_probs is None:
        raise ValueError(
            "The Doc has no log-probabilities of its tokens' tags. Set log_probs = true in the "
            "tagger's block of the config, [components.tagger] in en_lstm_web, or for one call use "
            'nlp(text, component_cfg={"tagger": {"log_probs": True}}). Components that merge or '
            "split tokens have to run before 'tok2vec', or, without one, before the tagger."
        )
    if token.is_space:
        return []
    row = numpy.asarray(log_probs)
    best = numpy.argsort(-row, kind="stable")[:k]
    return [(labels[i], float(row[i])) for i in best if row[i] > -numpy.inf]
