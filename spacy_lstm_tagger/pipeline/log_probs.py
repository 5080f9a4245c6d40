"""Log-probabilities of tags on Docs and Tokens, as custom attributes."""

from collections.abc import Sequence
from typing import Any

import numpy
from spacy.tokens import Doc, Token
from thinc.types import Floats2d

from ..models.types import Floats

LOG_PROBS = "tag_log_probs"
LABELS = "tag_labels"


def install_extensions(*, required: bool = True) -> None:
    """Install `Doc._.tag_log_probs`, `Doc._.tag_labels`, `Token._.tag_log_prob` and
    `Token._.best_tags`. Every new `lstm_tagger` calls this function. A program that only reads
    saved Docs has to call it.

    required (bool): Whether to raise a ValueError if another part of the program has set an
        attribute with one of these names. If False, no attribute is installed in that case.
    """
    attributes: list[tuple[Any, str, dict[str, Any]]] = [
        (Doc, LOG_PROBS, {"default": None}),
        (Doc, LABELS, {"default": None}),
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
            cls.set_extension(name, **kind, force=True)  # replaces only the same attribute


def is_tagged(doc: Doc) -> bool:
    """Whether a Doc has tokens, and each of them has a tag."""
    return len(doc) > 0 and doc.has_annotation("TAG", require_complete=True)


def set_log_probs(doc: Doc, log_probs: Floats, labels: Sequence[str]) -> None:
    """Store log-probabilities, (n_tokens, n_tags), and the tags of their columns in a Doc."""
    doc.user_data[key(LOG_PROBS)] = numpy.array(log_probs, dtype="float32")
    doc.user_data[key(LABELS)] = tuple(labels)


def has_log_probs(doc: Doc) -> bool:
    return key(LOG_PROBS) in doc.user_data


def remove_log_probs(doc: Doc) -> None:
    """Remove the log-probabilities that another component stored."""
    for name in (LOG_PROBS, LABELS):
        doc.user_data.pop(key(name), None)


def key(name: str) -> Any:
    """The key of a custom attribute in Doc.user_data, whether it is installed or not."""
    return ("._.", name, None, None)


def log_probs_of(doc: Doc) -> tuple[Floats2d | None, Sequence[str]]:
    """The log-probabilities and labels of a Doc. The log-probabilities are None if there are none,
    or if tokens were merged or split afterwards."""
    log_probs, labels = doc.user_data.get(key(LOG_PROBS)), doc.user_data.get(key(LABELS)) or ()
    is_whole = getattr(log_probs, "shape", None) == (len(doc), len(labels))
    return log_probs if is_whole else None, labels


def tag_log_prob(token: Token) -> float | None:
    """The log-probability in nats of the token's tag, minus infinity for a tag that was there
    before and that the lexicon does not allow; None if there is none, as for whitespace."""
    log_probs, labels = log_probs_of(token.doc)
    if log_probs is None or token.is_space or token.tag_ not in labels:
        return None
    return float(log_probs[token.i, labels.index(token.tag_)])


def best_tags(token: Token, k: int = 3) -> list[tuple[str, float]]:
    """The k most probable tags of a token and their log-probabilities in nats, the best first:
    fewer if the lexicon allows fewer, none for whitespace.

    Raises a ValueError if the Doc has no log-probabilities.
    """
    log_probs, labels = log_probs_of(token.doc)
    if log_probs is None:
        raise ValueError(
            "The Doc has no log-probabilities of its tokens' tags. Set log_probs = true in "
            "[components.lstm_tagger], or for one call use "
            'nlp(text, component_cfg={"lstm_tagger": {"log_probs": True}}). Components that merge '
            "or split tokens have to run before the tagger."
        )
    if token.is_space:
        return []
    row = numpy.asarray(log_probs[token.i])
    best = numpy.argsort(-row, kind="stable")[:k]
    return [(labels[i], float(row[i])) for i in best if row[i] > -numpy.inf]
