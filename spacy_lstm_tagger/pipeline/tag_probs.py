"""What a pipeline, a component, or a Doc says about tags, as probabilities."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import numpy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from thinc.api import Model

from ..models.tagger import is_lstm_tagger
from ..soft_tags import Probs, TagProbs
from .learning import LearningTagger
from .listeners import is_encoded, listens
from .log_probs import log_probs_of

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
    stores = isinstance(pipe, LearningTagger)
    # So an lstm_tagger does not have to score the Docs a second time.
    cfg = {names[0]: {"log_probs": True}} if stores else {}
    for batch in minibatch(nlp.pipe(docs, batch_size=BATCH_SIZE, component_cfg=cfg), BATCH_SIZE):
        if has_probs(pipe) and not stores:
            yield from zip(batch, component_probs(pipe, batch), strict=True)
        else:
            yield from ((doc, stored_probs(doc)) for doc in batch)


def component_probs(pipe: Any, docs: list[Doc]) -> list[TagProbs]:
    """The probabilities that a component gives to tags. The Docs are not changed.

    An lstm_tagger gives those of its lexicon. A model with a softmax layer, such as the model of
    spaCy's `tagger`, gives the outputs of that layer. Any other component gives the probability 1
    to the tag that it sets.
    """
    if not has_probs(pipe):
        return [hard_probs(doc) for doc in (pipe(doc.copy()) for doc in docs)]
    model: Model[Any, Any] = pipe.model
    if not any(len(doc) for doc in docs):
        return [TagProbs(numpy.zeros((0, len(pipe.labels)), "float32"), pipe.labels) for _ in docs]
    if listens(model) and any(len(doc) and not is_encoded(doc) for doc in docs):
        raise ValueError(
            f"The teacher '{pipe.name}' listens to a tok2vec or transformer, which has to process "
            "the references of the examples first: run the teacher's whole pipeline on them."
        )
    if isinstance(pipe, LearningTagger):
        return cast(list[TagProbs], cast(Any, pipe).probabilities(docs))
    arrays = [model.ops.to_numpy(rows) for rows in model.predict(docs)]
    if is_lstm_tagger(model):
        probs = [numpy.exp(rows) for rows in arrays]
    elif softmax_of(model).attrs.get("softmax_normalize", True):
        probs = arrays
    else:
        probs = [softmax(rows) for rows in arrays]
    return [TagProbs(rows, pipe.labels) for rows in probs]


def has_probs(pipe: Any) -> bool:
    """Whether the model of a component has probabilities of its labels that can be read."""
    model, labels = getattr(pipe, "model", None), getattr(pipe, "labels", None)
    if not isinstance(model, Model) or not labels:
        return False
    if isinstance(pipe, LearningTagger) or is_lstm_tagger(model):
        return True
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
