"""A softmax layer over any tok2vec, for spaCy's `tagger` and `morphologizer`."""

from collections.abc import Callable
from typing import Annotated, Any, cast

from annotated_types import Gt
from spacy.ml.models.tagger import build_tagger_model
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from .._compat import softmax_forward, with_array_forward
from ..config_rules import check_config
from .numpy_network import Affine, one_thread, softmax
from .rows import join_rows, split_rows
from .types import Floats, Tok2Vec


@check_config
def build_softmax_tagger(
    tok2vec: Tok2Vec, nO: Annotated[int, Gt(0)] | None = None, normalize: bool = False
) -> Model[list[Doc], list[Floats2d]]:
    """Like spacy.Tagger.v2, but products on a CPU are NumPy's, and predictions use one per batch.
    On many processors this is several times as fast as Thinc. Weights that were saved with one of
    the two architectures can be loaded with the other.

    tok2vec (Model[list[Doc], list[Floats2d]]): A listener, or any other tok2vec.
    nO (int | None): Number of labels; None to take it from the data.
    normalize (bool): Whether predictions are probabilities. If not, they are the inputs of the
        softmax, whose largest one is the same.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, (n_tokens, nO). In training these are
        probabilities, and the gradient is with respect to the inputs of the softmax.
    """
    model = build_tagger_model(tok2vec, nO=nO, normalize=normalize)
    output_layer = model.get_ref("output_layer")
    output_layer.replace_callbacks(forward, init=output_layer.init)
    _, over_docs = model.layers
    over_docs.replace_callbacks(forward_rows, init=over_docs.init)
    return model


def forward_rows(
    model: Model[Any, Any], X: Any, is_train: bool
) -> tuple[Any, Callable[[Any], Any]]:
    """For each Doc, (n_tokens, nI) to (n_tokens, nO), or what else `with_array` takes, which
    copies all rows of a batch. In predictions they are taken as they lie."""
    if is_train or not isinstance(X, list) or not X:
        return cast(tuple[Any, Callable[[Any], Any]], with_array_forward(model, X, is_train))
    Y = model.layers[0].predict(join_rows(model.ops, X))
    return split_rows(Y, [len(rows) for rows in X]), lambda dY: dY


def forward(
    model: Model[Floats2d, Floats2d], X: Floats2d, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    """X (n_tokens, nI) to (n_tokens, nO)."""
    if model.ops.device_type != "cpu":
        return cast(
            tuple[Floats2d, Callable[[Floats2d], Floats2d]], softmax_forward(model, X, is_train)
        )
    W = cast(Floats, model.get_param("W"))
    b = cast(Floats, model.get_param("b"))
    Y = Affine(W.T, b)(cast(Floats, X))
    if is_train or model.attrs["softmax_normalize"]:
        Y = softmax(Y)

    def backprop(dY: Any) -> Any:
        # The gradient is with respect to the inputs of the softmax.
        with one_thread():
            model.inc_grad("b", dY.sum(axis=0))
            model.inc_grad("W", dY.T @ X)
            return dY @ W

    return cast(Floats2d, Y), backprop


def softmax_of(model: Model[Any, Any]) -> Any:
    """The last softmax layer in a model; None if there is none."""
    layers = [node for node in model.walk() if node.name == "softmax"]
    return layers[-1] if layers else None


def add_outputs(model: Model[Any, Any], n_outputs: int) -> None:
    """Give a model's softmax layer more outputs. Their weights are zero, as those of a new layer.

    model (Model): A model with a softmax layer that has its weights.
    n_outputs (int): The number of outputs, at least as many as there are.
    """
    softmax = softmax_of(model)
    params = {name: softmax.get_param(name) for name in softmax.param_names}
    for name in params:
        # Thinc changes the size of a layer only if it has no parameters.
        softmax.set_param(name, None)
    for node in model.walk():
        if softmax in node.walk():
            node.set_dim("nO", n_outputs, force=True)
    for name, value in params.items():
        larger = softmax.ops.alloc((n_outputs, *value.shape[1:]))
        larger[: len(value)] = value
        softmax.set_param(name, larger)
        softmax.set_grad(name, softmax.ops.alloc(larger.shape))
