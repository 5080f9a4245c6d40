"""The LSTM as an encoder of spaCy's own tok2vec."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy
import torch
from thinc.api import Model, noop, xp2torch
from thinc.types import Floats2d
from torch import Tensor

from .checks import check
from .pytorch import SequenceLSTM
from .shim import TorchShim, convert_outputs, torch_shim
from .types import Encoder


def LSTMEncoder(width: int, depth: int, dropout: float) -> Encoder:
    """A bidirectional LSTM for `encode` in spacy.Tok2Vec.v2, instead of
    spacy.TorchBiLSTMEncoder.v1, whose output for a Doc depends on the other Docs of the batch.

    width (int): Width of the input and of the output, both directions together.
    depth (int): Layers; 0 for none, which gives the input.
    dropout (float): Dropout before, between and after the layers.
    RETURNS (Model[List[Floats2d], List[Floats2d]]): For each Doc, (n_tokens, width).
    """
    check("width", width, width > 0 and width % 2 == 0, "above 0, and even")
    check("depth", depth, depth >= 0, "0 or more")
    check("dropout", dropout, 0 <= dropout < 1, "from 0 to below 1")
    if depth == 0:
        return noop()
    build = partial(SequenceLSTM, bidirectional=True, precision="float32")
    settings = {"input_size": width, "width": width, "depth": depth}
    return Model(
        "lstm_encoder",
        partial(forward, dropout=dropout),
        init=init,
        dims={"nI": width, "nO": width},
        shims=[TorchShim(build, settings)],
    )


def init(model: Encoder, X: Any = None, Y: Any = None) -> None:
    torch_shim(model).initialize()


def forward(
    model: Encoder, X: list[Floats2d], is_train: bool, *, dropout: float
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    shim, ops = torch_shim(model), model.ops
    lengths = [len(doc) for doc in X]
    if not any(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in X], lambda dY: dY
    inputs = ops.flatten(X)
    if inputs.shape[1] != model.get_dim("nI"):
        raise ValueError(
            f"An LSTMEncoder gets vectors of width {inputs.shape[1]}, but its config says width = "
            f"{model.get_dim('nI')}. It has to be that of the embedding: "
            "width = ${components.tok2vec.model.embed.width}"
        )
    tokens = xp2torch(inputs, requires_grad=is_train, device=shim.device)
    filled = torch.from_numpy(numpy.array([n for n in lengths if n], dtype="int64"))
    args = [tokens, torch.arange(len(tokens), device=shim.device), filled]
    if not is_train:
        hidden, _ = shim.predict(args)
        return convert_outputs(model, hidden, lengths), lambda dY: dY
    cast(SequenceLSTM, shim.module).set_dropout(dropout)
    (hidden, _), backprop_torch = shim.begin_update(args)

    def backprop(dY: list[Floats2d]) -> list[Floats2d]:
        backprop_torch(hidden, xp2torch(ops.flatten(dY), device=shim.device))
        return convert_outputs(model, cast(Tensor, tokens.grad), lengths)

    return convert_outputs(model, hidden.detach(), lengths), backprop
