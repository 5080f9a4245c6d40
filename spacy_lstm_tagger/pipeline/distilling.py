"""How the component learns from a teacher: from the probabilities that another tagger gives."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy
from spacy.attrs import IS_SPACE, ORTH
from spacy.errors import Errors
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from thinc.api import Optimizer, get_array_module, set_dropout_rate
from thinc.types import Floats2d

from ..models.checks import check
from .learning import LearningTagger
from .tag_probs import component_probs, match_labels, stored_probs


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
        ops = self.model.ops
        xp = ops.xp
        loss, gradient = soft_cross_entropy(
            xp.concatenate(teacher_scores), xp.concatenate(student_scores), temperature
        )
        if numpy.isnan(loss):
            raise ValueError(Errors.E910.format(name=self.name))
        lengths = numpy.array([len(doc_scores) for doc_scores in student_scores], dtype="i")
        return loss, ops.unflatten(gradient, lengths)

    def _teacher_scores(self, teacher_pipe: Any, docs: list[Doc]) -> list[Floats2d]:
        """A teacher's probabilities of this component's tags, (n_tokens, n_tags) for each Doc. The
        rows of whitespace, and of tokens that have none of these tags, are 0."""
        given = stored_probs(docs) if teacher_pipe is None else component_probs(teacher_pipe, docs)
        targets = [match_labels(probs, self.labels) for probs in given]
        for doc, target in zip(docs, targets, strict=True):
            target[doc.to_array(IS_SPACE) == 1] = 0
            total = target.sum(axis=1, keepdims=True)
            target /= numpy.where(total > 0, total, 1)
        theirs = {label for probs in given for label in probs.labels}
        has_words = any(not token.is_space for doc in docs for token in doc)
        if has_words and theirs.isdisjoint(self.labels):
            raise ValueError(
                f"Component '{self.name}' can't learn from its teacher, which gives none of its "
                f"tags. The teacher's: {some(theirs)}. The component's: {some(self.labels)}. "
                "Initialize the component with data that has the teacher's tags."
            )
        return [self.model.ops.asarray2f(target) for target in targets]


def soft_cross_entropy(
    teacher: Floats2d, student: Floats2d, temperature: float = 1.0
) -> tuple[float, Floats2d]:
    """The cross-entropy between a teacher's probabilities and a student's, both at a temperature
    (Hinton et al. 2015, Distilling the Knowledge in a Neural Network): the inputs of both softmaxes
    are divided by it. The loss is multiplied by its square, so that the size of the gradient hardly
    depends on it.

    With temperature 0, the teacher's best tag has the probability 1, and the student's
    probabilities are taken as they are.

    The gradient is with respect to the input of the student's log-softmax, see
    `negative_log_likelihood`.

    teacher (Floats2d): Probabilities, (n_tokens, n_tags). Tokens whose row is 0 do not count.
    student (Floats2d): Log-probabilities, (n_tokens, n_tags).
    RETURNS (tuple[float, Floats2d]): Mean loss in nats per token that counts, and the gradient of
        the sum, (n_tokens, n_tags).
    """
    check("temperature", temperature, temperature >= 0, "0 or above")
    xp: Any = get_array_module(student)
    best = xp.max(teacher, axis=1, keepdims=True)
    counts = best > 0
    if temperature == 0:
        is_best = xp.arange(teacher.shape[1]) == xp.argmax(teacher, axis=1)[:, None]
        target, temperature = xp.where(counts, is_best, 0), 1.0
    else:
        # The best is 1, so that the rest can't make all of the row too small for a float.
        target = (teacher / xp.where(counts, best, 1)) ** (1 / temperature)
        target /= xp.where(counts, target.sum(axis=1, keepdims=True), 1)
    log_probs = student / temperature
    log_probs -= log_probs.max(axis=1, keepdims=True)
    log_probs -= xp.log(xp.exp(log_probs).sum(axis=1, keepdims=True))
    gradient = temperature * xp.where(counts, xp.exp(log_probs) - target, 0)
    loss = -(temperature**2) * float((target * log_probs).sum())
    return loss / max(int(counts.sum()), 1), cast(Floats2d, gradient.astype("float32"))


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
