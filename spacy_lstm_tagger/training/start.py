"""A callback for the config: training starts from the weights of a trained pipeline."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy
from spacy.language import Language
from thinc.api import Model
from thinc.types import FloatsXd

from ..loading import load_pipeline
from ..models.shim import network_shims
from ..models.types import Floats
from ..models.vocabulary import for_words
from ..models.weights import Weights

AnyModel = Model[Any, Any]


def start_from(pipeline: str | None = None) -> Callable[[Language], None]:
    """For `[initialize.after_init]`: start from the weights of a trained pipeline, with the words
    and labels of the new training data. Each component takes the weights of the component of the
    same name. A new word starts as the unknown word does, and a new label with random weights.

    pipeline (str | None): Name or folder of the trained pipeline; None for random weights.
    RETURNS (Callable[[Language], None]): The callback. It raises a ValueError if no component has
        the name of a trained one, or if two of the same name have networks of other sizes.
    """

    def callback(nlp: Language) -> None:
        if pipeline is None:
            return
        trained: dict[str, Any] = dict(load_pipeline(pipeline).components)
        pipes: list[tuple[str, Any]] = nlp.components
        models = [
            (name, pipe, trained[name])
            for name, pipe in pipes
            if name in trained and isinstance(getattr(pipe, "model", None), Model)
        ]
        if not models:
            raise ValueError(
                f"Can't start from {pipeline}: none of its components, {list(trained)}, has the "
                f"name of one that is trained here, {nlp.component_names}."
            )
        for name, pipe, other in models:
            rows = {label: row for row, label in enumerate(getattr(other, "labels", ()))}
            labels = [rows.get(label, -1) for label in getattr(pipe, "labels", ())]
            try:
                copy_weights(pipe.model, other.model, labels)
            except ValueError as error:
                raise ValueError(f"Can't start '{name}' from {pipeline}: {error}") from error

    return callback


def copy_weights(model: AnyModel, trained: AnyModel, labels: Sequence[int]) -> None:
    """Give a model the weights of a trained one.

    labels (Sequence[int]): For each label of the model, its row in the trained output layer; -1 for
        a new label.
    """
    output = model.get_ref("output_layer") if model.has_ref("output_layer") else None
    for node, other in zip(model.walk(), trained.walk(), strict=True):
        rows = labels if node is output else None
        for name in node.param_names:
            own, theirs = (cast(Floats, each.get_param(name)) for each in (node, other))
            node.set_param(name, cast(FloatsXd, merged(own, theirs, rows)))
        if not node.shims:
            continue
        (shim,), (old,) = network_shims(node), network_shims(other)
        weights, arrays = cast(Weights, shim.weights()), cast(Weights, old.weights()).widened()
        if "vocabulary" in node.attrs:
            arrays = for_words(arrays, other.attrs["vocabulary"], node.attrs["vocabulary"])
        copied = {name: merged(own, arrays[name], rows) for name, own in weights.widened().items()}
        shim.load(Weights(weights.settings, copied))


def merged(own: Floats, trained: Floats, rows: Sequence[int] | None) -> Floats:
    """The trained weights; with rows, those of them, and the layer's own ones where a row is -1."""
    if rows is not None:
        trained = numpy.stack([own[i] if row < 0 else trained[row] for i, row in enumerate(rows)])
    if own.shape != trained.shape:
        raise ValueError(f"weights of {trained.shape} can't replace weights of {own.shape}.")
    return trained
