"""The LSTM as the encoder of spaCy's own tok2vec."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy
from thinc.api import Model, noop
from thinc.types import Floats2d

from .checks import check_int, check_number
from .compiled import LSTM, get_num_threads, one_thread
from .settings import EncoderSettings
from .shim import NetworkShim, network_shim
from .types import Floats, Layer
from .whitespace import unflatten
from .windows import training_lengths

if TYPE_CHECKING:
    from .pytorch import SequenceLSTM

WRONG_WIDTH = (
    "An LSTMEncoder gets vectors of width {given}, but its config has width = {expected}. Give it "
    "the width of the embedding: width = ${{components.tok2vec.model.embed.width}}"
)


def build_lstm_encoder(width: int, depth: int, dropout: float) -> Layer:
    """A bidirectional LSTM for `encode` in spacy.Tok2Vec.v2, instead of
    spacy.TorchBiLSTMEncoder.v1, whose output for a Doc depends on the other Docs of the batch.

    width (int): Width of the input and of the output, both directions together.
    depth (int): Number of layers; with 0, the output is the input.
    dropout (float): Dropout before, between and after the layers.
    RETURNS (Model[list[Floats2d], list[Floats2d]]): For each Doc, (n_tokens, width). In training,
        a Doc of more than 320 tokens is read in pieces of 256.
    """
    check_int("width", width, lambda n: n > 0 and n % 2 == 0, "above 0, and even")
    check_int("depth", depth, lambda n: n >= 0, "0 or more")
    check_number("dropout", dropout, lambda x: 0 <= x < 1, "from 0 to below 1")
    if depth == 0:
        return noop()
    settings = EncoderSettings(input_size=width, width=width, depth=depth)
    return Model(
        "lstm_encoder",
        partial(forward, dropout=dropout),
        init=init,
        dims={"nI": width, "nO": width},
        shims=[NetworkShim(settings)],
    )


def init(model: Layer, X: Any = None, Y: Any = None) -> None:
    network_shim(model).initialize()


def forward(
    model: Layer, X: list[Floats2d], is_train: bool, *, dropout: float
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    shim, ops = network_shim(model), model.ops
    lengths = [len(doc) for doc in X]
    if not any(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in X], lambda dY: X
    rows = ops.flatten(X)
    if rows.shape[1] != model.get_dim("nI"):
        raise ValueError(WRONG_WIDTH.format(given=rows.shape[1], expected=model.get_dim("nI")))
    n_tokens = numpy.array([n for n in lengths if n], dtype="int64")  # of each sequence
    index = numpy.arange(len(rows))
    if is_train:
        module = cast("SequenceLSTM", shim.learner.training_module)
        module.set_dropout(dropout)
        hidden, backprop = shim.learner.begin_update(rows, index, training_lengths(n_tokens))
        return unflatten(hidden, lengths), lambda dY: unflatten(backprop(ops.flatten(dY)), lengths)
    outputs: Any
    if shim.on_cpu:
        with one_thread():
            lstm: LSTM = shim.compiled
            projected = lstm.project(cast(Floats, rows))
            outputs, _ = lstm.run(projected, index, n_tokens, n_threads=get_num_threads())
    else:
        outputs = shim.learner.predict(rows, index, n_tokens)
    return unflatten(outputs, lengths), lambda dY: dY
