"""An LSTM's forward pass in NumPy, for one sequence or for thousands.

Three things make it fast. Each distinct input is multiplied with the input weights once, however
often it occurs. All gates and directions of a time step go through the same few operations, on
arrays that stay in the processor's cache. And there is one tanh for all gates, because
sigmoid(x) = tanh(x / 2) / 2 + 1 / 2; the first 1 / 2 is a part of the weights.

In shapes, 4 * directions are the gates of all directions, and `width` is the width of a direction's
hidden state.
"""

from typing import NamedTuple

import numpy

from .. import limits
from ..time_steps import TimeSteps
from ..types import Floats, Ids
from ..weights import Weights
from ..windows import Windows
from .projection import Projection
from .recurrence import GATE_ORDER, LSTMLayer, run_layer
from .threads import run_in_threads

# What the sums of each gate are multiplied with, in the order of `GATE_ORDER`, see recurrence.py.
TANH_FACTORS = (0.5, 0.5, 0.5, 1.0)


class LSTM(NamedTuple):
    """The weights of a `SequenceLSTM`, rearranged. They are never changed.

    layers (tuple[LSTMLayer, ...]): Each over the hidden states of the one below.
    """

    layers: tuple[LSTMLayer, ...]

    @classmethod
    def compile(cls, weights: Weights, prefix: str, *, bidirectional: bool) -> "LSTM":
        """Rearrange the weights of a `SequenceLSTM`.

        prefix (str): What their names begin with in the weights.
        """
        suffixes = ("", "_reverse") if bidirectional else ("",)
        depth = sum(name.startswith(f"{prefix}lstm.bias_hh_l") for name in weights.arrays)
        depth //= len(suffixes)

        def by_gate(name: str, layer: int) -> Floats:
            """RETURNS (Floats): (4, directions, width, ...)."""
            rows = [weights.arrays[f"{prefix}lstm.{name}_l{layer}{suffix}"] for suffix in suffixes]
            # (4, directions, width, ...)
            gates = numpy.stack(
                [of_one.reshape(4, -1, *of_one.shape[1:]) for of_one in rows], axis=1
            )
            # These widen weights that a file has in float16.
            factors = numpy.array(TANH_FACTORS, dtype="float32").reshape(4, *[1] * (gates.ndim - 1))
            scaled: Floats = gates[list(GATE_ORDER)] * factors
            return scaled

        layers = []
        for layer in range(depth):
            # (4, directions, width, input_size)
            inputs = by_gate("weight_ih", layer)
            # (4, directions, width, width)
            recurrent = by_gate("weight_hh", layer)
            # (4, directions, width)
            bias = by_gate("bias_ih", layer) + by_gate("bias_hh", layer)
            layers.append(
                LSTMLayer(
                    inputs=Projection.of(inputs.reshape(bias.size, -1), bias.reshape(-1)),
                    # Rows are inputs and columns are outputs, as a product with row vectors needs
                    # them.
                    recurrent=numpy.ascontiguousarray(recurrent.swapaxes(-1, -2)),
                )
            )
        return cls(tuple(layers))

    @property
    def n_directions(self) -> int:
        return int(self.layers[0].recurrent.shape[1])

    @property
    def direction_width(self) -> int:
        """Width of a direction's hidden state."""
        return int(self.layers[0].recurrent.shape[2])

    def project(self, inputs: Floats, layer: int = 0) -> Floats:
        """Multiply inputs with the input weights of a layer, and add its biases.

        inputs (Floats): (n_inputs, input_size).
        RETURNS (Floats): (n_inputs, 4 * directions * width).
        """
        projection = self.layers[layer].inputs
        projected = numpy.empty((len(inputs), projection.n_out), dtype="float32")
        projection.fill(projected, inputs)
        return projected

    def run(self, projected: Floats, index: Ids, lengths: Ids) -> Floats:
        """Run over sequences that are laid end to end, without padding.

        projected (Floats): Distinct inputs, projected for the first layer, (n_inputs, 4 *
            directions * width).
        index (Ids): Which of the inputs each token is, (n_tokens,).
        lengths (Ids): Tokens of each sequence, all above 0, (n_sequences,).
        RETURNS (Floats): Hidden states of the last layer, (n_tokens, directions * width).
        """
        width = self.n_directions * self.direction_width
        hidden = numpy.empty((len(index) + 1, width), dtype="float32")
        self.run_windows(projected, index, Windows.whole(lengths), hidden, None, n_threads=1)
        return hidden[:-1]

    def run_windows(
        self,
        projected: Floats,
        index: Ids,
        windows: Windows,
        hidden: Floats,
        places: Ids | None,
        *,
        n_threads: int,
    ) -> None:
        """Run over windows of sequences.

        projected (Floats): Distinct inputs, projected for the first layer, (n_inputs, 4 *
            directions * width).
        index (Ids): Which of the inputs each token is, (n_tokens,).
        windows (Windows): The windows, each with at least one token.
        hidden (Floats): The rows of the tokens that a window keeps are filled with the hidden
            states of the last layer, (n_rows + 1, directions * width). What the last row gets
            means nothing.
        places (Ids | None): The row of each token in it, (n_tokens,); None for their order.
        n_threads (int): Number of threads among which the windows are shared.
        """
        longest_first = numpy.argsort(-windows.window_lengths, kind="stable")
        at_least = limits.SEQUENCES_FOR_A_THREAD
        size = limits.share_size(len(longest_first), n_threads, at_least)
        size = min(size, limits.SEQUENCES)
        keep_all = windows.keep_all

        def run_chunk(first: int) -> None:
            chunk = windows.take(longest_first[first : first + size])
            steps = TimeSteps.of(chunk.start, chunk.window_lengths, self.n_directions)
            rows = steps.order if places is None else places[steps.order]
            if not keep_all:
                keep_start = chunk.keep_start[steps.sequence]
                keep_end = chunk.keep_end[steps.sequence]
                is_kept = (keep_start <= steps.order) & (steps.order < keep_end)
                # The last row takes the states of tokens that are only read as context.
                rows = numpy.where(is_kept, rows, len(hidden) - 1)
            self._run_layers(projected, index[steps.order], steps, hidden, rows)

        firsts = range(0, len(longest_first), size)
        run_in_threads(run_chunk, firsts, min(n_threads, len(firsts)))

    def _run_layers(
        self, projected: Floats, inputs: Ids, steps: TimeSteps, hidden: Floats, rows: Ids
    ) -> None:
        """Run all layers over sequences.

        inputs (Ids): Which of the projected inputs each token is, in the order of reading,
            (directions, n_tokens).
        hidden (Floats): To be filled, (n_rows, directions * width).
        rows (Ids): The row of each token in it, in the order of reading, (directions, n_tokens).
        """
        below = hidden
        for number, layer in enumerate(self.layers):
            if number > 0:
                projected = self.project(below, number)  # (n_tokens, 4 * directions * width)
                inputs = steps.place
            if number < len(self.layers) - 1:
                outputs = numpy.empty((len(steps.sequence), hidden.shape[1]), dtype="float32")
                output_rows = steps.place
            else:
                outputs = hidden
                output_rows = rows
            run_layer(layer, projected, inputs, steps.sizes, outputs, output_rows)
            below = outputs
