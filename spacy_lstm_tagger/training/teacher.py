"""The teachers, and what they say about the tags of raw text."""

from collections.abc import Sequence
from typing import Any

import numpy
from spacy.language import Language
from spacy.tokens import Doc

from ..pipeline.probabilities import TagProbs, hard_probs, pipe_probs
from ..pipeline.soft_tags import match_labels, soft_tags_of
from .corpus import copy_words


def tag_together(
    teachers: Sequence[Language], texts: Sequence[str | Doc]
) -> list[tuple[Doc, TagProbs | None]]:
    """Annotate texts with the first pipeline, and average what all say of its tokens' tags. With
    several teachers, the most probable tag becomes the tag of a token. The rest is the first
    one's; but a token that gets another tag has the part of speech and the features of the first
    teacher that gives it this tag.

    teachers (Sequence[Language]): One trained pipeline or more. The first component of each that
        assigns `token.tag` gives the probabilities, see `pipe_probs`. If it has none, the tags of
        the Docs have the probability 1.
    texts (Sequence[str | Doc]): Texts; or all of them Docs that are labelled already. What is in
        these counts as one more teacher, the first.
    RETURNS (list[tuple[Doc, TagProbs | None]]): The Docs, and the mean of the probabilities of
        their tags; None if the only teacher has no probabilities.
    """
    docs = [text for text in texts if isinstance(text, Doc)]
    others = teachers if docs else teachers[1:]
    tagged = [(doc, doc_probs(doc)) for doc in docs] or list(pipe_probs(teachers[0], texts))
    if not others:
        return tagged
    answers = [tagged]
    for nlp in others:
        words = (copy_words(doc, nlp.vocab) for doc, _ in tagged)
        answers.append(list(pipe_probs(nlp, words)))
    together: list[tuple[Doc, TagProbs | None]] = []
    for of_text in zip(*answers, strict=True):
        doc, *other_docs = [doc for doc, _ in of_text]
        tags = [token.tag for token in doc]
        mean = agree(doc, [probs or hard_probs(doc) for doc, probs in of_text])
        for token, tag, *other_tokens in zip(doc, tags, *other_docs, strict=True):
            if token.tag != tag:
                copy_morphology(token, other_tokens)
        together.append((doc, mean))
    return together


def doc_probs(doc: Doc) -> TagProbs | None:
    """The probabilities of the tags of a labelled Doc; None if it has none."""
    soft = soft_tags_of(doc)
    return None if soft is None else TagProbs(soft.probabilities(soft.labels), soft.labels)


def agree(doc: Doc, votes: Sequence[TagProbs]) -> TagProbs:
    """Average several teachers' probabilities of a Doc's tags, and give each token its most
    probable tag. Of equally probable ones, it keeps its own. White space keeps its tag, too."""
    sizes = {len(probs.probs) for probs in votes}
    if len(sizes) > 1:
        raise ValueError(
            f"The teachers give a text {' and '.join(map(str, sorted(sizes)))} tokens: one of them "
            "merges or splits tokens. Remove that component, or make it the first teacher."
        )
    labels = sorted({label for probs in votes for label in probs.labels})
    mean = numpy.mean([match_labels(probs, labels) for probs in votes], axis=0)
    for token, row in zip(doc, mean, strict=True):
        own = row[labels.index(token.tag_)] if token.tag_ in labels else 0
        if not token.is_space and row.any() and row.max() > own:
            token.tag_ = labels[row.argmax()]
    return TagProbs(mean, labels)


def copy_morphology(token: Any, others: Sequence[Any]) -> None:
    """Give a token the part of speech and the features of the first of others that has its tag."""
    for other in others:
        if other.tag_ == token.tag_ and other.pos:
            token.pos_ = other.pos_
            token.set_morph(str(other.morph))
            return
