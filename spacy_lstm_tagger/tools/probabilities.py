"""The probabilities that any tagger gives to tags, and any morphologizer to its labels."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy
from spacy.language import Language
from spacy.pipeline import Morphologizer
from spacy.tokens import Doc
from spacy.util import minibatch
from thinc.api import Model

from ..models.numpy_network import softmax
from ..models.softmax_tagger import softmax_of
from ..pipeline.listeners import unread_source
from ..pipeline.log_probs import TagProbs, log_probs_of
from .set_by_pipeline import tag_setters

# Number of Docs of which the output of a transformer is in memory at a time.
BATCH_SIZE = 64


def pipe_probs(
    nlp: Language,
    docs: Iterable[str | Doc],
    n_process: int = 1,
    batch_size: int = BATCH_SIZE,
) -> Iterator[tuple[Doc, TagProbs | None]]:
    """Annotate texts or Docs, and find the probabilities of their tags.

    docs (Iterable[str | Doc]): Texts, or Docs of the pipeline's vocab, which are changed in place.
    n_process (int): Number of processes, as in `nlp.pipe`. With several, Docs are not changed in
        place.
    batch_size (int): Number of Docs that are annotated at once.
    YIELDS (tuple[Doc, TagProbs | None]): Each Doc, and the probabilities of the first component
        that assigns `token.tag`. A component with the setting `log_probs` stores them; otherwise
        they are read from its softmax layer, see `component_probs`. None if it has neither, or if
        no component says that it assigns tags.
    """
    names = tag_setters(nlp)
    pipe = nlp.get_pipe(names[0]) if names else None
    stores_probs = hasattr(pipe, "log_probs")
    # An lstm_tagger that stores probabilities does not have to score the Docs a second time.
    cfg = {names[0]: {"log_probs": True}} if stores_probs else {}
    is_readable = not stores_probs and has_probs(pipe)
    annotated = nlp.pipe(docs, batch_size=batch_size, component_cfg=cfg, n_process=n_process)
    for batch in minibatch(annotated, batch_size):
        if is_readable:
            yield from zip(batch, component_probs(pipe, batch), strict=True)
        else:
            yield from ((doc, stored_probs(doc)) for doc in batch)


def stored_probs(doc: Doc) -> TagProbs | None:
    """The probabilities that a Doc stores; None if it has none."""
    log_probs, labels = log_probs_of(doc)
    if log_probs is None:
        return None
    # A very small probability becomes 0, even if the program lets NumPy raise errors.
    with numpy.errstate(under="ignore"):
        return TagProbs(numpy.exp(numpy.asarray(log_probs)), labels)


def component_probs(pipe: Any, docs: list[Doc]) -> list[TagProbs]:
    """The probabilities that the softmax layer of a component, such as spaCy's `tagger`, gives to
    tags. The Docs are not changed.

    pipe (Any): A component for which `has_probs` is true.
    docs (list[Doc]): Docs that its pipeline has processed.
    RETURNS (list[TagProbs]): For each Doc, in main memory. Raises a ValueError if the Docs lack the
        output of the tok2vec or transformer that the component listens to, or if it is of other
        tokens.
    """
    model: Model[Any, Any] = pipe.model
    if not any(len(doc) for doc in docs):
        return [TagProbs(numpy.zeros((0, len(pipe.labels)), "float32"), pipe.labels) for _ in docs]
    source = unread_source(model, docs)
    if source is not None:
        raise ValueError(
            f"Can't read the probabilities of component '{pipe.name}': a later component, such as "
            f"doc_cleaner, deletes the output of '{source}', to which it listens. Remove the later "
            "component from the pipeline."
        )
    arrays = [model.ops.to_numpy(rows) for rows in model.predict(docs)]
    if list(map(len, arrays)) != list(map(len, docs)):
        raise ValueError(
            f"Can't read the probabilities of component '{pipe.name}': a later component merges or "
            "splits tokens, and the output to which it listens is of the tokens before. Remove the "
            "later component from the pipeline."
        )
    if not softmax_of(model).attrs.get("softmax_normalize", True):
        arrays = [softmax(rows) for rows in arrays]
    return [TagProbs(rows, pipe.labels) for rows in arrays]


def morph_probs(nlp: Language, docs: list[Doc]) -> list[TagProbs | None]:
    """The probabilities that the last morphologizer of a pipeline gives to its labels, such as
    `Number=Sing|POS=NOUN`.

    docs (list[Doc]): Docs that the pipeline has processed.
    RETURNS (list[TagProbs | None]): For each Doc; None if no morphologizer has a softmax layer, or
        if a later component, such as doc_cleaner, deletes the output to which it listens.
    """
    pipes: list[Any] = [pipe for _, pipe in nlp.pipeline if isinstance(pipe, Morphologizer)]
    if not pipes or not has_probs(pipes[-1]) or unread_source(pipes[-1].model, docs) is not None:
        return [None] * len(docs)
    return list(component_probs(pipes[-1], docs))


def has_probs(pipe: Any) -> bool:
    """Whether a component has a softmax layer over its labels."""
    model = getattr(pipe, "model", None)
    labels = getattr(pipe, "labels", None)
    if not isinstance(model, Model) or not labels:
        return False
    layer = softmax_of(model)
    return layer is not None and layer.maybe_get_dim("nO") == len(labels)


def hard_probs(tags: list[str]) -> TagProbs:
    """The probability 1 for the tag of each token. Tokens without a tag have a row of 0."""
    labels = sorted(set(tags) - {""})
    probs = numpy.array([[tag == label for label in labels] for tag in tags], dtype="float32")
    return TagProbs(probs.reshape(len(tags), len(labels)), labels)
