"""The time steps of an LSTM's layer in NumPy. lstm.py says what the shapes stand for."""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy
from numpy import add, matmul, multiply, tanh

from .. import limits
from ..types import Floats, Ids
from .projection import Projection

# The rows of nn.LSTM's weights are input gate, forget gate, cell, output gate. Here the cell comes
# last, behind the gates that are sigmoids.
GATE_ORDER = (0, 1, 3, 2)
# An array, because NumPy converts a number anew in each operation.
HALF = numpy.array(0.5, dtype="float32")


class LSTMLayer(NamedTuple):
    """The weights of one layer.

    inputs (Projection): Input weights and biases, input_size to 4 * directions * width.
    recurrent (Floats): (4, directions, width, width).
    """

    inputs: Projection
    recurrent: Floats


class StepViews(NamedTuple):
    """What a time step computes: views of one block of memory, (5, directions, size, width).

        input gate | forget gate | output gate | new content | cell
        -------------- sigmoids --------------
        ------------------------ gates --------------------
        ----- i_and_f ----                       -- g_and_cell --

    So g_and_cell * i_and_f is i * g and f * cell, in one product.

    gates (Floats): The sums of all gates, then their activations, in `GATE_ORDER`, (4, directions,
        size, width).
    sigmoids (Floats): i, f and o, the gates that are sigmoids, (3, directions, size, width).
    i_and_f (Floats): The input gate and the forget gate, (2, directions, size, width).
    o (Floats): The output gate, (directions, size, width).
    g_and_cell (Floats): The new content and the cell, (2, directions, size, width).
    g (Floats): The new content, (directions, size, width).
    cell (Floats): The cell, (directions, size, width).
    """

    gates: Floats
    sigmoids: Floats
    i_and_f: Floats
    o: Floats
    g_and_cell: Floats
    g: Floats
    cell: Floats

    @classmethod
    def of(cls, memory: Floats, n_directions: int, size: int, width: int) -> "StepViews":
        """Views of the beginning of a block of memory.

        size (int): Number of sequences that have a token at this time step.
        """
        shape = (len(GATE_ORDER) + 1, n_directions, size, width)
        gates_and_cell = memory[: math.prod(shape)].reshape(shape)
        return cls(
            gates=gates_and_cell[:4],
            sigmoids=gates_and_cell[:3],
            i_and_f=gates_and_cell[:2],
            o=gates_and_cell[2],
            g_and_cell=gates_and_cell[3:],
            g=gates_and_cell[3],
            cell=gates_and_cell[4],
        )


def run_layer(
    layer: LSTMLayer,
    projected: Floats,
    inputs: Ids,
    sizes: list[int],
    hidden: Floats,
    rows: Ids,
) -> None:
    """Run one layer, all directions.

    At each time step, s = projected input + h_(t-1) @ recurrent are the sums of the gates. The
    input gate i, the forget gate f and the output gate o are their sigmoids, and the new content g
    is a tanh. Then

        c_t = f * c_(t-1) + i * g        h_t = o * tanh(c_t)

    (Hochreiter and Schmidhuber, 1997: Long Short-Term Memory).

    projected (Floats): Projected inputs, (n_inputs, 4 * directions * width), or wider by a
        multiple of width.
    inputs (Ids): The input of each token in the order of reading, (directions, n_tokens).
    sizes (list[int]): Number of tokens of each time step.
    hidden (Floats): To be filled with hidden states, (n_rows, directions * width).
    rows (Ids): The row of each token in it, in the order of reading, (directions, n_tokens).
    """
    n_gates, n_directions, width, _ = layer.recurrent.shape
    n_sums = n_gates * n_directions
    # A projection is read as rows of one width: first the gates', then what a hidden layer
    # needs, which `Projection.with_outputs` fills up to whole rows. (n_inputs * n_in_row, width)
    inputs_by_sum = projected.reshape(-1, width)
    n_in_row = projected.shape[1] // width
    # Which of the rows of an input belong to the gates, (4, directions, 1).
    sums = numpy.arange(n_sums).reshape(n_gates, n_directions, 1)
    # Views: a row for each direction.
    hidden_by_direction = hidden.reshape(len(hidden), n_directions, width)
    directions = numpy.arange(n_directions)[:, None]

    # Tokens that are copied at once.
    most = min(max(limits.GATHERED_TOKENS, sizes[0]), inputs.shape[1])
    copied = numpy.empty((n_sums * most, width), dtype="float32")
    states = numpy.empty((n_directions * most, width), dtype="float32")
    # All time steps use this memory, so that it stays in the cache.
    memory = numpy.zeros((n_sums + n_directions) * sizes[0] * width, dtype="float32")
    views = StepViews.of(memory, n_directions, sizes[0], width)
    gates, sigmoids, i_and_f, o, g_and_cell, g, cell = views
    before = None  # the hidden states of the time step before
    start = 0
    for size, n_steps in in_runs(sizes):
        end = start + n_steps * size
        shape = (n_directions, n_steps, size)
        # For each time step, a row for each gate, direction and token.
        inputs_now = inputs[:, start:end].reshape(shape).swapaxes(0, 1)
        copied_rows = n_in_row * inputs_now[:, None] + sums
        projections = copied[: copied_rows.size].reshape(*copied_rows.shape, width)
        # Without this mode, NumPy copies twice.
        inputs_by_sum.take(copied_rows, axis=0, out=projections, mode="clip")
        after = states[: n_directions * n_steps * size].reshape(n_steps, n_directions, size, width)
        if size != cell.shape[1]:
            views = StepViews.of(memory, n_directions, size, width)
            views.cell[:] = cell[:, :size]
            gates, sigmoids, i_and_f, o, g_and_cell, g, cell = views
            if before is not None:
                before = before[:, :size]
        # A projection is (4, directions, size, width), and a state (directions, size, width).
        for projection, state in zip(projections, after, strict=True):
            if before is not None:
                matmul(before, layer.recurrent, out=gates)
            add(gates, projection, out=gates)
            tanh(gates, out=gates)
            multiply(sigmoids, HALF, out=sigmoids)
            add(sigmoids, HALF, out=sigmoids)
            multiply(g_and_cell, i_and_f, out=g_and_cell)
            add(cell, g, out=cell)
            tanh(cell, out=g)
            multiply(o, g, out=state)
            before = state
        rows_now = rows[:, start:end].reshape(shape)
        hidden_by_direction[rows_now.swapaxes(0, 1), directions] = after
        start = end


def in_runs(sizes: list[int]) -> Iterator[tuple[int, int]]:
    """Join time steps of the same size.

    sizes (list[int]): Number of tokens of each time step.
    YIELDS (tuple[int, int]): The size and the number of steps, which have `GATHERED_TOKENS` tokens
        at most, or are one step.
    """
    for size, steps in groupby(sizes):
        left = len(list(steps))
        most = max(limits.GATHERED_TOKENS // size, 1)
        while left:
            n_steps = min(left, most)
            yield size, n_steps
            left -= n_steps
