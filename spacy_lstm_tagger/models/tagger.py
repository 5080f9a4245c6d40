"""The tagger's model: any tok2vec, then affine and log-softmax."""

from collections.abc import Callable
from typing import Any, cast

from thinc.api import Model, chain, torch2xp, with_array, xp2torch
from thinc.types import Floats2d
from torch import Tensor

from .pytorch import TagLogProbs
from .shim import TorchShim, torch_shim
from .types import TaggerModel, Tok2Vec


def LSTMTagger(tok2vec: Tok2Vec, nO: int | None = None) -> TaggerModel:
    """Tag log-probabilities for each token: log softmax(A h + b) of the tok2vec's output h.

    tok2vec (Model[List[Doc], List[Floats2d]]): An LSTMTok2Vec, a listener, or any other.
    nO (Optional[int]): Number of tags; None to take it from the data.
    RETURNS (Model[List[Doc], List[Floats2d]]): For each Doc, log-probabilities in nats,
        (n_tokens, nO).
    """
    settings = {"n_in": tok2vec.maybe_get_dim("nO"), "n_tags": nO}
    output: Model[Floats2d, Floats2d] = Model(
        "tag_log_probs",
        forward,
        init=init,
        dims={"nI": settings["n_in"], "nO": nO},
        shims=[TorchShim(TagLogProbs, settings)],
    )
    model: TaggerModel = chain(tok2vec, with_array(output))
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output_layer", output)
    return model


def init(
    model: Model[Floats2d, Floats2d], X: Floats2d | None = None, Y: Floats2d | None = None
) -> None:
    if model.has_dim("nI") is None and X is not None:
        model.set_dim("nI", X.shape[1])
    if model.has_dim("nO") is None and Y is not None:
        model.set_dim("nO", Y.shape[1])
    torch_shim(model).initialize(n_in=model.get_dim("nI"), n_tags=model.get_dim("nO"))


def forward(
    model: Model[Floats2d, Floats2d], X: Floats2d, is_train: bool
) -> tuple[Floats2d, Callable]:
    """X (n_tokens, nI) to log-probabilities (n_tokens, nO)."""
    shim = torch_shim(model)
    hidden = xp2torch(X, requires_grad=is_train, device=shim.device)
    if not is_train:
        return cast(Floats2d, torch2xp(shim.predict([hidden]))), lambda dY: dY
    log_probs, backprop_torch = shim.begin_update([hidden])

    def backprop(dY: Any) -> Any:
        (d_hidden,) = backprop_torch(log_probs, xp2torch(dY, device=shim.device))
        return torch2xp(cast(Tensor, d_hidden))

    return cast(Floats2d, torch2xp(log_probs.detach())), backprop
