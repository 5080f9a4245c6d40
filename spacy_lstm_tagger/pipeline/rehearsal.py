"""How a component rehearses what it knew before, whatever its scores are."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from .._compat import forget_batch, rehearsal_model
from ..models.rows import check_rows
from .listeners import check_sources, listeners

# From the earlier model, Docs and their scores to the loss and its gradient.
RehearsalLoss = Callable[[Any, list[Doc], Sequence[Floats2d]], tuple[float, Sequence[Floats2d]]]


def rehearse(
    pipe: Any,
    examples: Iterable[Example],
    find_loss: RehearsalLoss,
    *,
    drop: float,
    sgd: Optimizer | None,
    losses: dict[str, float] | None,
) -> dict[str, float]:
    """Update a component's model to stay close to what it was when `nlp.resume_training` was
    called. Without that, or without words, nothing changes.

    pipe (Any): The component.
    examples (Iterable[Example]): A batch of raw text; its annotation is not used. If the model
        listens to another component, the predicted Docs have its output.
    find_loss (RehearsalLoss): Compares the scores of Docs, (n_tokens, n_labels) each, with what the
        earlier model says of them.
    RETURNS (dict[str, float]): The losses.
    RAISES (ValueError): If a Doc lacks the output of the component to which the model listens.
    """
    losses = {} if losses is None else losses
    losses.setdefault(pipe.name, 0.0)
    examples = list(examples)
    validate_examples(examples, f"{type(pipe).__name__}.rehearse")
    # A component to which the model listens has no output for an empty Doc.
    docs = [example.predicted for example in examples if len(example.predicted)]
    earlier = rehearsal_model(pipe)
    if earlier is None or not docs:
        return losses
    remedy = "Run '{source}' on the predicted Docs first."
    check_sources(pipe.name, pipe.model, docs, remedy)
    # The earlier model does not hear what the component sends in training, so this one does not
    # listen to it, either.
    forget_batch(listeners(pipe.model))
    set_dropout_rate(pipe.model, drop)
    scores, backprop = pipe.model.begin_update(docs)
    check_rows(scores, docs)
    loss, gradient = find_loss(earlier, docs, scores)
    backprop(gradient)
    if sgd:
        pipe.finish_update(sgd)
    losses[pipe.name] += loss
    return losses
