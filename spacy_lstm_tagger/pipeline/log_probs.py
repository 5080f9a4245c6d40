"""Log-probabilities of tags on Docs and Tokens, as custom attributes."""

from collections.abc import Sequence

import numpy
from spacy.tokens import Doc, Token
from thinc.types import Floats2d

LOG_PROBS = "tag_log_probs"
LABELS = "tag_labels"


def set_log_probs(doc: Doc, log_probs: Floats2d, labels: Sequence[str]) -> None:
    """Keep log-probabilities, (n_tokens, n_tags), and the tags of their columns, with a Doc."""
    doc._.set(LOG_PROBS, numpy.array(log_probs, dtype="float32"))
    doc._.set(LABELS, tuple(labels))


def log_probs_of(doc: Doc) -> tuple[Floats2d | None, Sequence[str]]:
    """Log-probabilities and labels; None if there are none, or not one for each token,
    since tokens were merged or split."""
    log_probs = doc._.get(LOG_PROBS)
    has_same_tokens = log_probs is not None and len(log_probs) == len(doc)
    return log_probs if has_same_tokens else None, doc._.get(LABELS) or ()


def tag_log_prob(token: Token) -> float | None:
    """The log-probability in nats of the token's tag; None if there is none."""
    log_probs, labels = log_probs_of(token.doc)
    if log_probs is None or token.tag_ not in labels:
        return None
    return float(log_probs[token.i, labels.index(token.tag_)])


def best_tags(token: Token, k: int = 3) -> list[tuple[str, float]]:
    """The k most probable tags of a token and their log-probabilities in nats, the best first.

    Raises a ValueError if the Doc has none.
    """
    log_probs, labels = log_probs_of(token.doc)
    if log_probs is None:
        raise ValueError(
            "The Doc has no log-probabilities of its tokens' tags. Set log_probs = true in "
            "[components.lstm_tagger], or for one call "
            'nlp(text, component_cfg={"lstm_tagger": {"log_probs": True}}); and merge or split '
            "tokens before the tagger, not after it."
        )
    row = numpy.asarray(log_probs[token.i])
    best = numpy.argsort(-row, kind="stable")[:k]
    return [(labels[i], float(row[i])) for i in best]


# At import, so that they can be read from Docs that were saved elsewhere.
Doc.set_extension(LOG_PROBS, default=None, force=True)
Doc.set_extension(LABELS, default=None, force=True)
Token.set_extension("tag_log_prob", getter=tag_log_prob, force=True)
Token.set_extension("best_tags", method=best_tags, force=True)
