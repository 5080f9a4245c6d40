"""What the tagger and the morphologizer do in another way than spaCy's."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self, cast

from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from thinc.api import Model, Optimizer, set_dropout_rate
from thinc.types import Floats2d

from .._compat import (
    forget_batch,
    forget_rehearsal_model,
    gc_on_after_errors,
    rehearsal_model,
)
from ..models.rows import check_rows
from .listeners import check_sources, listeners


class LSTMComponent:
    """Mixin for a class of spaCy's. It comes first: `class LSTMTagger(LSTMComponent, Tagger)`.

    spaCy's `update` reads the examples more than once, so it learns nothing from a generator. After
    an update, its components listen to the batch of that update, not to the Docs of the next one.
    Its `rehearse` lets the earlier model train, too, so dropout changes the targets.
    """

    name: str
    labels: tuple[str, ...]
    model: Model[list[Doc], list[Floats2d]]

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch. A later batch may come without an update of the component to which
        the model listens: then it listens to the Docs.

        examples (Iterable[Example]): The batch.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the loss of the batch is added.
        RETURNS (dict[str, float]): The losses.
        """
        pipe: Any = super()
        losses = pipe.update(list(examples), drop=drop, sgd=sgd, losses=losses)
        forget_batch(listeners(self.model))
        return cast(dict[str, float], losses)

    def rehearse(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Update the model to stay close to what it was when `nlp.resume_training` was called.
        Without that, or without words, nothing changes.

        examples (Iterable[Example]): A batch of raw text; its annotation is not used. If the model
            listens to another component, the predicted Docs have its output.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the loss of the batch is added, see
            `rehearsal_loss`.
        RETURNS (dict[str, float]): The losses.
        RAISES (ValueError): If a Doc lacks the output of the component to which the model listens.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, f"{type(self).__name__}.rehearse")
        # A component to which the model listens has no output for an empty Doc.
        docs = [example.predicted for example in examples if len(example.predicted)]
        earlier = rehearsal_model(self)
        if earlier is None or not docs:
            return losses
        remedy = "Run '{source}' on the predicted Docs first."
        check_sources(self.name, self.model, docs, remedy)
        # The earlier model reads the tensors of the Docs. So does this one, and not what the
        # component to which it listens has sent in training.
        forget_batch(listeners(self.model))
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update(docs)
        check_rows(scores, docs)
        loss, gradient = self.rehearsal_loss(earlier, docs, scores)
        backprop(gradient)
        if sgd:
            pipe: Any = self
            pipe.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def rehearsal_loss(
        self, earlier: Any, docs: list[Doc], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """The loss of scores whose targets are what an earlier model predicts, and its gradient.

        earlier (Any): The model as it was when `nlp.resume_training` was called.
        docs (list[Doc]): The batch.
        scores (Sequence[Floats2d]): What the model says of it, (n_tokens, n_labels) for each Doc.
        RETURNS (tuple[float, list[Floats2d]]): The loss, and its gradient in the shape of the
            scores.
        """
        raise NotImplementedError

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out.
        RETURNS (LSTMComponent): Itself.
        RAISES (ValueError): If the weights are damaged, or have another number of labels than the
            component's cfg.
        """
        pipe: Any = super()
        self.before_loading(exclude)
        with gc_on_after_errors():
            pipe.from_disk(path, exclude=exclude)
        self.after_loading(exclude)
        return self

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring.

        bytes_data (bytes): What `to_bytes` returned.
        exclude (Iterable[str]): Fields to leave out.
        RETURNS (LSTMComponent): Itself.
        RAISES (ValueError): As `from_disk`.
        """
        pipe: Any = super()
        self.before_loading(exclude)
        with gc_on_after_errors():
            pipe.from_bytes(bytes_data, exclude=exclude)
        self.after_loading(exclude)
        return self

    def before_loading(self, exclude: Iterable[str]) -> None:
        """Forget what the cfg says of training data: a file that does not say it leaves what is
        there."""
        if "cfg" not in exclude:
            self.forget_data()

    def forget_data(self) -> None:
        """Empty what training needs to know of the data of the initialization, in `cfg`."""
        raise NotImplementedError

    def after_loading(self, exclude: Iterable[str]) -> None:
        """Check that the weights have as many labels as the cfg, if both were loaded, and forget
        the model that `rehearse` stays close to."""
        forget_rehearsal_model(self)
        n_outputs = self.model.maybe_get_dim("nO")
        is_whole = not {"cfg", "model"}.intersection(exclude)
        if is_whole and n_outputs not in (None, len(self.labels)):
            raise ValueError(
                f"Can't load component '{self.name}': its cfg has {len(self.labels)} labels, and "
                f"its weights have {n_outputs}. Load files that were saved together."
            )
