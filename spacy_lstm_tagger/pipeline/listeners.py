"""Models that take their input from another component, a tok2vec or a transformer."""

from typing import Any

from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc
from thinc.api import Model


def listens(model: Model[Any, Any]) -> bool:
    """Whether a part of a model takes its input from another component."""
    return any(
        isinstance(node, Tok2VecListener) or node.name == "transformer-listener"
        for node in model.walk()
    )


def is_encoded(doc: Doc) -> bool:
    """Whether a tok2vec or a transformer to which others listen has processed a Doc."""
    has_tensor = doc.tensor is not None and doc.tensor.size > 0  # None after doc_cleaner
    return has_tensor or (Doc.has_extension("trf_data") and doc._.get("trf_data") is not None)
