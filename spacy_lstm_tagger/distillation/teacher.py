"""The teachers, and what they say about raw text."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ..models.checks import check
from ..pipeline import LSTMTagger
from ..pipeline.log_probs import set_log_probs
from ..pipeline.tag_probs import (
    component_probs,
    hard_probs,
    has_probs,
    stored_probs,
)
from ..soft_tags import TagProbs, match_labels

EXCLUDED = ("tensor", "user_data")  # of a teacher's Doc: large, and of no use to the student


class Lesson(Example):
    """An example whose reference has a teacher's annotation, and its log-probabilities of tags."""


class Teacher:
    """One or several pipelines that annotate text for a student.

    Their probabilities of tags are averaged. The rest of the annotation is the first pipeline's.

    pipelines (Sequence[Language]): Trained pipelines. The first component of each that assigns
        `token.tag` gives the probabilities, see `component_probs`. If no component says that it
        does, the tags of the Docs have the probability 1.
    """

    def __init__(self, pipelines: Sequence[Language]) -> None:
        check("teachers", len(pipelines), len(pipelines) > 0, "at least one pipeline")
        self.pipelines = list(pipelines)

    def annotate(self, examples: Iterable[Example]) -> list[Lesson]:
        """Run the teachers on the words of the references.

        examples (Iterable[Example]): Raw text. The annotation of the references is not used.
        RETURNS (list[Lesson]): Examples with the same predicted Docs and with new references.
        """
        examples = list(examples)
        answers = [answer(nlp, [eg.reference for eg in examples]) for nlp in self.pipelines]
        docs = answers[0][0]
        probs = [average(given) for given in zip(*(probs for _, probs in answers), strict=True)]
        return [
            Lesson(example.predicted, to_reference(example, doc, of_doc))
            for example, doc, of_doc in zip(examples, docs, probs, strict=True)
        ]


def answer(nlp: Language, references: Iterable[Doc]) -> tuple[list[Doc], list[TagProbs]]:
    """What a pipeline says about the words of Docs: Docs of its own vocab that it has annotated,
    and the probabilities of their tags."""
    docs = [
        Doc(
            nlp.vocab,
            words=[token.text for token in doc],
            spaces=[bool(token.whitespace_) for token in doc],
        )
        for doc in references
    ]
    taggers = [name for name in nlp.pipe_names if "token.tag" in nlp.get_pipe_meta(name).assigns]
    pipe = nlp.get_pipe(taggers[0]) if taggers else None
    # So an lstm_tagger does not have to score the Docs a second time.
    cfg = {taggers[0]: {"log_probs": True}} if isinstance(pipe, LSTMTagger) else {}
    docs = list(nlp.pipe(docs, component_cfg=cfg))
    if isinstance(pipe, LSTMTagger):
        return docs, stored_probs(docs)
    if has_probs(pipe):
        return docs, component_probs(pipe, docs)
    return docs, [hard_probs(doc) for doc in docs]


def average(given: Sequence[TagProbs]) -> TagProbs:
    """The mean of several teachers' probabilities of a Doc's tags."""
    if len(given) == 1:
        return given[0]
    labels = sorted({label for probs in given for label in probs.labels})
    matched = numpy.array([match_labels(probs, labels) for probs in given])
    return TagProbs(matched.mean(axis=0), labels)


def to_reference(example: Example, doc: Doc, given: TagProbs) -> Doc:
    """A teacher's Doc in the vocab of the student, with log-probabilities of tags."""
    reference = Doc(example.predicted.vocab)
    reference.from_bytes(doc.to_bytes(exclude=EXCLUDED), exclude=EXCLUDED)
    with numpy.errstate(divide="ignore"):  # the logarithm of 0
        set_log_probs(reference, cast(Any, numpy.log(given.probs)), given.labels)
    return reference
