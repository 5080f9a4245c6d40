"""The tagger's model: any tok2vec, then affine and log-softmax."""

from collections.abc import Callable
from contextlib import nullcontext
from math import log
from typing import TYPE_CHECKING, Any, cast

from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from .changes import CHANGES
from .checks import check, check_int
from .numpy_network import log_softmax
from .settings import TagsSettings
from .shim import NetworkShim, network_shim, one_moment
from .token_rows import add_space_rows, check_width, take_words, unflatten, word_mask
from .types import Floats, TaggerModel, Tok2Vec

if TYPE_CHECKING:
    from .pytorch import TagLogProbs

Output = Model[Floats2d, Floats2d]
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
    output: Output = Model(
        OUTPUT,
        forward_output,
        init=init_output,
        dims={"nI": settings.n_in, "nO": nO},
        shims=[NetworkShim(settings)],
    )
    return Model(
        f"{tok2vec.name}>>{OUTPUT}",
        forward,
        init=init,
        dims={"nO": nO, **({} if tok2vec.has_dim("nI") is False else {"nI": None})},
        layers=[tok2vec, output],
        refs={"tok2vec": tok2vec, "output_layer": output},
        # Thinc does not save functions. A model for which the config says nO can't be resized: its
        # saved config would not fit its weights.
        attrs={} if nO else {"resize_output": resize_output},
    )


def init(model: TaggerModel, X: list[Doc] | None = None, Y: list[Floats2d] | None = None) -> None:
    tok2vec, output = model.layers
    tok2vec.initialize(X=X)
    hidden = None if X is None else model.ops.flatten(tok2vec.predict(X))
    output.initialize(X=hidden, Y=None if Y is None else model.ops.flatten(Y))
    for name, layer in (("nI", tok2vec), ("nO", output)):
        if layer.has_dim(name) and model.has_dim(name) is None:
            model.set_dim(name, layer.get_dim(name))


def forward(
    model: TaggerModel, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Score the tags of the words in Docs. The output layer does not see whitespace tokens."""
    (tok2vec, output), ops = model.layers, model.ops
    lengths = [len(doc) for doc in docs]
    with nullcontext() if is_train else one_moment(model):
        hidden, backprop_tok2vec = tok2vec(docs, is_train)
        n_tags = output.get_dim("nO")
        if not any(lengths):
            return [ops.alloc2f(0, n_tags) for _ in docs], lambda d_scores: backprop_tok2vec(hidden)
        is_word = word_mask(docs)
        log_probs, backprop = output(take_words(ops.flatten(hidden), is_word), is_train)

    def backprop_words(d_scores: list[Floats2d]) -> list[Doc]:
        d_words = backprop(take_words(ops.flatten(d_scores), is_word))
        d_hidden = unflatten(add_space_rows(d_words, is_word), lengths)
        return cast(list[Doc], backprop_tok2vec(d_hidden))

    return unflatten(add_space_rows(log_probs, is_word, -log(n_tags)), lengths), backprop_words


def predict_logits(model: TaggerModel, docs: list[Doc]) -> Floats2d:
    """The inputs of the softmax for all tokens of some Docs, (n_tokens, nO), or what a model of
    another kind predicts. The largest one is the predicted tag's, so whoever wants only tags needs
    no softmax. Rows of whitespace mean nothing.
    """
    if not is_lstm_tagger(model):
        return model.ops.flatten(model.predict(docs))
    tok2vec, output = model.layers
    return predict_output(output, model.ops.flatten(tok2vec.predict(docs)))


def is_lstm_tagger(model: Model[Any, Any]) -> bool:
    """Whether a model is one that `build_lstm_tagger` returned."""
    has_output = model.has_ref("output_layer")
    return bool(has_output) and model.get_ref("output_layer").name == OUTPUT


def init_output(model: Output, X: Floats2d | None = None, Y: Floats2d | None = None) -> None:
    for name, rows in (("nI", X), ("nO", Y)):
        if model.has_dim(name) is None and rows is not None:
            model.set_dim(name, rows.shape[1])
    network_shim(model).initialize(n_in=model.get_dim("nI"), n_tags=model.get_dim("nO"))


def forward_output(
    model: Output, X: Floats2d, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    """X (n_tokens, nI) to log-probabilities (n_tokens, nO)."""
    if not is_train:
        log_probs = log_softmax(cast(Floats, predict_output(model, X)))
        return cast(Floats2d, log_probs), lambda dY: dY
    check_width(model, X, WRONG_WIDTH)
    return network_shim(model).learner.begin_update(X)


def predict_output(model: Output, X: Floats2d) -> Floats2d:
    """X (n_tokens, nI) to the inputs of the softmax (n_tokens, nO)."""
    check_width(model, X, WRONG_WIDTH)
    shim = network_shim(model)
    return cast(Floats2d, shim.compiled(X)) if shim.on_cpu else shim.learner.predict(X)


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


def divide_scores(model: TaggerModel, temperature: float) -> None:
    """Divide the inputs of the softmax, by scaling the weights of the output layer."""
    network_shim(model.get_ref("output_layer")).multiply(1 / temperature)
