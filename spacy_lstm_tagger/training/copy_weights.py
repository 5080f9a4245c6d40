"""Copies the weights of a trained model into another one, by its words and labels."""

from collections.abc import Sequence
from typing import Any, cast

from thinc.api import Model
from thinc.types import FloatsXd

from ..models.shim import NetworkShim
from ..models.types import Floats
from ..models.vocabulary import WordVocabulary, for_words, set_words, vocabulary_of
from ..models.weights import Weights

AnyModel = Model[Any, Any]
# Settings that follow the training data.
DATA_SIZES = ("n_words", "n_letters", "n_tags")


def copy_weights(model: AnyModel, trained: AnyModel, rows: Sequence[int | None]) -> None:
    """Give a model the weights of a trained one. Raises a ValueError if it is another network.

    rows (Sequence[int | None]): For each label of the model, its row in the trained output layer;
        None for a new label.
    """
    nodes = list(model.walk())
    others = list(trained.walk())
    if [layer.name for layer in nodes] != [layer.name for layer in others]:
        raise ValueError("its network has other layers. Use the settings of the trained pipeline.")
    output = model.get_ref("output_layer") if model.has_ref("output_layer") else None
    for node, other in zip(nodes, others, strict=True):
        for name in node.param_names:
            param = cast(Floats, node.get_param(name))
            trained_param = cast(Floats, other.get_param(name))
            if node is output:
                trained_param = with_rows(param, trained_param, rows)
            check_shape(param, trained_param)
            node.set_param(name, cast(FloatsXd, trained_param))
        for shim, other_shim in zip(node.shims, other.shims, strict=True):
            if not isinstance(shim, NetworkShim) or not isinstance(other_shim, NetworkShim):
                raise ValueError("it has a network that is not from spacy_lstm_tagger.")
            weights = shim.weights()
            old = other_shim.weights()
            if weights is None or old is None:
                raise ValueError("one of the two has no weights. Train it, or initialize it.")
            check_settings(weights.settings, old.settings)
            settings = weights.settings
            arrays = old.to_float32()
            if "vocabulary" in node.attrs:
                arrays = add_words(node, arrays, vocabulary_of(other))
                vocabulary = vocabulary_of(node)
                n_letters = len(vocabulary.alphabet)
                settings = {**settings, "n_words": len(vocabulary), "n_letters": n_letters}
            if node is output:
                own_arrays = weights.to_float32()
                arrays = {key: with_rows(own_arrays[key], arrays[key], rows) for key in arrays}
            shim.load(Weights(settings, arrays))


def add_words(
    node: AnyModel, arrays: dict[str, Floats], trained: WordVocabulary
) -> dict[str, Floats]:
    """Put the words of a trained vocabulary behind an LSTM tok2vec's own, which occur in the new
    data, and return the trained weights for all of them."""
    own = vocabulary_of(node)
    if own.attr != trained.attr:
        raise ValueError(f"word_attr is {own.attr!r} here, and {trained.attr!r} there.")
    set_words(node, [*own.words, *trained.words])
    return for_words(arrays, trained, vocabulary_of(node))


def with_rows(own: Floats, trained: Floats, rows: Sequence[int | None]) -> Floats:
    """An output layer's weights: trained rows, and the layer's own where a row is None."""
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
