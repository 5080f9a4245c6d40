"""The teachers, and what they say about the tags of raw text."""

from collections.abc import Iterable, Sequence

import numpy
from spacy.language import Language
from spacy.tokens import Doc

from ..models.checks import check
from ..pipeline.probabilities import TagProbs, hard_probs, pipe_probs
from ..pipeline.soft_tags import match_labels
from .readers import copy_words


class Teacher:
    """One or several pipelines that tag text for a student.

    Their probabilities of tags are averaged, and the most probable tag is the tag of a token. The
    tokens and the rest of the annotation are the first pipeline's.

    pipelines (Sequence[Language]): Trained pipelines. The first component of each that assigns
        `token.tag` gives the probabilities, see `pipe_probs`. If it has none, the tags of the Docs
        have the probability 1.
    """

    def __init__(self, pipelines: Sequence[Language]) -> None:
        check("teachers", len(pipelines), len(pipelines) > 0, "at least one pipeline")
        self.pipelines = list(pipelines)

    def tag(self, docs: Iterable[str | Doc]) -> list[tuple[Doc, TagProbs | None]]:
        """Annotate texts with the first pipeline, and let all say what tags its tokens have. With
        several, the tags become the most probable ones.

        docs (Iterable[str | Doc]): Texts, or Docs of the first pipeline's vocab, which are changed
            in place.
        RETURNS (list[tuple[Doc, TagProbs | None]]): The Docs, and the mean of the probabilities of
            their tags; None if the only teacher has no probabilities.
        """
        first, *others = self.pipelines
        answers = list(pipe_probs(first, docs))
        if not others:
            return answers
        given = [[probs or hard_probs(doc)] for doc, probs in answers]
        for nlp in others:
            words = (copy_words(doc, nlp.vocab) for doc, _ in answers)
            for of_doc, (doc, probs) in zip(given, pipe_probs(nlp, words), strict=True):
                of_doc.append(probs or hard_probs(doc))
        return [(doc, agree(doc, of_doc)) for (doc, _), of_doc in zip(answers, given, strict=True)]


def agree(doc: Doc, given: Sequence[TagProbs]) -> TagProbs:
    """Average what several teachers say of a Doc's tags, and set the tags that are most probable.

    RETURNS (TagProbs): The mean.
    """
    mean = average(given)
    set_best_tags(doc, mean)
    return mean


def average(given: Sequence[TagProbs]) -> TagProbs:
    """The mean of several teachers' probabilities of a Doc's tags."""
    sizes = {len(probs.probs) for probs in given}
    if len(sizes) > 1:
        raise ValueError(
            f"The teachers give a text {' and '.join(map(str, sorted(sizes)))} tokens: one of them "
            "merges or splits tokens. Remove that component, or make it the first teacher."
        )
    labels = sorted({label for probs in given for label in probs.labels})
    matched = numpy.array([match_labels(probs, labels) for probs in given])
    return TagProbs(matched.mean(axis=0), labels)


def set_best_tags(doc: Doc, given: TagProbs) -> None:
    """Give each token its most probable tag. Of equally probable ones, it keeps its own; white
    space keeps its tag, too."""
    column_of = {label: column for column, label in enumerate(given.labels)}
    for token, row in zip(doc, given.probs, strict=True):
        if token.is_space or not row.any():
            continue
        own = column_of.get(token.tag_)
        best = int(row.argmax())
        if own is None or row[best] > row[own]:
            token.tag_ = given.labels[best]
