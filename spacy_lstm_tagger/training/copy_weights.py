"""Copies the weights of a trained model into another one, by its words and labels."""

from collections.abc import Sequence
from typing import Any, cast

from thinc.api import Model
from thinc.types import FloatsXd

from ..models.shim import NetworkShim, network_shim
from ..models.types import Floats
from ..models.vocabulary import change_words, set_words, vocabulary_of
from ..models.weights import Weights

AnyModel = Model[Any, Any]
# Settings that follow the training data.
DATA_SIZES = ("n_words", "n_letters", "n_tags")


def copy_weights(model: AnyModel, trained: AnyModel, rows: Sequence[int | None]) -> None:
    """Give a model the weights of a trained one. Both get the words of both, the model's own first.
    Raises a ValueError if it is another network.

    rows (Sequence[int | None]): For each label of the model, its row in the trained output layer;
        None for a new label.
    """
    nodes = list(model.walk())
    others = list(trained.walk())
    if [layer.name for layer in nodes] != [layer.name for layer in others]:
        raise ValueError("its network has other layers. Use the settings of the trained pipeline.")
    output = model.get_ref("output_layer") if model.has_ref("output_layer") else None
    for node, other in zip(nodes, others, strict=True):
        node_rows = rows if node is output else None
        for name in node.param_names:
            param = cast(Floats, node.get_param(name))
            param = with_rows(param, cast(Floats, other.get_param(name)), node_rows)
            node.set_param(name, cast(FloatsXd, param))
        if node.shims:
            copy_network(node, other, node_rows)


def copy_network(node: AnyModel, trained: AnyModel, rows: Sequence[int | None] | None) -> None:
    """Give a layer the weights of a trained layer's network. The trained one gets its words."""
    own = weights_of(node)
    check_settings(own.settings, weights_of(trained).settings)
    if "vocabulary" in node.attrs:
        vocabulary = vocabulary_of(node)
        trained_vocabulary = vocabulary_of(trained)
        check_settings({"word_attr": vocabulary.attr}, {"word_attr": trained_vocabulary.attr})
        words = [*vocabulary.words, *trained_vocabulary.words]
        change_words(trained, words)
        set_words(node, words)
    settings = weights_of(trained).settings
    arrays = weights_of(trained).to_float32()
    if rows is not None:
        settings = own.settings
        own_arrays = own.to_float32()
        arrays = {name: with_rows(own_arrays[name], arrays[name], rows) for name in arrays}
    network_shim(node).load(Weights(settings, arrays))


def weights_of(node: AnyModel) -> Weights:
    """The weights of a layer's network."""
    (shim,) = node.shims
    if not isinstance(shim, NetworkShim):
        raise ValueError("it has a network that is not from spacy_lstm_tagger.")
    weights = shim.weights()
    if weights is None:
        raise ValueError("one of the two has no weights. Train it, or initialize it.")
    return weights


def with_rows(own: Floats, trained: Floats, rows: Sequence[int | None] | None) -> Floats:
    """Trained weights. With rows, the weights of an output layer: these trained rows, and the
    layer's own where a row is None."""
    if rows is None:
        check_shape(own, trained)
        return trained
    check_shape(own[0], trained[0])
    chosen = own.copy()
    for place, row in enumerate(rows):
        if row is not None:
            chosen[place] = trained[row]
    return chosen


def check_settings(own: dict[str, Any], trained: dict[str, Any]) -> None:
    for key, value in own.items():
        if key not in DATA_SIZES and trained.get(key) != value:
            raise ValueError(f"{key} is {value!r} here, and {trained.get(key)!r} there.")


def check_shape(own: Floats, trained: Floats) -> None:
    if own.shape != trained.shape:
        raise ValueError(f"weights of {trained.shape} can't replace weights of {own.shape}.")
