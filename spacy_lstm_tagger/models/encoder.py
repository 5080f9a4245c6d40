"""The LSTM as the encoder of spaCy's own tok2vec."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy
from thinc.api import Model, noop
from thinc.types import Floats2d

from .checks import check_int, check_number
from .compiled import LSTM, get_num_threads, lstm_shapes
from .flat import forward_flat
from .settings import EncoderSettings
from .shim import Network, NetworkShim, Shapes, network_shim
from .types import Floats, Ids, Layer
from .weights import Weights
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
        shims=[NetworkShim(NETWORK, settings)],
    )


def build_network(settings: EncoderSettings, device: str) -> "SequenceLSTM":
    from .pytorch import SequenceLSTM

    return SequenceLSTM(
        settings.input_size,
        width=settings.width,
        depth=settings.depth,
        bidirectional=True,
        device=device,
    )


def shapes_of(settings: EncoderSettings) -> Shapes:
    return lstm_shapes(
        "lstm.",
        settings.input_size,
        width=settings.width,
        depth=settings.depth,
        bidirectional=True,
    )


def compile_network(settings: EncoderSettings, weights: Weights) -> LSTM:
    return LSTM.compile(weights, "lstm.", bidirectional=True)


NETWORK = Network(shapes_of, compile_network, build_network)


def init(model: Layer, X: Any = None, Y: Any = None) -> None:
    network_shim(model).initialize()


def forward(
    model: Layer, X: list[Floats2d], is_train: bool, *, dropout: float
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Floats2d]]]:
    lengths = numpy.array([len(doc) for doc in X if len(doc)], dtype="int64")
    if is_train:
        lengths = training_lengths(lengths)
        module = network_shim(model).learner.training_module
        module.set_dropout(dropout)  # type: ignore[operator]
    predict = partial(run, lengths=lengths)
    return forward_flat(model, X, is_train, predict, [None, lengths], WRONG_WIDTH)


def run(lstm: LSTM, rows: Floats, *, lengths: Ids) -> Floats:
    """(n_tokens, nI) to (n_tokens, nO)."""
    index = numpy.arange(len(rows))
    return lstm.run(lstm.project(rows), index, lengths, n_threads=get_num_threads())
