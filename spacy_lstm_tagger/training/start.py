"""A callback for the config: training starts from the weights of a trained pipeline."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from spacy.language import Language
from spacy.pipeline import Tok2Vec
from spacy.pipeline.tagger import Tagger
from thinc.api import Model
from thinc.types import FloatsXd

from ..loading import load_pipeline
from ..models.shim import NetworkShim
from ..models.types import Floats
from ..models.vocabulary import for_words
from ..models.weights import Weights

AnyModel = Model[Any, Any]
SIZES = ("n_words", "n_letters", "n_tags")  # settings that follow the training data


def start_from(pipeline: str | None = None) -> Callable[[Language], None]:
    """For `[initialize.after_init]`: start from the weights of a trained pipeline, with the words
    and labels of the new training data. A tok2vec, a tagger, a morphologizer or a senter takes the
    weights of the component of the same name, unless it is frozen or sourced. A new word starts as
    the unknown word does, and a new label with random weights.

    pipeline (str | None): Name or folder of the trained pipeline; None for random weights.
    RETURNS (Callable[[Language], None]): The callback. It raises a ValueError if no component has
        the name of a trained one, or if two of the same name have other networks.
    """

    def callback(nlp: Language) -> None:
        if pipeline is None:
            return
        trained: dict[str, Any] = dict(load_pipeline(pipeline).components)
        pipes: list[tuple[str, Any]] = nlp.pipeline  # frozen and sourced ones are disabled now
        found = [
            (name, pipe, trained[name])
            for name, pipe in pipes
            if isinstance(pipe, Tok2Vec | Tagger) and isinstance(trained.get(name), type(pipe))
        ]
        if not found:
            raise ValueError(
                f"Can't start from {pipeline}: none of its components, {list(trained)}, has the "
                f"name and the type of one that is trained here, {nlp.pipe_names}."
            )
        for name, pipe, other in found:
            row_of = {label: row for row, label in enumerate(getattr(other, "labels", ()))}
            rows = [row_of.get(label) for label in getattr(pipe, "labels", ())]
            try:
                copy_weights(pipe.model, other.model, rows)
            except ValueError as error:
                raise ValueError(f"Can't start '{name}' from {pipeline}: {error}") from error

    return callback


def copy_weights(model: AnyModel, trained: AnyModel, rows: Sequence[int | None]) -> None:
    """Give a model the weights of a trained one. Raises a ValueError if it is another network.

    rows (Sequence[int | None]): For each label of the model, its row in the trained output layer;
        None for a new label.
    """
    nodes, others = list(model.walk()), list(trained.walk())
    if [layer.name for layer in nodes] != [layer.name for layer in others]:
        raise ValueError("its network has other layers. Use the settings of the trained pipeline.")
    output = model.get_ref("output_layer") if model.has_ref("output_layer") else None
    for node, other in zip(nodes, others, strict=True):
        for name in node.param_names:
            own, theirs = (cast(Floats, each.get_param(name)) for each in (node, other))
            if node is output:
                theirs = with_rows(own, theirs, rows)
            check_shape(own, theirs)
            node.set_param(name, cast(FloatsXd, theirs))
        for shim, other_shim in zip(node.shims, other.shims, strict=True):
            if not isinstance(shim, NetworkShim) or not isinstance(other_shim, NetworkShim):
                raise ValueError("it has a network that is not from spacy_lstm_tagger.")
            weights, old = cast(Weights, shim.weights()), cast(Weights, other_shim.weights())
            check_settings(weights.settings, old.settings)
            arrays = old.widened()
            if "vocabulary" in node.attrs:
                arrays = for_words(arrays, other.attrs["vocabulary"], node.attrs["vocabulary"])
            if node is output:
                own_arrays = weights.widened()
                arrays = {key: with_rows(own_arrays[key], arrays[key], rows) for key in arrays}
            shim.load(Weights(weights.settings, arrays))


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
        if key not in SIZES and trained.get(key) != value:
            raise ValueError(f"{key} is {value!r} here, and {trained.get(key)!r} there.")


def check_shape(own: Floats, trained: Floats) -> None:
    if own.shape != trained.shape:
        raise ValueError(f"weights of {trained.shape} can't replace weights of {own.shape}.")
