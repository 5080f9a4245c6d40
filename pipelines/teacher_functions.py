"""Functions that the configs of the teacher and of the student name.

    python -m spacy train pipelines/teacher.cfg --code pipelines/teacher_functions.py

Whatever loads the teacher needs `--code`, too. A program in Python imports this module.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from math import cos, pi
from typing import Any

import spacy
import torch
from thinc.api import ArgsKwargs, Model, PyTorchWrapper, torch2xp, xp2torch
from thinc.optimizers import KeyT, Optimizer
from thinc.types import Floats2d, FloatsXd, Ragged
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

DocRows = list[Floats2d]


@spacy.registry.architectures("spacy_lstm_tagger.LSTMEncoder.v1")
def build_lstm_encoder(width: int, depth: int, dropout: float) -> Model[DocRows, DocRows]:
    """Build a bidirectional LSTM for `encode` in spacy.Tok2Vec.v2. The output of
    spacy.TorchBiLSTMEncoder.v1 for a Doc depends on the other Docs of the batch, because its
    backward direction reads the padding first. Here, sequences are packed.

    width (int): Width of the input and of the output, both directions together.
    depth (int): Number of layers.
    dropout (float): Share of the units that are dropped before, between and after the layers.
    RETURNS (Model[list[Floats2d], list[Floats2d]]): For each Doc, (n_tokens, width).
    """
    model = PyTorchWrapper(
        Encoder(width, depth, dropout),
        convert_inputs=join_docs,
        convert_outputs=split_docs,
    )
    model.set_dim("nI", width)
    model.set_dim("nO", width)
    return model


class Encoder(nn.Module):
    """A bidirectional LSTM over Docs whose tokens are laid end to end."""

    def __init__(self, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(
            input_size=width,
            hidden_size=width // 2,
            num_layers=depth,
            bidirectional=True,
            dropout=dropout if depth > 1 else 0.0,
        )

    def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Run the LSTM over each Doc.

        rows (Tensor): (n_tokens, width).
        lengths (Tensor): Tokens of each Doc, (n_docs,).
        RETURNS (Tensor): (n_tokens, width).
        """
        # pack_sequence refuses empty sequences.
        docs = [doc for doc in self.drop(rows, lengths).split(lengths.tolist()) if len(doc)]
        if not docs:
            return rows
        hidden, _ = self.lstm(pack_sequence(docs, enforce_sorted=False))
        return self.drop(torch.cat(unpack_sequence(hidden)), lengths)

    def drop(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Drop the same units at each token of a Doc (Gal and Ghahramani, 2016: A Theoretically
        Grounded Application of Dropout in Recurrent Neural Networks)."""
        # (n_docs, width)
        mask = self.dropout(rows.new_ones(len(lengths), rows.shape[1]))
        return rows * mask.repeat_interleave(lengths.to(rows.device), dim=0)


def join_docs(
    model: Model[DocRows, DocRows], docs: DocRows, is_train: bool
) -> tuple[ArgsKwargs, Callable[[ArgsKwargs], DocRows]]:
    """Convert the inputs of the encoder to (n_tokens, width) and (n_docs,)."""
    lengths = [len(doc) for doc in docs]
    rows = xp2torch(model.ops.flatten(docs), requires_grad=is_train)

    def convert_gradient(gradient: ArgsKwargs) -> DocRows:
        return model.ops.unflatten(torch2xp(gradient.args[0]), lengths)

    return ArgsKwargs(args=(rows, torch.tensor(lengths)), kwargs={}), convert_gradient


def split_docs(
    model: Model[DocRows, DocRows], inputs_outputs: tuple[DocRows, Tensor], is_train: bool
) -> tuple[DocRows, Callable[[DocRows], ArgsKwargs]]:
    """Convert the output of the encoder, (n_tokens, width), to an array for each Doc."""
    docs, rows = inputs_outputs
    lengths = [len(doc) for doc in docs]

    def convert_gradient(gradient: DocRows) -> ArgsKwargs:
        tensors = xp2torch(model.ops.flatten(gradient))
        return ArgsKwargs(args=((rows,),), kwargs={"grad_tensors": tensors})

    return model.ops.unflatten(torch2xp(rows), lengths), convert_gradient


@spacy.registry.layers("spacy_lstm_tagger.reduce_first_last.v1")
def build_reduce_first_last() -> Model[Ragged, Floats2d]:
    """Build the first and the last vector of each sequence, side by side: of a word's pieces, the
    first tells what it is about, and the last how it ends. For `pooling` in
    spacy-transformers.TransformerListener.v1.

    Thinc's `reduce_first.v1` and `reduce_last.v1` refuse empty sequences, but a transformer has
    tokens without pieces, such as a lone zero-width space. Their vector is zero.

    RETURNS (Model[Ragged, Floats2d]): From (n_pieces, width) to (n_tokens, 2 * width).
    """
    return Model("reduce_first_last", reduce_first_last)


def reduce_first_last(
    model: Model[Ragged, Floats2d], pieces: Ragged, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Ragged]]:
    X: Any = pieces.dataXd
    width = X.shape[1]
    # Tokens that have pieces.
    tokens = model.ops.xp.nonzero(pieces.lengths)[0]
    ends = pieces.lengths.cumsum()
    last = (ends - 1)[tokens]
    first = (ends - pieces.lengths)[tokens]
    Y = model.ops.alloc2f(len(pieces.lengths), 2 * width)
    Y[tokens, :width] = X[first]
    Y[tokens, width:] = X[last]

    def backprop(dY: Floats2d) -> Ragged:
        dX = model.ops.alloc2f(len(X), width)
        # A token's first piece may be its last, but no piece is the first of two tokens.
        dX[first] += dY[tokens, :width]
        dX[last] += dY[tokens, width:]
        return Ragged(dX, pieces.lengths)

    return Y, backprop


@spacy.registry.optimizers("spacy_lstm_tagger.scaled_adam.v1")
def scaled_adam(
    learn_rate: Any,
    scales: dict[str, float],
    L2: float = 0.0,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    grad_clip: float = 1.0,
    L2_is_weight_decay: bool = True,
    use_averages: bool = False,
) -> Optimizer:
    """Make Adam with a smaller learning rate for the pretrained part of a pipeline. A transformer
    needs a rate some 20 to 50 times smaller than an LSTM that starts from random weights.

    learn_rate (Any): The rate, or a schedule of rates.
    scales (dict[str, float]): Pattern of a parameter's name to the factor of its learning rate, as
        in {"encoder.*": 0.04}. The first pattern that matches counts. Names are as in
        `torch.nn.Module.named_parameters`.
    RETURNS (Optimizer): The optimizer. Its other arguments are those of Adam.v1.
    """
    return ScaledAdam(
        learn_rate,
        scales,
        L2=L2,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
        grad_clip=grad_clip,
        L2_is_weight_decay=L2_is_weight_decay,
        use_averages=use_averages,
    )


class ScaledAdam(Optimizer):
    """Thinc's Adam, with a factor of the learning rate for parameters of certain names."""

    __slots__ = ["scales"]

    def __init__(self, learn_rate: Any, scales: dict[str, float], **options: Any) -> None:
        super().__init__(learn_rate, **options)
        self.scales = scales

    def __call__(
        self, key: KeyT, weights: FloatsXd, gradient: FloatsXd, *, lr_scale: float = 1.0
    ) -> tuple[FloatsXd, FloatsXd]:
        name = str(key[1])
        for pattern, scale in self.scales.items():
            if fnmatchcase(name, pattern):
                lr_scale *= scale
                break
        return super().__call__(key, weights, gradient, lr_scale=lr_scale)


@spacy.registry.schedules("spacy_lstm_tagger.warmup_cosine.v1")
def warmup_cosine(initial_rate: float, warmup_steps: int, total_steps: int) -> list[float]:
    """Make a learning rate that rises linearly from near 0, then falls to 0 along half a cosine
    period. It is a list and no generator, so that a pipeline can be pickled while it is trained.

    initial_rate (float): The rate after the warm-up.
    warmup_steps (int): Number of steps of the warm-up, less than total_steps.
    total_steps (int): Number of steps with the warm-up.
    RETURNS (list[float]): The rate of each step, and 0. Thinc goes on with the last one.
    """
    rising = [initial_rate * (step + 1) / warmup_steps for step in range(warmup_steps)]
    n_falling = total_steps - warmup_steps
    falling = [initial_rate * (1 + cos(pi * step / n_falling)) / 2 for step in range(n_falling)]
    return [*rising, *falling, 0.0]
