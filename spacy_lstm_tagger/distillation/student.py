"""The student: a pipeline that learns from lessons."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, cast

from spacy.language import Language
from spacy.training import Example
from spacy.util import _pipe

from ..pipeline import LSTMTagger
from .teacher import Lesson

# What components of spaCy assign, and have to find in a reference to learn it.
LEARNED = ("TAG", "POS", "MORPH", "LEMMA", "DEP", "ENT_IOB")


class Student:
    """A pipeline as spaCy's training loop sees it. It learns from lessons with `distill`, and from
    other examples with `nlp.update`.

    nlp (Language): The pipeline, initialized.
    temperature (float): See `LSTMTagger.get_teacher_student_loss`.
    """

    def __init__(self, nlp: Language, temperature: float = 1.0) -> None:
        self.nlp = nlp
        self.temperature = temperature

    @property
    def pipeline(self) -> list[tuple[str, Any]]:
        return self.nlp.pipeline

    def use_params(self, params: dict[Any, Any]) -> AbstractContextManager[None]:
        """Use other values for the weights, such as their averages, until the context ends."""
        return cast(AbstractContextManager[None], self.nlp.use_params(params))

    def update(
        self,
        examples: list[Example],
        *,
        drop: float = 0.0,
        sgd: Any = False,
        losses: dict[str, float] | None = None,
        exclude: Iterable[str] = (),
        annotates: Iterable[str] = (),
    ) -> dict[str, float]:
        """Accumulate the gradient of a batch in which all examples are lessons, or none is.

        An lstm_tagger learns from the teacher's probabilities. Other components learn from the rest
        of the teacher's annotation as from gold data.

        examples (list[Example]): The batch.
        drop (float): The dropout rate.
        sgd (Any): Not used. The weights change when all components have their gradients.
        losses (dict[str, float] | None): Losses, to which the losses of the batch are added.
        exclude (Iterable[str]): Names of components that do not learn.
        annotates (Iterable[str]): Names of components that annotate the predicted Docs.
        RETURNS (dict[str, float]): The losses.
        """
        losses = {} if losses is None else losses
        options: dict[str, Any] = {"drop": drop, "losses": losses}
        if not all(isinstance(example, Lesson) for example in examples):
            self.nlp.update(
                examples, sgd=cast(Any, False), exclude=exclude, annotates=annotates, **options
            )
            return losses
        examples = [Example(eg.predicted.copy(), eg.reference) for eg in examples]
        for name, pipe in self.pipeline:
            if name not in exclude and isinstance(pipe, LSTMTagger):
                pipe.distill(None, examples, temperature=self.temperature, **options)
            elif name not in exclude and hasattr(pipe, "update"):
                pipe.update(examples, sgd=None, **options)
            if name in annotates:
                docs = [example.predicted for example in examples]
                annotated = _pipe(docs, pipe, name, self.nlp.default_error_handler, {})
                for example, doc in zip(examples, annotated, strict=True):
                    example.predicted = doc
        return losses

    def not_taught(self, lesson: Lesson, exclude: Iterable[str] = ()) -> list[str]:
        """The names of the components, besides lstm_taggers, that learn nothing from a lesson,
        because its reference has none of what they assign."""
        names = []
        for name, pipe in self.pipeline:
            if isinstance(pipe, LSTMTagger) or name in exclude:
                continue
            assigns = self.nlp.get_pipe_meta(name).assigns
            learned = [attr for attr in LEARNED if f"token.{attr.lower()}" in assigns]
            is_trainable = getattr(pipe, "is_trainable", False)
            if is_trainable and learned and not any(map(lesson.reference.has_annotation, learned)):
                names.append(name)
        return names
