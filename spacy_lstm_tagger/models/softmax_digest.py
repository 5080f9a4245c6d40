"""A digest that a softmax layer saves with its weights, so that damaged ones are refused."""

from typing import Any

from thinc.api import Model, deserialize_attr, serialize_attr

from ..digests import arrays_digest, json_digest
from ..errors import LoadError

# The attribute of the layer.
DIGEST = "digest"
# The first byte of a text in MessagePack whose length has four bytes.
STR32 = b"\xdb"


class SoftmaxDigest:
    """The digests of a softmax layer. An empty one is not known.

    weights (str): The digest of loaded weights, until they are checked.
    labels (str): The digest of what the loaded rows stand for, until it is checked.
    """

    def __init__(self, weights: str = "", labels: str = "") -> None:
        self.weights = weights
        self.labels = labels
        # The labels of the next save.
        self.own_labels = ""


def digest_in(layer: Model[Any, Any]) -> SoftmaxDigest:
    """The digests of a layer. They are empty if it is from another architecture, where the
    attribute is missing, or is the text that a file has."""
    digest = layer.attrs.get(DIGEST)
    return digest if isinstance(digest, SoftmaxDigest) else SoftmaxDigest()


def set_labels(layer: Model[Any, Any], labels: Any) -> None:
    """Say what the rows of a softmax layer stand for, before it is saved.

    labels (Any): The labels, in a form that JSON has.
    """
    digest_in(layer).own_labels = json_digest(labels)


def check_labels(layer: Model[Any, Any], labels: Any) -> None:
    """Raise a ValueError if a softmax layer was saved with other labels than these."""
    digest = digest_in(layer)
    if digest.labels not in ("", json_digest(labels)):
        raise LoadError(
            "Can't load the weights: they were saved with other labels. Load files that were saved "
            "together."
        )
    digest.labels = ""


def check_weights(layer: Model[Any, Any]) -> None:
    """Raise a ValueError if loaded weights of a softmax layer differ from what was saved. They are
    checked once: training may change them afterwards."""
    digest = digest_in(layer)
    if not digest.weights:
        return
    if digest.weights != digest_of_weights(layer):
        raise LoadError(
            "Can't load the weights: damaged, their checksum differs. Copy the files again."
        )
    digest.weights = ""


def digest_of_weights(layer: Model[Any, Any]) -> str:
    arrays = {}
    for name in layer.param_names:
        if layer.has_param(name):
            array = layer.ops.to_numpy(layer.get_param(name))
            arrays[f"{name} {array.dtype} {array.shape}"] = array
    return arrays_digest(arrays)


@serialize_attr.register
def _to_bytes(_: SoftmaxDigest, value: SoftmaxDigest, name: str, model: Model[Any, Any]) -> bytes:
    # Damaged weights must not get a new digest.
    check_weights(model)
    text = f"{digest_of_weights(model)} {value.own_labels}".encode()
    # The labels may be others at the next save.
    value.own_labels = ""
    return STR32 + len(text).to_bytes(4, "big") + text


@deserialize_attr.register
def _from_bytes(
    old: SoftmaxDigest, value: bytes, name: str, model: Model[Any, Any]
) -> SoftmaxDigest:
    # spaCy's architecture keeps the text, and so saves an old digest with new weights. It writes
    # the length of a short text in one byte.
    if value[:1] != STR32:
        return SoftmaxDigest()
    weights, _, labels = value[5:].decode().partition(" ")
    return SoftmaxDigest(weights, labels)
