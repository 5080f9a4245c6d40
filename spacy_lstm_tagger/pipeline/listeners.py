"""Models that take their input from another component, a tok2vec or a transformer."""

from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc
from thinc.api import Model


def listens(model: Model) -> bool:
    """Whether a part of a model takes its input from another component."""
    return any(
        isinstance(node, Tok2VecListener) or node.name == "transformer-listener"
        for node in model.walk()
    )


def is_encoded(doc: Doc) -> bool:
    """Whether a component to which others listen, a tok2vec or a transformer, has processed it."""
    return bool(doc.tensor.size) or (
        Doc.has_extension("trf_data") and doc._.get("trf_data") is not None
    )
