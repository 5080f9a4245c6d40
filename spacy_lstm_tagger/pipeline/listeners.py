"""What a component's model listens to."""

from collections.abc import Iterable
from typing import Any

from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc
from thinc.api import Model

from .._compat import TRANSFORMER_LISTENER

# The upstream of a listener to whichever component comes first.
ANY_UPSTREAM = "*"
# What to do if a pipeline tags, and a component has not run before another.
RUN_BEFORE = (
    "Do not exclude or disable '{source}', and let it run before '{name}'. If '{name}' is "
    "one of the annotating_components of [training], put '{source}' before it there."
)


def listeners(model: Model[Any, Any]) -> list[Model[Any, Any]]:
    """The layers of a model that take their input from another component."""
    return [
        node
        for node in model.walk()
        if isinstance(node, Tok2VecListener) or node.name == TRANSFORMER_LISTENER
    ]


def unread_source(model: Model[Any, Any], docs: Iterable[Doc]) -> str | None:
    """The component whose output a model needs and some Docs lack; None if there is none."""
    docs = [doc for doc in docs if len(doc)]
    for listener in listeners(model):
        if not all(is_encoded(doc, listener) for doc in docs):
            return source_of(listener)
    return None


def check_sources(
    name: str, model: Model[Any, Any], docs: Iterable[Doc], remedy: str = RUN_BEFORE
) -> None:
    """Raise a ValueError that names the component whose output a model needs and some Docs lack.

    name (str): The component of the model.
    remedy (str): What to do, with {source} for the component that is missing and {name}.
    """
    source = unread_source(model, docs)
    if source is not None:
        raise ValueError(
            f"Component '{name}' reads the output of '{source}', which has not processed this Doc. "
            f"{remedy.format(source=source, name=name)}"
        )


def upstream_of(listener: Model[Any, Any]) -> str:
    """The name of the component to which a listener listens, or `ANY_UPSTREAM`."""
    return str(getattr(listener, "upstream_name", ANY_UPSTREAM))


def source_of(listener: Model[Any, Any]) -> str:
    """The name of the component to which a listener listens, or the usual one if it listens to
    any."""
    upstream = upstream_of(listener)
    if upstream != ANY_UPSTREAM:
        return upstream
    return "tok2vec" if isinstance(listener, Tok2VecListener) else "transformer"


def is_encoded(doc: Doc, listener: Model[Any, Any]) -> bool:
    """Whether a Doc has what a listener reads: the output of a tok2vec, or of a transformer."""
    if isinstance(listener, Tok2VecListener):
        # A `doc_cleaner` sets the tensor to None.
        return doc.tensor is not None and doc.tensor.size > 0
    return Doc.has_extension("trf_data") and doc._.get("trf_data") is not None
