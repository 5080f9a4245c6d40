"""What a pipeline, a component, or a Doc says about tags, as probabilities."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import numpy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from thinc.api import Model

from ..soft_tags import Probs, TagProbs
from .listeners import is_encoded, listens
from .log_probs import log_probs_of
from .lstm_tagger import LSTMTagger

BATCH_SIZE = 64  # Docs; a transformer's vectors of one batch are in memory at a time


def pipe_probs(nlp: Language, docs: Iterable[str | Doc]) -> Iterator[tuple[Doc, TagProbs | None]]:
    """Annotate texts or Docs, and find the probabilities of their tags.

    docs (Iterable[str | Doc]): Texts, or Docs of the pipeline's vocab, which are changed in place.
    YIELDS (tuple[Doc, TagProbs | None]): Each Doc, and what the first component that assigns
        `token.tag` says of it, see `component_probs`; None if no component says that it does, or if
        its model has no probabilities.
    """
    names = [name for name in nlp.pipe_names if "token.tag" in nlp.get_pipe_meta(name).assigns]
    pipe = nlp.get_pipe(names[0]) if names else None
    # So an lstm_tagger does not have to score the Docs a second time.
    cfg = {names[0]: {"log_probs": True}} if isinstance(pipe, LSTMTagger) else {}
    is_readable = not cfg and has_probs(pipe)
    for batch in minibatch(nlp.pipe(docs, batch_size=BATCH_SIZE, component_cfg=cfg), BATCH_SIZE):
        if is_readable:
            yield from zip(batch, component_probs(pipe, batch), strict=True)
        else:
            yield from ((doc, stored_probs(doc)) for doc in batch)


def component_probs(pipe: Any, docs: list[Doc]) -> list[TagProbs]:
    """The probabilities that the softmax layer of a component, such as spaCy's `tagger`, gives to
    tags. The Docs are not changed.

    pipe (Any): A component for which `has_probs` is true.
    docs (list[Doc]): Docs that its pipeline has processed.
    RETURNS (list[TagProbs]): For each Doc, in main memory. Raises a ValueError if the Docs lack the
        output of the tok2vec or transformer that the component listens to.
    """
    model: Model[Any, Any] = pipe.model
    if not any(len(doc) for doc in docs):
        return [TagProbs(numpy.zeros((0, len(pipe.labels)), "float32"), pipe.labels) for _ in docs]
    if listens(model) and any(len(doc) and not is_encoded(doc) for doc in docs):
        raise ValueError(
            f"Can't read the probabilities of component '{pipe.name}': a later component, such as "
            "doc_cleaner, deletes the output of the tok2vec or transformer that it listens to. "
            "Remove the later component from the pipeline."
        )
    arrays = [model.ops.to_numpy(rows) for rows in model.predict(docs)]
    if not softmax_of(model).attrs.get("softmax_normalize", True):
        arrays = [softmax(rows) for rows in arrays]
    return [TagProbs(rows, pipe.labels) for rows in arrays]


def has_probs(pipe: Any) -> bool:
    """Whether a component has a softmax layer over its labels."""
    model, labels = getattr(pipe, "model", None), getattr(pipe, "labels", None)
    if not isinstance(model, Model) or not labels:
        return False
    layer = softmax_of(model)
    return layer is not None and layer.maybe_get_dim("nO") == len(labels)


def softmax_of(model: Model[Any, Any]) -> Any:
    """The last softmax layer in a model; None if there is none."""
    layers = [node for node in model.walk() if node.name == "softmax"]
    return layers[-1] if layers else None


def softmax(rows: Probs) -> Probs:
    exp = numpy.exp(rows - rows.max(axis=1, keepdims=True))
    return cast(Probs, exp / exp.sum(axis=1, keepdims=True))


def stored_probs(doc: Doc) -> TagProbs | None:
    """The probabilities that a Doc stores; None if it has none."""
    log_probs, labels = log_probs_of(doc)
    return None if log_probs is None else TagProbs(numpy.exp(numpy.asarray(log_probs)), labels)


def hard_probs(doc: Doc) -> TagProbs:
    """The probability 1 for the tag of each token. Tokens without a tag have a row of 0."""
    tags = [token.tag_ for token in doc]
    labels = sorted(set(tags) - {""})
    probs = numpy.array([[tag == label for label in labels] for tag in tags], dtype="float32")
    return TagProbs(probs.reshape(len(doc), len(labels)), labels)
