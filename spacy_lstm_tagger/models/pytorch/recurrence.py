"""An LSTM's forward and backward pass on the CPU, in a time that grows with the number of tokens.

The backward pass of `nn.LSTM` on packed sequences makes a gradient as large as the batch at each
time step. Here the steps do what has to be done in turn, and everything else is done for all tokens
at once.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

State = tuple[Tensor, Tensor]  # hidden state and cell state

# The rows of nn.LSTM's weights are input gate, forget gate, cell, output gate. Here the cell comes
# last. Its tanh is computed as tanh(x) = 2 sigmoid(2 x) - 1, because PyTorch's sigmoid is many
# times faster than its tanh.
GATES = (0, 1, 3, 2)
SCALES = (1.0, 1.0, 1.0, 2.0)


def layer_weights(lstm: nn.LSTM, layer: int) -> tuple[Tensor, Tensor, Tensor]:
    """The weights of a layer in the form that `trainable_lstm` multiplies with.

    RETURNS (tuple[Tensor, Tensor, Tensor]): Input weights (input_size, directions * 4 *
        hidden_size), biases (directions * 4 * hidden_size,) and recurrent weights (directions,
        hidden_size, 4 * hidden_size).
    """

    def by_gate(name: str) -> Tensor:
        gates = getattr(lstm, name).chunk(4)
        return torch.cat([scale * gates[i] for i, scale in zip(GATES, SCALES, strict=True)])

    suffixes = ("", "_reverse") if lstm.bidirectional else ("",)
    w_ih, w_hh, b_ih, b_hh = (
        torch.stack([by_gate(f"{name}_l{layer}{suffix}") for suffix in suffixes])
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    return w_ih.flatten(0, 1).T.contiguous(), (b_ih + b_hh).flatten(), w_hh.transpose(1, 2)


def trainable_lstm(
    lstm: nn.LSTM,
    inputs: Tensor,
    orders: Sequence[Tensor],
    batch_sizes: Sequence[int],
    state: State | None,
) -> tuple[Tensor, State]:
    """Run all layers of an nn.LSTM over a batch of sequences.

    lstm (nn.LSTM): Drops units between its layers in training mode.
    inputs (Tensor): (n_tokens, input_size).
    orders (Sequence[Tensor]): For each direction, the order in which it reads the tokens: at each
        time step one token of each sequence that has one left, the longest sequence first,
        (n_tokens,).
    batch_sizes (Sequence[int]): Number of tokens of each time step.
    state (State | None): Where to start; None for zeros, (layers * directions, n_sequences,
        hidden_size), the longest sequence first.
    RETURNS (tuple[Tensor, State]): Hidden states of the last layer, (n_tokens, directions *
        hidden_size), and the last states of all layers, in the shape of the state.
    """
    n_directions, width = len(orders), lstm.hidden_size
    if state is None:
        zeros = inputs.new_zeros(lstm.num_layers * n_directions, batch_sizes[0], width)
        state = zeros, zeros
    first = [part.split(n_directions) for part in state]
    order = torch.stack(list(orders))  # (directions, n_tokens)
    direction = torch.arange(n_directions, device=order.device)[:, None]
    to_reading = order * n_directions + direction
    from_reading = (torch.argsort(order) + direction * len(inputs)).T
    last, outputs = [], inputs
    for layer in range(lstm.num_layers):
        if layer:
            outputs = nn.functional.dropout(outputs, lstm.dropout, lstm.training)
        w_ih, bias, recurrent = layer_weights(lstm, layer)
        projected = torch.addmm(bias, outputs, w_ih).view(len(outputs) * n_directions, -1)
        # The gradient of projected[...] adds in another order each time, with several threads.
        gates = nn.functional.embedding(to_reading, projected)
        before = (part[layer] for part in first)
        hidden, cells = Recurrence.apply(gates, recurrent, *before, batch_sizes)  # type: ignore[no-untyped-call]
        last.append([at_end(part, batch_sizes) for part in (hidden, cells)])
        outputs = nn.functional.embedding(from_reading, hidden.flatten(0, 1)).flatten(1)
    last_hidden, last_cells = (torch.cat(parts) for parts in zip(*last, strict=True))
    return outputs, (last_hidden, last_cells)


class Recurrence(torch.autograd.Function):
    """One layer, all directions; every tensor in the order of reading.

    At each time step, with the gates' sums s = projected input + hidden state before @ recurrent:
    cell = sigmoid(s_keep) * cell before + sigmoid(s_into) * tanh(s_new), and
    hidden state = sigmoid(s_out) * tanh(cell)
    (Hochreiter and Schmidhuber, 1997: Long Short-Term Memory).

    gates (Tensor): Projected inputs, in the order of `GATES`, (directions, n_tokens, 4 * width).
    recurrent (Tensor): (directions, width, 4 * width).
    hidden, cell (Tensor): The first states, (directions, n_sequences, width).
    batch_sizes (Sequence[int]): Number of tokens of each time step.
    RETURNS (tuple[Tensor, Tensor]): All hidden states and cell states, (directions, n_tokens,
        width).
    """

    @staticmethod
    def forward(
        ctx: Any,
        gates: Tensor,
        recurrent: Tensor,
        hidden: Tensor,
        cell: Tensor,
        batch_sizes: Sequence[int],
    ) -> tuple[Tensor, Tensor]:
        activations = torch.empty_like(gates)
        all_hidden, all_cells = (
            gates.new_empty(*gates.shape[:2], hidden.shape[2]) for _ in range(2)
        )
        first_hidden, first_cell = hidden, cell
        start = 0
        for size in batch_sizes:
            now = slice(start, start + size)
            sums = torch.baddbmm(gates[:, now], hidden[:, :size], recurrent)
            active = torch.sigmoid(sums, out=activations[:, now])
            into, keep, out, new = active.chunk(4, dim=2)
            cell = torch.mul(keep, cell[:, :size], out=all_cells[:, now])
            cell.addcmul_(into, new, value=2).sub_(into)
            hidden = torch.mul(out, tanh(cell), out=all_hidden[:, now])
            start += size
        ctx.batch_sizes = batch_sizes
        ctx.save_for_backward(
            activations, recurrent, first_hidden, first_cell, all_hidden, all_cells
        )
        return all_hidden, all_cells

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_all_hidden: Tensor, d_all_cells: Tensor) -> tuple[Tensor | None, ...]:
        activations, recurrent, first_hidden, first_cell, all_hidden, all_cells = ctx.saved_tensors
        into, keep, out, new = activations.chunk(4, dim=2)
        earlier = earlier_tokens(ctx.batch_sizes)
        hidden_before = torch.cat([first_hidden, all_hidden[:, earlier]], dim=1)
        cell_before = torch.cat([first_cell, all_cells[:, earlier]], dim=1)
        output = tanh(all_cells)
        # A gate's gradient is its factor times the gradient of the cell, or for the output gate, of
        # the hidden state.
        others = torch.cat([2 * new - 1, cell_before, output, 2 * into], dim=2)
        slopes = torch.addcmul(activations, activations, activations, value=-1)
        factors = others.mul_(slopes).unflatten(2, (4, -1))
        to_cell = out * (1 - output * output)
        d_gates = torch.empty_like(factors)
        d_hidden, d_cell = torch.zeros_like(first_hidden), torch.zeros_like(first_cell)
        to_hidden = recurrent.transpose(1, 2)
        end = d_gates.shape[1]
        for size in reversed(ctx.batch_sizes):
            now = slice(end - size, end)
            d_h, d_c, d_gate = d_hidden[:, :size], d_cell[:, :size], d_gates[:, now]
            d_h += d_all_hidden[:, now]
            d_c += d_all_cells[:, now]
            d_c.addcmul_(d_h, to_cell[:, now])
            torch.mul(factors[:, now], d_c[:, :, None], out=d_gate)
            torch.mul(factors[:, now, 2], d_h, out=d_gate[:, :, 2])
            d_c *= keep[:, now]
            d_h.copy_(torch.bmm(d_gate.flatten(2), to_hidden))
            end -= size
        d_gates = d_gates.flatten(2)
        return d_gates, hidden_before.transpose(1, 2) @ d_gates, d_hidden, d_cell, None


def at_end(hidden: Tensor, batch_sizes: Sequence[int]) -> Tensor:
    """The last hidden state of each sequence, the longest first, (n_directions, n_sequences,
    width)."""
    sizes = torch.tensor(batch_sizes, device=hidden.device)
    starts = sizes.cumsum(0) - sizes
    sequences = torch.arange(batch_sizes[0], device=hidden.device)
    lengths = (sizes[None] > sequences[:, None]).sum(1)
    return hidden[:, starts[lengths - 1] + sequences]


def tanh(values: Tensor) -> Tensor:
    """PyTorch's sigmoid is many times faster than its tanh."""
    return (2 * values).sigmoid_().mul_(2).sub_(1)


def earlier_tokens(batch_sizes: Sequence[int]) -> Tensor:
    """For each token after the first time step, in the order of reading, the position of the token
    before it in its sequence."""
    sizes = torch.tensor(batch_sizes, device="cpu")
    later = torch.arange(batch_sizes[0], sum(batch_sizes), device="cpu")
    return later - torch.repeat_interleave(sizes[:-1], sizes[1:])
