"""Probabilities of tags: what a Doc stores of them, and what a pipeline or a component says.

The record is `TagProbs`. A Doc stores logarithms, as the custom attributes `Doc._.tag_log_probs`
and `Doc._.tag_labels`.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import exp
from typing import Any, NamedTuple

import numpy
from spacy.attrs import TAG
from spacy.language import Language
from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc, Token
from spacy.util import minibatch
from thinc.api import Model
from thinc.types import Floats2d

from .._compat import TRANSFORMER_LISTENER, underscore_key
from ..models.numpy_network import softmax
from ..models.types import Floats
from ..models.whitespace import is_word

# Number of Docs of which the output of a transformer is in memory at a time.
BATCH_SIZE = 64
LOG_PROBS = "tag_log_probs"
LABELS = "tag_labels"

Probs = Floats


class TagProbs(NamedTuple):
    """Probabilities of the tags of a Doc's tokens.

    probs (Probs): (n_tokens, n_tags), in main memory.
    labels (Sequence[str]): The tags of the columns.
    """

    probs: Probs
    labels: Sequence[str]


def install_extensions(*, required: bool = True) -> None:
    """Install `Doc._.tag_log_probs`, `Doc._.tag_labels`, `Token._.tag_prob`, `Token._.tag_log_prob`
    and `Token._.best_tags`. Every new `lstm_tagger` calls this function. A program that only reads
    saved Docs has to call it.

    required (bool): Whether to raise a ValueError if another part of the program has set an
        attribute with one of these names. If False, no attribute is installed in that case.
    """
    attributes: list[tuple[Any, str, dict[str, Any]]] = [
        (Doc, LOG_PROBS, {"default": None}),
        (Doc, LABELS, {"default": None}),
        (Token, "tag_prob", {"getter": tag_prob}),
        (Token, "tag_log_prob", {"getter": tag_log_prob}),
        (Token, "best_tags", {"method": best_tags}),
    ]
    taken = []
    for cls, name, kind in attributes:
        ours = tuple(kind.get(key) for key in ("default", "method", "getter", "setter"))
        if cls.has_extension(name) and cls.get_extension(name) != ours:
            taken.append(f"{cls.__name__}._.{name}")
    if taken and required:
        raise ValueError(
            f"Can't add log-probabilities: another part of the program has set "
            f"{', '.join(taken)}. Rename its attributes, or set log_probs = false."
        )
    if not taken:
        for cls, name, kind in attributes:
            # This replaces only the same attribute.
            cls.set_extension(name, **kind, force=True)


def is_tagged(doc: Doc) -> bool:
    """Whether a Doc has tags, and each of its words has one."""
    has_tag = doc.to_array(TAG) != 0
    return bool(has_tag.any() and has_tag[is_word(doc)].all())


def set_log_probs(doc: Doc, log_probs: Floats, labels: Sequence[str]) -> None:
    """Store log-probabilities, (n_tokens, n_tags), and the tags of their columns in a Doc."""
    doc.user_data[underscore_key(LOG_PROBS)] = numpy.array(log_probs, dtype="float32")
    doc.user_data[underscore_key(LABELS)] = tuple(labels)


def has_log_probs(doc: Doc) -> bool:
    return underscore_key(LOG_PROBS) in doc.user_data


def remove_log_probs(doc: Doc) -> None:
    """Remove the log-probabilities that another component stored."""
    for name in (LOG_PROBS, LABELS):
        doc.user_data.pop(underscore_key(name), None)


def log_probs_of(doc: Doc) -> tuple[Floats2d | None, Sequence[str]]:
    """The log-probabilities and labels of a Doc. The log-probabilities are None if there are none,
    or if tokens were merged or split afterwards."""
    log_probs = doc.user_data.get(underscore_key(LOG_PROBS))
    labels = doc.user_data.get(underscore_key(LABELS)) or ()
    is_whole = getattr(log_probs, "shape", None) == (len(doc), len(labels))
    return log_probs if is_whole else None, labels


def tag_prob(token: Token) -> float | None:
    """The probability, from 0 to 1, of the token's tag; None where `tag_log_prob` is None."""
    log_prob = tag_log_prob(token)
    return None if log_prob is None else exp(log_prob)


def tag_log_prob(token: Token) -> float | None:
    """The log-probability in nats of the token's tag, minus infinity for a tag that was there
    before and that the lexicon does not allow; None if there is none, as for whitespace."""
    log_probs, labels = log_probs_of(token.doc)
    if log_probs is None or token.is_space or token.tag_ not in labels:
        return None
    return float(log_probs[token.i, labels.index(token.tag_)])


