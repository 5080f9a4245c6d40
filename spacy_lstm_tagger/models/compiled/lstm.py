"""An LSTM's forward pass in NumPy, for one sequence or for thousands.

Three things make it fast. Each distinct input is multiplied with the input weights once, however
often it occurs. All gates and directions of a time step go through the same few operations, on
arrays that stay in the processor's cache. And there is one tanh for all gates, because
sigmoid(x) = tanh(x / 2) / 2 + 1 / 2; the first 1 / 2 is a part of the weights.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy

from ..steps import Steps
from ..types import Floats, Ids
from ..weights import Weights
from .threads import run_in_threads

# The rows of nn.LSTM's weights are input gate, forget gate, cell, output gate. Here the cell comes
# last, behind the gates that are sigmoids.
GATES = (0, 1, 3, 2)
SCALES = (0.5, 0.5, 0.5, 1.0)
HALF = numpy.float32(0.5)

MAX_SEQUENCES = 128  # that are run together: more take no less time, and can't be shared by threads
MIN_SEQUENCES = 8  # that are worth a thread
GATHERED = 128  # tokens whose projected inputs are copied at once, so that they stay in the cache


def lstm_shapes(
    prefix: str, input_size: int, *, width: int, depth: int, bidirectional: bool
) -> dict[str, tuple[int, ...]]:
    """The shapes of the weights of an `nn.LSTM`.

    prefix (str): What their names begin with.
    width (int): Both directions together.
    """
    suffixes = ("", "_reverse") if bidirectional else ("",)
    size = width // len(suffixes)
    rows = len(GATES) * size
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(depth):
        for suffix in suffixes:
            name = f"l{layer}{suffix}"
            shapes[f"{prefix}weight_ih_{name}"] = (rows, width if layer else input_size)
            shapes[f"{prefix}weight_hh_{name}"] = (rows, size)
            shapes[f"{prefix}bias_ih_{name}"] = shapes[f"{prefix}bias_hh_{name}"] = (rows,)
    return shapes


class State(NamedTuple):
    """Where an LSTM left off: (layers * directions, n_sequences, width of a direction) each."""

    hidden: Floats
    cells: Floats


class Layer(NamedTuple):
    """The weights of one layer.

    inputs (Floats): Input weights, (input_size, 4 * directions * width).
    bias (Floats): (4 * directions * width,).
    recurrent (Floats): (4, directions, width, width).
    """

    inputs: Floats
    bias: Floats
    recurrent: Floats


class LSTM(NamedTuple):
    """The weights of an `nn.LSTM`, rearranged. They are never changed.

    layers (tuple[Layer, ...]): Each over the hidden states of the one below.
    """

    layers: tuple[Layer, ...]

    @classmethod
    def compile(cls, weights: Weights, prefix: str, *, bidirectional: bool) -> "LSTM":
        """Rearrange the weights of an `nn.LSTM`.

        prefix (str): What its names begin with in the weights.
        """
        suffixes = ("", "_reverse") if bidirectional else ("",)
        depth = sum(name.startswith(f"{prefix}bias_hh_l") for name in weights.arrays)
        depth //= len(suffixes)

        def by_gate(name: str, layer: int) -> Floats:
            """RETURNS (Floats): (4, directions, width, ...)."""
            rows = [weights.arrays[f"{prefix}{name}_l{layer}{suffix}"] for suffix in suffixes]
            gates = numpy.stack([part.reshape(4, -1, *part.shape[1:]) for part in rows], axis=1)
            scales = numpy.array(SCALES, dtype="float32").reshape(4, *[1] * (gates.ndim - 1))
            scaled: Floats = gates[list(GATES)] * scales
            return scaled

        layers = []
        for layer in range(depth):
            inputs, recurrent = by_gate("weight_ih", layer), by_gate("weight_hh", layer)
            bias = (by_gate("bias_ih", layer) + by_gate("bias_hh", layer)).reshape(-1)
            layers.append(
                Layer(
                    numpy.ascontiguousarray(inputs.reshape(len(bias), -1).T),
                    bias,
                    numpy.ascontiguousarray(recurrent.swapaxes(2, 3)),
                )
            )
        return cls(tuple(layers))

    @property
    def n_directions(self) -> int:
        return int(self.layers[0].recurrent.shape[1])

    @property
    def width(self) -> int:
        """Width of a direction's hidden state."""
        return int(self.layers[0].recurrent.shape[2])

    def project(self, inputs: Floats, layer: int = 0) -> Floats:
        """Multiply inputs with the input weights of a layer, and add its biases.

        inputs (Floats): (n_inputs, input_size).
        RETURNS (Floats): (n_inputs, 4 * directions * width).
        """
        projected: Floats = numpy.matmul(inputs, self.layers[layer].inputs)
        projected += self.layers[layer].bias
        return projected

    def run(
        self,
        projected: Floats,
        index: Ids,
        lengths: Ids,
        state: State | None = None,
        *,
        n_threads: int = 1,
    ) -> tuple[Floats, State]:
        """Run over sequences that are laid end to end, without padding.

        projected (Floats): Distinct inputs, projected for the first layer, (n_inputs, 4 *
            directions * width).
        index (Ids): Which of the inputs each token is, (n_tokens,).
        lengths (Ids): Tokens of each sequence, all above 0, (n_sequences,).
        state (State | None): The states to start from; None for zeros.
        n_threads (int): Number of threads among which the sequences are shared.
        RETURNS (tuple[Floats, State]): Hidden states of the last layer, (n_tokens, directions *
            width), and the states after the last token of each sequence.
        """
        hidden = numpy.empty((len(index), self.n_directions, self.width), dtype="float32")
        shape = (len(self.layers) * self.n_directions, len(lengths), self.width)
        last = State(numpy.empty(shape, "float32"), numpy.empty(shape, "float32"))
        starts = numpy.cumsum(lengths) - lengths
        longest_first = numpy.argsort(-lengths, kind="stable")
        a_share = -(-len(lengths) // n_threads)
        size = min(max(a_share, MIN_SEQUENCES), MAX_SEQUENCES)

        def run_chunk(first: int) -> None:
            chunk = longest_first[first : first + size]
            steps = Steps.of(starts[chunk], lengths[chunk], self.n_directions)
            before = None if state is None else State(*(part[:, chunk] for part in state))
            in_order, after = self._run_steps(projected, index[steps.order], steps, before)
            last.hidden[:, chunk], last.cells[:, chunk] = after
            for direction, order in enumerate(steps.order):
                hidden[order, direction] = in_order[direction]

        firsts = range(0, len(lengths), size)
        run_in_threads(run_chunk, firsts, min(n_threads, len(firsts)))
        return hidden.reshape(len(index), -1), last

    def _run_steps(
        self, projected: Floats, inputs: Ids, steps: Steps, state: State | None
    ) -> tuple[Floats, State]:
        """Run all layers; everything in the order of reading.

        inputs (Ids): Which of the projected inputs each token is, (directions, n_tokens).
        RETURNS (tuple[Floats, State]): Hidden states of the last layer, (directions, n_tokens,
            width), and the last states of all layers.
        """
        n_directions, n_tokens = steps.order.shape
        n_sequences = steps.sizes[0]
        shape = (len(self.layers), n_directions, n_sequences, self.width)
        last = State(numpy.empty(shape, "float32"), numpy.zeros(shape, "float32"))
        if state is not None:
            last.cells[:] = state.cells.reshape(shape)
        hidden = numpy.empty((n_directions, n_tokens, self.width), dtype="float32")
        for number, layer in enumerate(self.layers):
            if number:
                below = numpy.empty((n_tokens, n_directions, self.width), dtype="float32")
                for direction, place in enumerate(steps.place):
                    below[place, direction] = hidden[direction]
                projected, inputs = self.project(below.reshape(n_tokens, -1), number), steps.place
            run_layer(
                layer.recurrent,
                projected.reshape(-1, self.width),
                rows_to_copy(inputs, steps.sizes),
                steps.sizes,
                None if state is None else state.hidden.reshape(shape)[number],
                last.cells[number],
                hidden,
            )
            last.hidden[number] = hidden[:, steps.last]
        return hidden, State(*(part.reshape(-1, *shape[2:]) for part in last))


def rows_to_copy(inputs: Ids, sizes: list[int]) -> Ids:
    """The rows of projected inputs that `run_layer` copies for its time steps.

    inputs (Ids): The input of each token in the order of reading, (directions, n_tokens).
    sizes (list[int]): Number of tokens of each time step.
    RETURNS (Ids): For each time step, a row for each gate, direction and token, (4 * directions *
        n_tokens,).
    """
    n_directions, n_tokens = inputs.shape
    n_parts = len(GATES) * n_directions
    counts = numpy.array(sizes)
    size = numpy.repeat(counts, counts)  # of the time step of each token
    step_start = numpy.repeat(numpy.cumsum(counts) - counts, counts)
    part = numpy.arange(n_parts).reshape(len(GATES), n_directions, 1)
    rows = numpy.empty(n_parts * n_tokens, dtype="int64")
    place = (n_parts - 1) * step_start + numpy.arange(n_tokens) + size * part
    rows[place] = inputs * n_parts + part
    return rows


def run_layer(
    recurrent: Floats,
    projected: Floats,
    rows: Ids,
    sizes: list[int],
    before: Floats | None,
    cells: Floats,
    hidden: Floats,
) -> None:
    """Run one layer, all directions.

    At each time step, with the gates' sums s = projected input + hidden state before @ recurrent:
    cell = sigmoid(s_keep) * cell before + sigmoid(s_into) * tanh(s_new), and
    hidden state = sigmoid(s_out) * tanh(cell)
    (Hochreiter and Schmidhuber, 1997: Long Short-Term Memory).

    recurrent (Floats): (4, directions, width, width).
    projected (Floats): (n_inputs * 4 * directions, width).
    rows (Ids): Rows of projected, see `rows_to_copy`.
    sizes (list[int]): Number of tokens of each time step.
    before (Floats | None): The first hidden states, (directions, n_sequences, width); None: zeros.
    cells (Floats): The first cell states, in the same shape. They become the last ones.
    hidden (Floats): Filled with the hidden states, (directions, n_tokens, width).
    """
    n_gates, n_directions, width, _ = recurrent.shape
    n_parts = n_gates * n_directions
    copied = numpy.empty((n_parts * (GATHERED + sizes[0]), width), dtype="float32")
    product = numpy.empty(n_parts * sizes[0] * width, dtype="float32")
    start, in_step = 0, 0
    for n_tokens, some_sizes in in_parts(sizes):
        end = start + n_tokens
        # Without this mode, NumPy copies twice.
        projected.take(
            rows[n_parts * start : n_parts * end], 0, copied[: n_parts * n_tokens], mode="clip"
        )
        row = 0
        for size in some_sizes:
            gates = copied[row : row + n_parts * size].reshape(n_gates, n_directions, size, width)
            row += n_parts * size
            if size != in_step:
                in_step, cell = size, cells[:, :size]
                sums = product[: gates.size].reshape(gates.shape)
                before = None if before is None else before[:, :size]
            if before is not None:
                numpy.matmul(before, recurrent, out=sums)
                gates += sums
            numpy.tanh(gates, out=gates)
            sigmoids = gates[:3]
            sigmoids *= HALF
            sigmoids += HALF
            into, keep, out, new = gates
            cell *= keep
            into *= new
            cell += into
            before = hidden[:, start : start + size]
            numpy.tanh(cell, out=new)
            numpy.multiply(out, new, out=before)
            start += size


def in_parts(sizes: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Time steps in parts of about `GATHERED` tokens: their number, and the size of each step."""
    n_tokens, part = 0, []
    for size in sizes:
        n_tokens += size
        part.append(size)
        if n_tokens >= GATHERED:
            yield n_tokens, part
            n_tokens, part = 0, []
    if part:
        yield n_tokens, part
