"""The tagger's model: any tok2vec, then affine and log-softmax."""

from collections.abc import Callable
from typing import Annotated, Any

import numpy
from annotated_types import Gt
from thinc.api import Model, chain
from thinc.types import Floats2d

from ..config_rules import check_config
from .rows import join_rows, split_rows
from .settings import TagsSettings
from .shim import NetworkShim, network_shim
from .types import TaggerModel, Tok2Vec
from .weights import Weights

Output = Model[list[Floats2d], list[Floats2d]]
OUTPUT = "tag_log_probs"
# The score of a new tag among trained ones, until it is trained itself. On UD English-EWT, with the
# default config, it then has a probability below 3e-9, and is predicted after 42 updates on ten
# sentences. With -10 it is after 35, but other log-probabilities change by 1e-6; with -20 after 47.
NEW_TAG_SCORE = -16.0


@check_config
def build_lstm_tagger(tok2vec: Tok2Vec, nO: Annotated[int, Gt(0)] | None = None) -> TaggerModel:
    """Score the tags of each token, from the tok2vec's output h: training has the log-probabilities
    log softmax(A h + b), and a prediction the inputs of the softmax, A h + b, as in Thinc's
    `Softmax_v2` with `normalize_outputs = false`. The best tag is the same, and `log_softmax` turns
    both into log-probabilities.

    tok2vec (Model[list[Doc], list[Floats2d]]): An LSTMTok2Vec, a listener, or any other tok2vec.
    nO (int | None): Number of tags, which is then fixed; None to take it from the data and to
        let it grow.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, log-probabilities in nats, or the
        inputs of the softmax, (n_tokens, nO). The rows of whitespace tokens mean nothing.
    """
    output_layer = build_output_layer(tok2vec.maybe_get_dim("nO"), nO)
    model: TaggerModel = chain(tok2vec, output_layer)
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output_layer", output_layer)
    # Thinc does not save functions. A model for which the config says nO can't be resized: its
    # saved config would not fit its weights.
    if nO is None:
        model.attrs["resize_output"] = resize_output
    return model


def build_output_layer(nI: int | None, nO: int | None) -> Output:
    """Affine and log-softmax over the rows of all Docs, as in Thinc's `with_array`, but in one
    layer: saved models have no other."""
    shim = NetworkShim(TagsSettings(n_in=nI, n_tags=nO))
    return Model(OUTPUT, forward, init=init, dims={"nI": nI, "nO": nO}, shims=[shim])


def init(model: Output, X: list[Floats2d] | None = None, Y: list[Floats2d] | None = None) -> None:
    for name, arrays in (("nI", X), ("nO", Y)):
        if model.has_dim(name) is None and arrays:
            model.set_dim(name, arrays[0].shape[1])
    network_shim(model).initialize(n_in=model.get_dim("nI"), n_tags=model.get_dim("nO"))


def forward(
    model: Output, Xs: list[Floats2d], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    """For each Doc, X (n_tokens, nI) to log-probabilities, (n_tokens, nO); in a prediction, to the
    inputs of the softmax."""
    if not Xs:
        return [], lambda dYs: []
    lengths = [len(X) for X in Xs]
    X = join_rows(model.ops, Xs)
    check_width(model, X)
    if not is_train:
        logits = network_shim(model).compiled(model.ops.to_numpy(X))
        return split_rows(model.ops.asarray2f(logits), lengths), lambda dYs: []
    Y, backprop_rows = network_shim(model).learner.begin_update(X)

    def backprop(dYs: list[Floats2d]) -> list[Floats2d]:
        dX = backprop_rows(join_rows(model.ops, dYs))
        return split_rows(dX, lengths)

    return split_rows(Y, lengths), backprop


def check_width(model: Output, X: Floats2d) -> None:
    """Raise a ValueError if the input is not as wide as the layer expects, X (n_rows, nI)."""
    if X.shape[1] != model.get_dim("nI"):
        raise ValueError(
            f"The tagger's tok2vec gives vectors of width {X.shape[1]}, but its config has width = "
            f"{model.get_dim('nI')}. Give a listener the width of the tok2vec that it listens to: "
            f"width = {X.shape[1]}. If the tagger comes from another pipeline, give it a tok2vec "
            "of its own before nlp.add_pipe: "
            'source.replace_listeners("tok2vec", "tagger", ["model.tok2vec"])'
        )


def is_lstm_tagger(model: Model[Any, Any]) -> bool:
    """Whether a model is one that `build_lstm_tagger` returned."""
    has_output = model.has_ref("output_layer")
    return bool(has_output) and model.get_ref("output_layer").name == OUTPUT


def resize_output(model: TaggerModel, nO: int) -> TaggerModel:
    """Add tags behind those that there are, whose log-probabilities stay the same. The new tags
    are not predicted until they are trained. Gradients that wait for an update are lost.

    nO (int): Number of tags; not below the number that there are.
    RETURNS (Model[list[Doc], list[Floats2d]]): The same model.
    """
    output_layer = model.get_ref("output_layer")
    shim = network_shim(output_layer)
    weights = shim.weights()
    if weights is not None:
        n_new = nO - weights.settings["n_tags"]
        arrays = weights.to_float32()
        A = arrays["affine.weight"]
        b = arrays["affine.bias"]
        arrays["affine.weight"] = numpy.pad(A, ((0, n_new), (0, 0)))
        arrays["affine.bias"] = numpy.pad(b, (0, n_new), constant_values=NEW_TAG_SCORE)
        shim.load(Weights({**weights.settings, "n_tags": nO}, arrays))
    for layer in (model, output_layer):
        layer.set_dim("nO", nO, force=True)
    return model


def divide_scores(model: TaggerModel, temperature: float) -> None:
    """Divide the inputs of the softmax, by scaling the weights of the output layer."""
    network_shim(model.get_ref("output_layer")).multiply(1 / temperature)