def best_tags(token: Token, k: int = 3) -> list[tuple[str, float]]:
    """The k most probable tags of a token and their log-probabilities in nats, the best first:
    fewer if the lexicon allows fewer, none for whitespace.

    Raises a ValueError if the Doc has no log-probabilities.
    """
    log_probs, labels = log_probs_of(token.doc)
    if log_probs is None:
        raise ValueError(
            "The Doc has no log-probabilities of its tokens' tags. Set log_probs = true in the "
            "tagger's block of the config, [components.tagger] in en_lstm_web, or for one call use "
            'nlp(text, component_cfg={"tagger": {"log_probs": True}}). Components that merge or '
            "split tokens have to run before the tagger."
        )
    if token.is_space:
        return []
    row = numpy.asarray(log_probs[token.i])
    best = numpy.argsort(-row, kind="stable")[:k]
    return [(labels[i], float(row[i])) for i in best if row[i] > -numpy.inf]


def pipe_probs(
    nlp: Language, docs: Iterable[str | Doc], n_process: int = 1
) -> Iterator[tuple[Doc, TagProbs | None]]:
    """Annotate texts or Docs, and find the probabilities of their tags.

    docs (Iterable[str | Doc]): Texts, or Docs of the pipeline's vocab, which are changed in place.
    n_process (int): Number of processes, as in `nlp.pipe`. With several, Docs are not changed in
        place.
    YIELDS (tuple[Doc, TagProbs | None]): Each Doc, and what the first component that assigns
        `token.tag` says of it: what it stores if it has the setting `log_probs`, otherwise what its
        softmax layer gives, see `component_probs`. None if it has neither, or if no component says
        that it assigns tags.
    """
    names = [name for name in nlp.pipe_names if "token.tag" in nlp.get_pipe_meta(name).assigns]
    pipe = nlp.get_pipe(names[0]) if names else None
    stores_probs = hasattr(pipe, "log_probs")
    # So an lstm_tagger does not have to score the Docs a second time.
    cfg = {names[0]: {"log_probs": True}} if stores_probs else {}
    is_readable = not stores_probs and has_probs(pipe)
    annotated = nlp.pipe(docs, batch_size=BATCH_SIZE, component_cfg=cfg, n_process=n_process)
    for batch in minibatch(annotated, BATCH_SIZE):
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
    source = unread_source(model, docs)
    if source is not None:
        raise ValueError(
            f"Can't read the probabilities of component '{pipe.name}': a later component, such as "
            f"doc_cleaner, deletes the output of '{source}', to which it listens. Remove the later "
            "component from the pipeline."
        )
    arrays = [model.ops.to_numpy(rows) for rows in model.predict(docs)]
    if not softmax_of(model).attrs.get("softmax_normalize", True):
        arrays = [softmax(rows) for rows in arrays]
    return [TagProbs(rows, pipe.labels) for rows in arrays]


def has_probs(pipe: Any) -> bool:
    """Whether a component has a softmax layer over its labels."""
    model = getattr(pipe, "model", None)
    labels = getattr(pipe, "labels", None)
    if not isinstance(model, Model) or not labels:
        return False
    layer = softmax_of(model)
    return layer is not None and layer.maybe_get_dim("nO") == len(labels)


def softmax_of(model: Model[Any, Any]) -> Any:
    """The last softmax layer in a model; None if there is none."""
    layers = [node for node in model.walk() if node.name == "softmax"]
    return layers[-1] if layers else None


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


def listeners(model: Model[Any, Any]) -> list[Model[Any, Any]]:
    """The layers of a model that take their input from another component."""
    return [
        node
        for node in model.walk()
        if isinstance(node, Tok2VecListener) or node.name == TRANSFORMER_LISTENER
    ]


def unread_source(model: Model[Any, Any], docs: Iterable[Doc]) -> str | None:
    """The component whose output a model needs and some Docs lack; None if there is none."""
    if all(is_encoded(doc) for doc in docs if len(doc)):
        return None
    nodes = listeners(model)
    if not nodes:
        return None
    upstream = getattr(nodes[0], "upstream_name", "*")
    is_tok2vec = isinstance(nodes[0], Tok2VecListener)
    return upstream if upstream != "*" else "tok2vec" if is_tok2vec else "transformer"


def is_encoded(doc: Doc) -> bool:
    """Whether a tok2vec or a transformer to which others listen has processed a Doc."""
    # A `doc_cleaner` sets the tensor to None.
    has_tensor = doc.tensor is not None and doc.tensor.size > 0
    return has_tensor or (Doc.has_extension("trf_data") and doc._.get("trf_data") is not None)
