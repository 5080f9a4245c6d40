"""What the components share that rehearse what they knew before."""

from collections.abc import Iterable
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example, validate_examples

from .._compat import forget_batch, rehearsal_model
from .listeners import check_sources, listeners


def docs_to_rehearse(pipe: Any, examples: Iterable[Example]) -> list[Doc]:
    """The Docs of a batch, ready for a component's model: it reads them as they are now, and no
    output that another component has sent in training. Raises a ValueError if a Doc lacks the
    output of the component to which the model listens.

    pipe (Any): The component.
    examples (Iterable[Example]): Raw text; its annotation is not used.
    RETURNS (list[Doc]): The predicted Docs; none if there is no earlier model. Empty ones are left
        out: a component to which the model listens has no output for them.
    """
    examples = list(examples)
    validate_examples(examples, f"{type(pipe).__name__}.rehearse")
    if rehearsal_model(pipe) is None:
        return []
    docs = [example.predicted for example in examples if len(example.predicted)]
    remedy = "Run '{source}' on the predicted Docs first."
    check_sources(pipe.name, pipe.model, docs, remedy)
    forget_batch(listeners(pipe.model))
    return docs
