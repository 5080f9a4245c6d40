"""An LSTM's forward and backward pass on the CPU, in a time that grows with the number of tokens.

The backward pass of `nn.LSTM` on packed sequences makes a gradient as large as the batch at each
time step. Here the steps do what has to be done in turn, and everything else is done for all tokens
at once.

Both directions take a step at once. In shapes, `width` stands for the width of one direction,
`gates` for 4 * width, and `n_sequences` for the sequences of a batch, the longest first. In the
order of reading, each time step has one token of each sequence that has one left.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from .gather import gather

State = tuple[Tensor, Tensor]  # hidden state and cell state

# The rows of nn.LSTM's weights are input gate, forget gate, cell, output gate. Here the cell comes
# last. Its tanh is computed as tanh(x) = 2 sigmoid(2 x) - 1, because PyTorch's sigmoid is many
# times faster than its tanh.
GATE_ORDER = (0, 1, 3, 2)
SIGMOID_FACTORS = (1.0, 1.0, 1.0, 2.0)


def layer_weights(lstm: nn.LSTM, layer: int) -> tuple[Tensor, Tensor, Tensor]:
    """The weights of a layer in the form that `run_layers` multiplies with.

    RETURNS (tuple[Tensor, Tensor, Tensor]): Input weights (input_size, directions * gates),
        biases (directions * gates,) and recurrent weights (directions, width, gates).
    """
    suffixes = ("", "_reverse") if lstm.bidirectional else ("",)

    def by_gate(name: str) -> Tensor:
        rows = getattr(lstm, name).chunk(4)  # 4 times (width, ...)
        return torch.cat(
            [factor * rows[gate] for gate, factor in zip(GATE_ORDER, SIGMOID_FACTORS, strict=True)]
        )

    def of_all(name: str) -> Tensor:
        return torch.stack([by_gate(f"{name}_l{layer}{suffix}") for suffix in suffixes])

    w_ih = of_all("weight_ih")  # (directions, gates, input_size)
    w_hh = of_all("weight_hh")  # (directions, gates, width)
    bias = of_all("bias_ih") + of_all("bias_hh")  # (directions, gates)
    return w_ih.flatten(0, 1).T.contiguous(), bias.flatten(), w_hh.transpose(1, 2)


def run_layers(
    lstm: nn.LSTM,
    inputs: Tensor,
    orders: Sequence[Tensor],
    batch_sizes: Sequence[int],
    state: State | None,
) -> tuple[Tensor, State]:
    """Run all layers of an nn.LSTM over a batch of sequences.

    lstm (nn.LSTM): The LSTM. It drops units between its layers in training mode.
    inputs (Tensor): (n_tokens, input_size).
    orders (Sequence[Tensor]): For each direction, the tokens in the order of reading, (n_tokens,).
    batch_sizes (Sequence[int]): Number of tokens of each time step.
    state (State | None): Where to start, two tensors (layers * directions, n_sequences, width);
        None for zeros.
    RETURNS (tuple[Tensor, State]): Hidden states of the last layer, (n_tokens, directions * width),
        and the last states of all layers, in the shape of the state.
    """
    n_directions = len(orders)
    n_tokens = len(inputs)
    if state is None:
        n_states = lstm.num_layers * n_directions
        zeros = inputs.new_zeros(n_states, batch_sizes[0], lstm.hidden_size)
        state = (zeros, zeros)
    first_hidden = state[0].split(n_directions)  # of each layer (directions, n_sequences, width)
    first_cells = state[1].split(n_directions)
    order = torch.stack(list(orders))  # (directions, n_tokens)
    number = torch.arange(n_directions, device=order.device)[:, None]
    to_reading = order * n_directions + number  # (directions, n_tokens)
    from_reading = (torch.argsort(order) + number * n_tokens).T  # (n_tokens, directions)
    last_hidden = []
    last_cells = []
    outputs = inputs
    for layer in range(lstm.num_layers):
        if layer:
            outputs = nn.functional.dropout(outputs, lstm.dropout, lstm.training)
        w_ih, bias, recurrent = layer_weights(lstm, layer)
        projected = torch.addmm(bias, outputs, w_ih)  # (n_tokens, directions * gates)
        projected = projected.view(n_tokens * n_directions, -1)
        sums = gather(projected, to_reading)  # (directions, n_tokens, gates)
        hidden, cells = Recurrence.apply(  # type: ignore[no-untyped-call]
            sums, recurrent, first_hidden[layer], first_cells[layer], batch_sizes
        )  # (directions, n_tokens, width) each
        last_hidden.append(at_end(hidden, batch_sizes))
        last_cells.append(at_end(cells, batch_sizes))
        outputs = gather(hidden.flatten(0, 1), from_reading).flatten(1)
    return outputs, (torch.cat(last_hidden), torch.cat(last_cells))


# With torch 2.13 on one thread of an AMD EPYC, updates on UD English-EWT take less time of the
# processor than with nn.LSTM on packed sequences: 1.32 times with default.cfg, 1.21 times with
# accuracy.cfg, whose letters and adversary cost the same in both. Forward and backward pass alone,
# 1,000 words of width 256: as fast for sentences of 18 words, 1.24 times for pieces of 60, and 2.1
# times for texts of 250.
class Recurrence(torch.autograd.Function):
    """One layer, all directions; every tensor in the order of reading.

    Let i, f and o be the sigmoids of the sums of the input, forget and output gate, and g the tanh
    of the sum of the new cell. The sums are s_t = projected input + h_(t-1) @ recurrent, and

        c_t = f * c_(t-1) + i * g        h_t = o * tanh(c_t)

    (Hochreiter and Schmidhuber, 1997: Long Short-Term Memory).

    The backward pass goes from the last time step to the first. It holds dh and dc, the gradient of
    the loss with respect to h_t and c_t. At a step they begin with what the layers above send and
    what the step after has left. The loss depends on c_t by way of h_t, too, so first

        dc += dh * o * (1 - tanh(c_t)^2)

    Each gate's sum gets its slope times what the gate is multiplied with. The slope of a sigmoid y
    is y (1 - y), and of a tanh y it is 1 - y^2:

        ds_i = dc * g * i (1 - i)            ds_f = dc * c_(t-1) * f (1 - f)
        ds_o = dh * tanh(c_t) * o (1 - o)    ds_g = dc * i * (1 - g^2)

    With z = sigmoid(2 s), which is what `forward` keeps, g = 2 z - 1. The derivative of g with
    respect to the doubled sum 2 s, which is the one that is computed here, is 2 z (1 - z).
    What is left for the step before is dc * f and ds @ recurrent^T. All but dh and dc are known
    beforehand, so they are computed for all tokens at once. The gradient of the recurrent weights,
    the sum over t of h_(t-1)^T @ ds_t, is a single product at the end.

    sums (Tensor): Projected inputs, in the order of `GATE_ORDER`, (directions, n_tokens, gates).
    recurrent (Tensor): (directions, width, gates).
    hidden, cell (Tensor): The first states, (directions, n_sequences, width).
    batch_sizes (Sequence[int]): Number of tokens of each time step.
    RETURNS (tuple[Tensor, Tensor]): All hidden states and cell states, (directions, n_tokens,
        width).
    """

    @staticmethod
    def forward(
        ctx: Any,
        sums: Tensor,
        recurrent: Tensor,
        hidden: Tensor,
        cell: Tensor,
        batch_sizes: Sequence[int],
    ) -> tuple[Tensor, Tensor]:
        n_directions, n_tokens, _ = sums.shape
        width = hidden.shape[2]
        activations = torch.empty_like(sums)  # (directions, n_tokens, gates)
        all_hidden = sums.new_empty(n_directions, n_tokens, width)
        all_cells = sums.new_empty(n_directions, n_tokens, width)
        first_hidden = hidden
        first_cell = cell
        start = 0
        for size in batch_sizes:
            now = slice(start, start + size)
            # (directions, size, gates)
            sums_now = torch.baddbmm(sums[:, now], hidden[:, :size], recurrent)
            active = torch.sigmoid(sums_now, out=activations[:, now])
            i, f, o, z = active.chunk(4, dim=2)  # (directions, size, width) each
            cell = torch.mul(f, cell[:, :size], out=all_cells[:, now])
            cell.addcmul_(i, z, value=2).sub_(i)  # + i * (2 * z - 1)
            hidden = torch.mul(o, tanh(cell), out=all_hidden[:, now])
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
        i, f, o, z = activations.chunk(4, dim=2)  # (directions, n_tokens, width) each
        earlier = earlier_tokens(ctx.batch_sizes)  # (n_tokens - n_sequences,)
        hidden_before = torch.cat([first_hidden, all_hidden[:, earlier]], dim=1)
        cell_before = torch.cat([first_cell, all_cells[:, earlier]], dim=1)
        output = tanh(all_cells)  # (directions, n_tokens, width)
        # What each gate is multiplied with, then times its slope, (directions, n_tokens, gates).
        # The 2 of the new cell's slope stands with its factor.
        others = torch.cat([2 * z - 1, cell_before, output, 2 * i], dim=2)
        slopes = torch.addcmul(activations, activations, activations, value=-1)
        factors = others.mul_(slopes).unflatten(2, (4, -1))  # (directions, n_tokens, 4, width)
        to_cell = o * (1 - output * output)  # (directions, n_tokens, width)
        d_sums = torch.empty_like(factors)  # (directions, n_tokens, 4, width)
        d_hidden = torch.zeros_like(first_hidden)  # (directions, n_sequences, width)
        d_cell = torch.zeros_like(first_cell)
        to_hidden = recurrent.transpose(1, 2)  # (directions, gates, width)
        end = d_sums.shape[1]
        for size in reversed(ctx.batch_sizes):
            now = slice(end - size, end)
            d_h = d_hidden[:, :size]  # (directions, size, width)
            d_c = d_cell[:, :size]
            d_s = d_sums[:, now]  # (directions, size, 4, width)
            d_h += d_all_hidden[:, now]
            d_c += d_all_cells[:, now]
            d_c.addcmul_(d_h, to_cell[:, now])
            torch.mul(factors[:, now], d_c[:, :, None], out=d_s)
            torch.mul(factors[:, now, 2], d_h, out=d_s[:, :, 2])  # the output gate
            d_c *= f[:, now]
            d_h.copy_(torch.bmm(d_s.flatten(2), to_hidden))
            end -= size
        d_sums = d_sums.flatten(2)  # (directions, n_tokens, gates)
        d_recurrent = hidden_before.transpose(1, 2) @ d_sums  # (directions, width, gates)
        return d_sums, d_recurrent, d_hidden, d_cell, None


def at_end(states: Tensor, batch_sizes: Sequence[int]) -> Tensor:
    """The last state of each sequence, (directions, n_tokens, width) to (directions, n_sequences,
    width)."""
    sizes = torch.tensor(batch_sizes, device=states.device)
    starts = sizes.cumsum(0) - sizes
    sequences = torch.arange(batch_sizes[0], device=states.device)
    lengths = (sizes[None] > sequences[:, None]).sum(1)
    return states[:, starts[lengths - 1] + sequences]


def tanh(values: Tensor) -> Tensor:
    """PyTorch's sigmoid is many times faster than its tanh."""
    return (2 * values).sigmoid_().mul_(2).sub_(1)


def earlier_tokens(batch_sizes: Sequence[int]) -> Tensor:
    """For each token after the first time step, in the order of reading, the position of the token
    before it in its sequence."""
    sizes = torch.tensor(batch_sizes, device="cpu")
    later = torch.arange(batch_sizes[0], sum(batch_sizes), device="cpu")
    return later - torch.repeat_interleave(sizes[:-1], sizes[1:])
