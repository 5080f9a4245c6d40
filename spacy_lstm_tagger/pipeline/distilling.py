"""How the component learns from a teacher: from the probabilities that another tagger gives."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy
from spacy.attrs import IS_SPACE, ORTH
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..soft_tags import match_labels, normalize
from .learning import LearningTagger
from .loss import soft_cross_entropy
from .tag_probs import component_probs, hard_probs, stored_probs


class DistillingTagger(LearningTagger):
    """A tagger that learns from the probabilities that a teacher gives to tags."""

    @property
    def is_distillable(self) -> bool:
        """Whether the component can learn from a teacher."""
        return True

    def distill(
        self,
        teacher_pipe: Any,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
        temperature: float = 1.0,
    ) -> dict[str, float]:
        """Learn from a teacher's probabilities. They are matched by the name of the tag. Tags that
        this component lacks are left out, and the probabilities of the others add up to 1 again.

        teacher_pipe (Pipe | None): A component that sets `token.tag_`. If its model has no
            probabilities that can be read, the tags that it sets have the probability 1. None if
            the teacher has processed the references already: what counts then is the
            log-probabilities that they store, or their tags.
        examples (Iterable[Example]): A batch. The teacher gets the references, this component the
            predicted Docs. Both have to have the same tokens.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the loss is added.
        temperature (float): See `get_teacher_student_loss`.
        RETURNS (dict[str, float]): The losses.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "LSTMTagger.distill")
        check_tokens(examples)
        docs = [example.predicted for example in examples]
        if not any(len(doc) for doc in docs):
            return losses
        targets = self._teacher_scores(teacher_pipe, [example.reference for example in examples])
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update(docs)
        loss, gradient = self.get_teacher_student_loss(targets, scores, temperature=temperature)
        backprop(gradient)
        if sgd:
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def get_teacher_student_loss(
        self,
        teacher_scores: Sequence[Floats2d],
        student_scores: Sequence[Floats2d],
        *,
        temperature: float = 1.0,
    ) -> tuple[float, list[Floats2d]]:
        """Find the cross-entropy with a teacher's probabilities, and its gradient.

        teacher_scores (Sequence[Floats2d]): The teacher's probabilities of this component's tags,
            (n_tokens, n_tags) for each Doc. Tokens whose row is 0 do not count.
        student_scores (Sequence[Floats2d]): This component's log-probabilities, in the same shape.
        temperature (float): What both are softened by; 0 for the teacher's best tag alone. See
            `soft_cross_entropy`.
        RETURNS (tuple[float, list[Floats2d]]): Mean loss in nats per token that counts, and the
            gradient of its sum, in the shape of the scores.
        """
        if not student_scores:
            return 0.0, []
        xp = self.model.ops.xp
        loss, gradient = soft_cross_entropy(
            xp.concatenate(teacher_scores), xp.concatenate(student_scores), temperature
        )
        return self._of_each_doc(loss, gradient, student_scores)

    def _teacher_scores(self, teacher_pipe: Any, docs: list[Doc]) -> list[Floats2d]:
        """A teacher's probabilities of this component's tags, (n_tokens, n_tags) for each Doc. The
        rows of whitespace, and of tokens that have none of these tags, are 0."""
        if teacher_pipe is None:
            given = [stored_probs(doc) or hard_probs(doc) for doc in docs]
        else:
            given = component_probs(teacher_pipe, docs)
        targets = [match_labels(probs, self.labels) for probs in given]
        for doc, target in zip(docs, targets, strict=True):
            target[doc.to_array(IS_SPACE) == 1] = 0
        theirs = {label for probs in given for label in probs.labels}
        has_words = any(not token.is_space for doc in docs for token in doc)
        if has_words and theirs.isdisjoint(self.labels):
            raise ValueError(
                f"Component '{self.name}' can't learn from its teacher, which gives none of its "
                f"tags. The teacher's: {some(theirs)}. The component's: {some(self.labels)}. "
                "Initialize the component with data that has the teacher's tags."
            )
        return [self.model.ops.asarray2f(normalize(target)) for target in targets]


def check_tokens(examples: Iterable[Example]) -> None:
    """Raise a ValueError if a reference and its predicted Doc have different tokens."""
    for example in examples:
        student, teacher = example.predicted, example.reference
        if not numpy.array_equal(student.to_array(ORTH), teacher.to_array(ORTH)):
            raise ValueError(
                "A teacher and its student have to read the same tokens, but the reference has "
                f"{[token.text for token in teacher][:10]}, and the predicted Doc "
                f"{[token.text for token in student][:10]}. Use a corpus reader that gives both "
                "the same tokens, such as spacy.PlainTextCorpus.v1, or set gold_preproc = true."
            )


def some(labels: Iterable[str], n: int = 8) -> str:
    names = sorted(labels)
    return ", ".join(names[:n]) + (", …" if len(names) > n else "") if names else "none"
