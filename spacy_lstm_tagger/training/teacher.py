"""The teachers, and what they say about the tags of raw text."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy
from spacy.language import Language
from spacy.tokens import Doc

from ..pipeline.probabilities import TagProbs, hard_probs, pipe_probs
from ..pipeline.soft_tags import match_labels
from .readers import copy_words


def tag_together(
    teachers: Sequence[Language], texts: Iterable[str | Doc]
) -> list[tuple[Doc, TagProbs | None]]:
    """Annotate texts with the first pipeline, and average what all say of its tokens' tags. With
    several teachers, the most probable tag becomes the tag of a token, and it has the part of
    speech and the features that most of them give it. The tokens and the rest of the annotation are
    the first pipeline's.

    teachers (Sequence[Language]): One trained pipeline or more. The first component of each that
        assigns `token.tag` gives the probabilities, see `pipe_probs`. If it has none, the tags of
        the Docs have the probability 1.
    texts (Iterable[str | Doc]): Texts, or Docs of the first pipeline's vocab, which are changed in
        place.
    RETURNS (list[tuple[Doc, TagProbs | None]]): The Docs, and the mean of the probabilities of
        their tags; None if the only teacher has no probabilities.
    """
    first, *others = teachers
    tagged = list(pipe_probs(first, texts))
    if not others:
        return tagged
    answers = [tagged]
    for nlp in others:
        words = (copy_words(doc, nlp.vocab) for doc, _ in tagged)
        answers.append(list(pipe_probs(nlp, words)))
    together: list[tuple[Doc, TagProbs | None]] = []
    for of_text in zip(*answers, strict=True):
        docs = [doc for doc, _ in of_text]
        mean = agree(docs[0], [probs or hard_probs(doc) for doc, probs in of_text])
        vote_morphology(docs)
        together.append((docs[0], mean))
    return together


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


def vote_morphology(docs: Sequence[Doc]) -> None:
    """Give each token of the first Doc the part of speech and the features that most of the Docs
    have, or the first of these. A Doc whose token has no part of speech has no vote."""
    tokens: tuple[Any, ...]
    for tokens in zip(*docs, strict=True):
        votes = Counter((token.pos_, str(token.morph)) for token in tokens if token.pos)
        if votes:
            ((tokens[0].pos_, features), _), *_ = votes.most_common(1)
            tokens[0].set_morph(features)
