"""The tagger's model: any tok2vec, then affine and log-softmax."""

from collections.abc import Callable
from typing import Any, cast

import torch
from thinc.api import Model, chain, torch2xp
from thinc.types import Floats2d

from .checks import check
from .pytorch import TagLogProbs
from .settings import TagsSettings
from .shim import TorchShim, forward_flat, set_values, torch_shim
from .types import Layer, TaggerModel, Tok2Vec

OUTPUT = "tag_log_probs"
WRONG_WIDTH = (
    "The tagger's tok2vec gives vectors of width {given}, but its config says width = {expected}. "
    "A listener's width has to be that of the tok2vec that it listens to: "
    "width = ${{components.tok2vec.model.width}}"
)


def build_lstm_tagger(tok2vec: Tok2Vec, nO: int | None = None) -> TaggerModel:
    """Tag log-probabilities for each token: log softmax(A h + b) of the tok2vec's output h.

    tok2vec (Model[list[Doc], list[Floats2d]]): An LSTMTok2Vec, a listener, or any other.
    nO (int | None): Number of tags; None to take it from the data.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, log-probabilities in nats,
        (n_tokens, nO).
    """
    check("nO", nO, nO is None or nO > 0, "null or above 0")
    settings = TagsSettings(n_in=tok2vec.maybe_get_dim("nO"), n_tags=nO)
    output: Layer = Model(
        OUTPUT,
        forward,
        init=init,
        dims={"nI": settings.n_in, "nO": nO},
        shims=[TorchShim(build_output, settings)],
    )
    model: TaggerModel = chain(tok2vec, output)
    if nO is not None:
        model.set_dim("nO", nO)
    model.set_ref("tok2vec", tok2vec)
    model.set_ref("output_layer", output)
    return model


def build_output(settings: TagsSettings, device: torch.device | str) -> TagLogProbs:
    n_in, n_tags = cast(int, settings.n_in), cast(int, settings.n_tags)
    return TagLogProbs(n_in=n_in, n_tags=n_tags, device=device)


def is_lstm_tagger(model: Model[Any, Any]) -> bool:
    """Whether a model is one that `build_lstm_tagger` returned."""
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
    return forward_flat(model, X, is_train, [], WRONG_WIDTH)


def divide_scores(model: TaggerModel, temperature: float) -> None:
    """Divide the scores that go into the softmax, as a change of the weights."""
    shim = torch_shim(model.get_ref("output_layer"))
    with shim.changing():
        for parameter in shim.module.parameters():
            set_values(parameter, torch2xp(parameter.data / temperature))
