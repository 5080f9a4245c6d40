"""An LSTM's forward pass on the CPU, several times faster than `nn.LSTM`.

It gives what `nn.LSTM` gives, without a gradient. Each distinct input is multiplied with the input
weights once, and both directions go through the same operations together.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]  # hidden state and cell state

# The rows of nn.LSTM's weights are input gate, forget gate, cell, output gate. Here the cell comes
# last. Its tanh is computed as tanh(x) = 2 sigmoid(2 x) - 1, and the tanh of the cell state too,
# because PyTorch's sigmoid is many times faster than its tanh.
GATES = (0, 1, 3, 2)
SCALES = (1.0, 1.0, 1.0, 2.0)


class FusedWeights:
    """The weights of an nn.LSTM in the form that `fast_lstm` multiplies with.

    lstm (nn.LSTM): Uni- or bidirectional, of any depth.
    dtype (torch.dtype): Number format of the products. Everything else is in float32.
    """

    def __init__(self, lstm: nn.LSTM, dtype: torch.dtype = torch.float32) -> None:
        self.n_directions = 2 if lstm.bidirectional else 1
        self.layers = []
        for layer in range(lstm.num_layers):
            w_ih, bias, w_hh = self._layer(lstm, layer)
            self.layers.append((w_ih.to(dtype), bias, w_hh.to(dtype)))

    def project(self, layer: int, inputs: Tensor) -> Tensor:
        """Multiply inputs with the input weights of a layer, and add its biases.

        inputs (Tensor): (n_inputs, input_size).
        RETURNS (Tensor): (n_inputs, directions, 4 * hidden_size).
        """
        w_ih, bias, _ = self.layers[layer]
        if w_ih.dtype == inputs.dtype:
            product = torch.addmm(bias, inputs, w_ih)
        else:
            product = bias + inputs.to(w_ih.dtype) @ w_ih
        return product.view(len(inputs), self.n_directions, -1)

    @staticmethod
    def _layer(lstm: nn.LSTM, layer: int) -> tuple[Tensor, Tensor, Tensor]:
        """Input weights (input_size, directions * 4 * hidden_size), biases (directions * 4 *
        hidden_size,) and recurrent weights (directions, hidden_size, 4 * hidden_size)."""
        suffixes = ("", "_reverse") if lstm.bidirectional else ("",)
        w_ih, w_hh, b_ih, b_hh = (
            torch.stack([by_gate(getattr(lstm, f"{name}_l{layer}{suffix}")) for suffix in suffixes])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        return w_ih.flatten(0, 1).T.contiguous(), (b_ih + b_hh).flatten(), w_hh.transpose(1, 2)


def by_gate(weights: Tensor) -> Tensor:
    """Reorder and scale the rows of nn.LSTM's weights or biases."""
    gates = weights.chunk(4)
    return torch.cat([scale * gates[i] for i, scale in zip(GATES, SCALES, strict=True)])


def fast_lstm(
    weights: FusedWeights,
    projected: Tensor,
    index: Tensor,
    orders: list[Tensor],
    batch_sizes: list[int],
) -> tuple[Tensor, State]:
    """Run all layers over a batch of sequences.

    weights (FusedWeights): The LSTM.
    projected (Tensor): Distinct inputs, projected for the first layer, (n_inputs, directions,
        4 * hidden_size).
    index (Tensor): Which of the inputs each token is, int64, (n_tokens,).
    orders (list[Tensor]): For each direction, the order in which it reads the tokens: at each time
        step one token of each sequence that has one left, the longest sequence first, (n_tokens,).
    batch_sizes (list[int]): Number of tokens of each time step.
    RETURNS (tuple[Tensor, State]): Hidden states of the last layer, (n_tokens, directions *
        hidden_size), and the last states of all layers, (layers * directions, n_sequences,
        hidden_size), the longest sequence first.
    """
    places = [torch.argsort(order) for order in orders]  # of each token in the order of reading
    last_hidden, last_cells = [], []
    outputs = projected
    for layer, (_, _, w_hh) in enumerate(weights.layers):
        if layer:
            projected = weights.project(layer, outputs)
            index = torch.arange(len(index), device=index.device)
        rows = torch.stack([index[order] * len(orders) + i for i, order in enumerate(orders)])
        hidden, cells = run_layer(projected.flatten(0, 1), w_hh, rows, batch_sizes)
        last_hidden.append(at_end(hidden, batch_sizes))
        last_cells.append(cells)
        outputs = torch.cat([hidden[i][place] for i, place in enumerate(places)], dim=1)
    return outputs, (torch.cat(last_hidden), torch.cat(last_cells))


def run_layer(
    projected: Tensor, recurrent: Tensor, rows: Tensor, batch_sizes: list[int]
) -> tuple[Tensor, Tensor]:
    """Run one layer in all directions.

    projected (Tensor): (n_inputs * n_directions, 4 * width).
    recurrent (Tensor): (n_directions, width, 4 * width), in the number format of the product.
    rows (Tensor): Rows of projected in the order of reading, (n_directions, n_tokens).
    RETURNS (tuple[Tensor, Tensor]): Hidden states in the order of reading, (n_directions,
        n_tokens, width), and the last cell states, (n_directions, n_sequences, width).
    """
    n_directions, width, _ = recurrent.shape
    hidden = projected.new_empty(n_directions, rows.shape[1], width)
    doubled_cells = projected.new_zeros(n_directions, batch_sizes[0], width)
    start, before = 0, None
    for size in batch_sizes:
        now = slice(start, start + size)
        gates = projected.index_select(0, rows[:, now].flatten()).view(n_directions, size, -1)
        if before is not None:
            add_product(gates, hidden[:, before : before + size], recurrent)
        into, keep, out, new = gates.sigmoid_().split(width, dim=2)
        cell = doubled_cells[:, :size]
        cell.mul_(keep).addcmul_(into, new, value=4).sub_(into, alpha=2)
        torch.mul(out, cell.sigmoid().mul_(2).sub_(1), out=hidden[:, now])
        start, before = start + size, start
    return hidden, doubled_cells / 2


def add_product(total: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Add left @ right, multiplied in the number format of right, to a total in float32."""
    if right.dtype == total.dtype:
        return total.baddbmm_(left, right)
    return total.add_(torch.bmm(left.to(right.dtype), right))


def at_end(hidden: Tensor, batch_sizes: Sequence[int]) -> Tensor:
    """The last hidden state of each sequence, the longest first, (n_directions, n_sequences,
    width)."""
    sizes = torch.tensor(batch_sizes, device=hidden.device)
    starts = sizes.cumsum(0) - sizes
    sequences = torch.arange(batch_sizes[0], device=hidden.device)
    lengths = (sizes[None] > sequences[:, None]).sum(1)
    return hidden[:, starts[lengths - 1] + sequences]
