"""An LSTM's forward pass for few sequences, most of it in NumPy.

A step of one short sequence is a small product and a dozen operations on a few hundred numbers.
NumPy takes half the time of PyTorch to start such an operation. Products stay in PyTorch, whose
threads a program can set, and so does the sigmoid, which NumPy does not have.
"""

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

from .pytorch.fast_lstm import FusedWeights
from .types import Ids

Floats = NDArray[numpy.float32]

MAX_SEQUENCES = 31  # of a batch for which it is faster than `fast_lstm`


def numpy_lstm(weights: FusedWeights, projected: Tensor, index: Ids, lengths: Ids) -> Tensor:
    """Run all layers over a batch of sequences.

    weights (FusedWeights): The LSTM, in float32.
    projected (Tensor): Distinct inputs, projected for the first layer, (n_inputs, directions,
        4 * hidden_size).
    index (Ids): Which of the inputs each token is, (n_tokens,).
    lengths (Ids): Tokens of each sequence, (n_sequences,).
    RETURNS (Tensor): Hidden states of the last layer, (n_tokens, directions * hidden_size).
    """
    directions = numpy.arange(weights.n_directions)[:, None]
    orders, batch_sizes = reading_orders(lengths)
    orders = orders[: weights.n_directions]
    outputs = projected
    for layer, (_, _, w_hh) in enumerate(weights.layers):
        if layer:
            projected = weights.project(layer, outputs)
            index = numpy.arange(len(index))
        rows = torch.from_numpy(index[orders] * weights.n_directions + directions)
        gates = projected.flatten(0, 1)[rows]  # (directions, n_tokens, 4 * size)
        hidden = run_layer(gates, w_hh, batch_sizes)
        in_order = numpy.empty((len(index), *hidden.shape[::2]), dtype="float32")
        in_order[orders, directions] = hidden
        outputs = torch.from_numpy(in_order.reshape(len(index), -1))
    return outputs


def reading_orders(lengths: Ids) -> tuple[Ids, list[int]]:
    """The orders in which both directions read tokens: at each time one token of each sequence that
    has one left, the longest sequence first, (2, n_tokens); and how many at each time."""
    if len(lengths) == 1:
        order = numpy.arange(lengths[0])
        return numpy.stack([order, order[::-1]]), [1] * len(order)
    starts = numpy.cumsum(lengths) - lengths
    longest_first = numpy.argsort(-lengths, kind="stable")
    times = numpy.arange(lengths.max())
    is_read = times[:, None] < lengths[longest_first]  # (longest, n_sequences)
    time, sequence = numpy.nonzero(is_read)
    first, last = starts[longest_first], (starts + lengths - 1)[longest_first]
    orders = numpy.stack([first[sequence] + time, last[sequence] - time])
    return orders, is_read.sum(axis=1).tolist()


def run_layer(gates: Tensor, recurrent: Tensor, batch_sizes: list[int]) -> Floats:
    """One layer, all directions.

    gates (Tensor): Projected inputs in the order of reading, (directions, n_tokens, 4 * size). They
        are overwritten.
    recurrent (Tensor): (directions, size, 4 * size).
    RETURNS (Floats): Hidden states in the order of reading, (directions, n_tokens, size).
    """
    n_directions, width, _ = recurrent.shape
    hidden = gates.new_empty(n_directions, gates.shape[1], width)
    activations, outputs = gates.numpy(), hidden.numpy()  # the same memory
    half_cells = numpy.zeros((n_directions, batch_sizes[0], width), dtype="float32")
    # To split once takes less time than to slice a tensor at each step.
    steps = zip(batch_sizes, gates.split(batch_sizes, 1), hidden.split(batch_sizes, 1), strict=True)
    start, before = 0, None
    for size, gate, state in steps:
        if before is not None:
            gate.baddbmm_(before if before.shape[1] == size else before[:, :size], recurrent)
        gate.sigmoid_()
        now = activations[:, start : start + size]
        cell, new = half_cells[:, :size], now[..., 3 * width :]
        cell *= now[..., width : 2 * width]
        new -= 0.5  # tanh(x) / 2 is sigmoid(2 x) - 0.5
        new *= now[..., :width]
        cell += new
        out = now[..., 2 * width : 3 * width]
        numpy.multiply(out, numpy.tanh(cell + cell), out=outputs[:, start : start + size])
        start, before = start + size, state
    return outputs
