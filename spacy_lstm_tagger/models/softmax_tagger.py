"""A softmax layer over any tok2vec, for spaCy's `tagger` and `morphologizer`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, cast

from annotated_types import Gt
from spacy.ml.models.tagger import build_tagger_model
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from .._compat import softmax_forward, with_array_forward
from ..config_rules import check_config
from .numpy_network import Affine, softmax
from .rows import join_rows, split_rows
from .softmax_digest import DIGEST, SoftmaxDigest, check_weights
from .types import Floats, Tok2Vec


@check_config
def build_softmax_tagger(
    tok2vec: Tok2Vec, nO: Annotated[int, Gt(0)] | None = None, normalize: bool = False
) -> Model[list[Doc], list[Floats2d]]:
    """Like spacy.Tagger.v2, but predictions on a CPU use one NumPy product per batch. On many
    processors this is several times as fast as Thinc. Weights that were saved with one of the two
    architectures can be loaded with the other.

    tok2vec (Model[list[Doc], list[Floats2d]]): A listener, or any other tok2vec.
    nO (int | None): Number of labels; None to take it from the data.
    normalize (bool): Whether predictions are probabilities. If not, they are the inputs of the
        softmax, whose largest one is the same.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, (n_tokens, nO). In training these are
        probabilities, and the gradient is with respect to the inputs of the softmax.
    """
    model = build_tagger_model(tok2vec, nO=nO, normalize=normalize)
    output_layer = model.get_ref("output_layer")
    output_layer.attrs[DIGEST] = SoftmaxDigest()
    output_layer.replace_callbacks(forward, init=partial(init, output_layer.init))
    _, over_docs = model.layers
    over_docs.replace_callbacks(forward_docs, init=over_docs.init)
    return model


def init(
    init_weights: Callable[..., Any], model: Model[Any, Any], X: Any = None, Y: Any = None
) -> None:
    """Make fresh weights, for which the digest of loaded ones does not hold."""
    model.attrs[DIGEST] = SoftmaxDigest()
    init_weights(model, X, Y)


def forward_docs(
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
    """X (n_tokens, nI) to (n_tokens, nO). Raises a ValueError at the first call if the weights were
    loaded and are damaged."""
    check_weights(model)
    if is_train or model.ops.device_type != "cpu":
        return cast(
            tuple[Floats2d, Callable[[Floats2d], Floats2d]], softmax_forward(model, X, is_train)
        )
    W = cast(Floats, model.get_param("W"))
    b = cast(Floats, model.get_param("b"))
    Y = Affine(W.T, b)(cast(Floats, X))
    if model.attrs["softmax_normalize"]:
        Y = softmax(Y)
    return cast(Floats2d, Y), lambda dY: dY
