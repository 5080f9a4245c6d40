"""The tagger's model: any tok2vec, then affine and log-softmax."""

from collections.abc import Callable
from contextlib import nullcontext
from math import log
from typing import TYPE_CHECKING, Any, cast

from spacy.tokens import Doc
from thinc.api import Model
from thinc.layers.chain import init as init_chain
from thinc.types import Floats2d

from .changes import CHANGES
from .checks import check, check_int
from .compiled import Affine, log_softmax
from .flat import forward_flat, predict_flat
from .settings import TagsSettings
from .shim import Network, NetworkShim, Shapes, network_shim, one_moment
from .spaces import call_on_words, words_of
from .types import Floats, Layer, TaggerModel, Tok2Vec
from .weights import Weights

if TYPE_CHECKING:
    from .pytorch import TagLogProbs

OUTPUT = "tag_log_probs"
WRONG_WIDTH = (
    "The tagger's tok2vec gives vectors of width {given}, but its config has width = {expected}. "
    "Give a listener the width of the tok2vec that it listens to: "
    "width = ${{components.tok2vec.model.width}}"
)


def build_lstm_tagger(tok2vec: Tok2Vec, nO: int | None = None) -> TaggerModel:
    """Tag log-probabilities for each token: log softmax(A h + b) of the tok2vec's output h.

    tok2vec (Model[list[Doc], list[Floats2d]]): An LSTMTok2Vec, a listener, or any other tok2vec.
    nO (int | None): Number of tags, which is then fixed; None to take it from the data and to
        let it grow.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, log-probabilities in nats,
        (n_tokens, nO). For a whitespace token, all tags are equally likely.
    """
    if nO is not None:
        check_int("nO", nO, lambda n: n > 0, "above 0, or null")
    settings = TagsSettings(n_in=tok2vec.maybe_get_dim("nO"), n_tags=nO)
    output: Layer = Model(
        OUTPUT,
        forward_output,
        init=init_output,
        dims={"nI": settings.n_in, "nO": nO},
        shims=[NetworkShim(NETWORK, settings)],
    )
    return Model(
        f"{tok2vec.name}>>{OUTPUT}",
        forward,
        init=init_chain,
        dims={"nO": nO, **({} if tok2vec.has_dim("nI") is False else {"nI": None})},
        layers=[tok2vec, output],
        refs={"tok2vec": tok2vec, "output_layer": output},
        # Thinc does not save functions. A model for which the config says nO can't be resized: its
        # saved config would not fit its weights.
        attrs={} if nO else {"resize_output": resize_output},
    )


def forward(
    model: TaggerModel, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Score the tags of the words in Docs. The output layer does not see whitespace tokens."""
    tok2vec, output = model.layers
    is_word = words_of(docs)
    with nullcontext() if is_train else one_moment(model):
        hidden, backprop_tok2vec = tok2vec(docs, is_train)
        equally_likely = -log(output.get_dim("nO"))
        log_probs, backprop = call_on_words(output, hidden, is_train, is_word, equally_likely)
    return log_probs, lambda d_scores: backprop_tok2vec(backprop(d_scores))


def predict_logits(model: TaggerModel, docs: list[Doc]) -> Floats2d:
    """The inputs of the softmax for all tokens of some Docs, (n_tokens, nO). The largest one is the
    predicted tag's, so whoever wants only tags needs no softmax. Rows of whitespace mean nothing.
    """
    tok2vec, output = model.layers
    hidden = output.ops.flatten(tok2vec.predict(docs))
    return predict_flat(output, hidden, Affine.__call__, [], WRONG_WIDTH)


def build_output(settings: TagsSettings, device: str) -> "TagLogProbs":
    from .pytorch import TagLogProbs

    n_in, n_tags = cast(int, settings.n_in), cast(int, settings.n_tags)
    return TagLogProbs(n_in=n_in, n_tags=n_tags, device=device)


def shapes_of(settings: TagsSettings) -> Shapes:
    n_in, n_tags = cast(int, settings.n_in), cast(int, settings.n_tags)
    return {"affine.weight": (n_tags, n_in), "affine.bias": (n_tags,)}


def compile_output(settings: TagsSettings, weights: Weights) -> Affine:
    return Affine.compile(weights)


NETWORK = Network(shapes_of, compile_output, build_output)


def is_lstm_tagger(model: Model[Any, Any]) -> bool:
    """Whether a model is one that `build_lstm_tagger` returned."""
    has_output = model.has_ref("output_layer")
    return bool(has_output) and model.get_ref("output_layer").name == OUTPUT


def init_output(
    model: Layer, X: list[Floats2d] | None = None, Y: list[Floats2d] | None = None
) -> None:
    if model.has_dim("nI") is None and X:
        model.set_dim("nI", X[0].shape[1])
    if model.has_dim("nO") is None and Y:
        model.set_dim("nO", Y[0].shape[1])
    network_shim(model).initialize(n_in=model.get_dim("nI"), n_tags=model.get_dim("nO"))


def resize_output(model: TaggerModel, nO: int) -> TaggerModel:
    """Add tags behind those that there are, whose log-probabilities stay the same. The new tags
    are not predicted until they are trained.

    nO (int): Number of tags; not below the number that there are.
    RETURNS (Model[list[Doc], list[Floats2d]]): The same model.
    """
    n_tags = model.maybe_get_dim("nO") or 0
    check("nO", nO, nO >= n_tags, f"{n_tags} or more, because tags can't be removed")
    output = model.get_ref("output_layer")
    shim = network_shim(output)
    with CHANGES:
        if shim.is_initialized and nO > n_tags:
            shim.resize(lambda module: cast("TagLogProbs", module).with_tags(nO), n_tags=nO)
        for layer in (model, output):
            layer.set_dim("nO", nO, force=True)
    return model


def forward_output(
    model: Layer, X: list[Floats2d], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    """X (n_tokens, nI) for each Doc to log-probabilities (n_tokens, nO)."""
    return forward_flat(model, X, is_train, predict_output, [], WRONG_WIDTH)


def predict_output(affine: Affine, hidden: Floats) -> Floats:
    return log_softmax(affine(hidden))


def divide_scores(model: TaggerModel, temperature: float) -> None:
    """Divide the inputs of the softmax, by scaling the weights of the output layer."""
    network_shim(model.get_ref("output_layer")).multiply(1 / temperature)
