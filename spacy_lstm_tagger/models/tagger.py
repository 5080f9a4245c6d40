"""The tagger's model: any tok2vec, then affine and log-softmax."""

from collections.abc import Callable

from thinc.api import Model, chain
from thinc.types import Floats2d

from .checks import check
from .pytorch import TagLogProbs
from .rows import forward_rows
from .shim import TorchShim, torch_shim
from .types import Layer, TaggerModel, Tok2Vec

OUTPUT = "tag_log_probs"
WRONG_WIDTH = (
    "The tagger's tok2vec gives vectors of width {given}, but its config says width = {expected}. "
    "A listener's width has to be that of the tok2vec that it listens to: "
    "width = ${{components.tok2vec.model.width}}"
)


def LSTMTagger(tok2vec: Tok2Vec, nO: int | None = None) -> TaggerModel:
    """Tag log-probabilities for each token: log softmax(A h + b) of the tok2vec's output h.

    tok2vec (Model[List[Doc], List[Floats2d]]): An LSTMTok2Vec, a listener, or any other.
    nO (Optional[int]): Number of tags; None to take it from the data.
    RETURNS (Model[List[Doc], List[Floats2d]]): For each Doc, log-probabilities in nats,
        (n_tokens, nO).
    """
    check("nO", nO, nO is None or nO > 0, "null or above 0")
    settings = {"n_in": tok2vec.maybe_get_dim("nO"), "n_tags": nO}
    output: Layer = Model(
        OUTPUT,
        forward,
        init=init,
        dims={"nI": settings["n_in"], "nO": nO},
        shims=[TorchShim(TagLogProbs, settings)],
    )
    model: TaggerModel = chain(tok2vec, output)
    if nO is not None:
        model.set_dim("nO", nO)
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output_layer", output)
    return model


def is_lstm_tagger(model: Model) -> bool:
    """Whether a model is one that `LSTMTagger` made."""
    has_output = model.has_ref("output_layer")
    return bool(has_output) and model.get_ref("output_layer").name == OUTPUT


def init(model: Layer, X: list[Floats2d] | None = None, Y: list[Floats2d] | None = None) -> None:
    if model.has_dim("nI") is None and X:
        model.set_dim("nI", X[0].shape[1])
    if model.has_dim("nO") is None and Y:
        model.set_dim("nO", Y[0].shape[1])
    torch_shim(model).initialize(n_in=model.get_dim("nI"), n_tags=model.get_dim("nO"))


def forward(
    model: Layer, X: list[Floats2d], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    """X (n_tokens, nI) for each Doc to log-probabilities (n_tokens, nO)."""
    return forward_rows(model, X, is_train, [], WRONG_WIDTH)
