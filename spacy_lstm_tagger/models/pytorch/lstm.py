"""An LSTM over sequences whose inputs, such as words or characters, occur many times."""

import numpy
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from ..time_steps import TimeSteps
from .gather import gather
from .recurrence import State, run_layers


class SequenceLSTM(nn.Module):
    """Runs an `nn.LSTM` over sequences that are laid end to end, without padding.

    input_size (int): Width of an input.
    width (int): Width of a hidden state, both directions together. The first direction's comes
        first.
    depth (int): Layers, each over the hidden states of the one below.
    bidirectional (bool): Whether a hidden state knows what comes after it as well.
    device (torch.device | str): Where its weights are made.
    """

    def __init__(
        self,
        input_size: int,
        *,
        width: int,
        depth: int,
        bidirectional: bool,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.0)
        self.n_directions = 2 if bidirectional else 1
        self.lstm = nn.LSTM(
            input_size=input_size,
            hidden_size=width // self.n_directions,
            num_layers=depth,
            bidirectional=bidirectional,
            device=device,
            dtype=torch.float32,
        )

    def set_dropout(self, rate: float) -> None:
        """Set the share of units that training drops before, between and after the layers.

        Before and after them the same units are dropped at each step of a sequence
        (Gal and Ghahramani, 2016: A Theoretically Grounded Application of Dropout in RNNs).
        """
        self.dropout.p = rate
        self.lstm.dropout = rate if self.lstm.num_layers > 1 else 0.0

    def forward(
        self, inputs: Tensor, index: Tensor, lengths: Tensor, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Run over a batch of sequences, none of them empty.

        inputs (Tensor): Distinct inputs, float32, (n_inputs, input_size).
        index (Tensor): Which of the inputs comes at each step, the steps of one sequence behind the
            steps of another, int64, (n_steps,).
        lengths (Tensor): Steps of each sequence, int64, (n_sequences,).
        state (State | None): Where an earlier call left off, to carry on from there;
            two tensors (depth * directions, n_sequences, width of a direction).
        RETURNS (tuple[Tensor, State]): The hidden state at each step, float32, (n_steps, width),
            and the state after the last one.
        """
        lengths = lengths.cpu()
        sequences = torch.arange(len(lengths), device=lengths.device)
        sequence = torch.repeat_interleave(sequences, lengths).to(index.device)
        steps = self.drop(gather(inputs, index), sequence)  # (n_steps, input_size)
        if steps.device.type == "cpu":
            hidden, state = self.run_on_cpu(steps, lengths, state)
        else:
            hidden, state = self.run_on_gpu(steps, lengths, state)
        return self.drop(hidden, sequence), state

    def run_on_gpu(
        self, inputs: Tensor, lengths: Tensor, state: State | None
    ) -> tuple[Tensor, State]:
        """Run `nn.LSTM` on packed sequences. On a CPU, `run_on_cpu` gives the same in less time.

        inputs (Tensor): The input at each step, (n_steps, input_size).
        RETURNS (tuple[Tensor, State]): As `forward` returns.
        """
        order, _, batch_sizes, sorted_indices = time_major(lengths)
        unsorted_indices = torch.argsort(sorted_indices).to(inputs.device)
        order = order.to(inputs.device)
        sorted_indices = sorted_indices.to(inputs.device)
        steps = PackedSequence(inputs[order], batch_sizes, sorted_indices, unsorted_indices)
        packed, last = self.lstm(steps, state)
        return packed.data[torch.argsort(order)], last

    def run_on_cpu(
        self, inputs: Tensor, lengths: Tensor, state: State | None
    ) -> tuple[Tensor, State]:
        """Run with our own backward pass: it takes less time on a CPU than the backward pass of
        `nn.LSTM`, see `recurrence.py`. Arguments and result are as in `run_on_gpu`."""
        order, reverse_order, batch_sizes, sorted_indices = time_major(lengths)
        orders = [order, reverse_order][: self.n_directions]
        if state is not None:
            state = reorder(state, sorted_indices)
        hidden, last = run_layers(self.lstm, inputs, orders, batch_sizes.tolist(), state)
        return hidden, reorder(last, torch.argsort(sorted_indices))

    def drop(self, values: Tensor, sequence: Tensor) -> Tensor:
        """Drop the same units at each step of a sequence.

        values (Tensor): (n_steps, n_units).
        sequence (Tensor): The sequence of each step, int64, (n_steps,).
        """
        if not self.training or not self.dropout.p:
            return values
        n_sequences = int(sequence.max()) + 1
        mask: Tensor = self.dropout(values.new_ones(n_sequences, values.shape[1]))
        return values * mask[sequence]


def reorder(state: State, order: Tensor) -> State:
    """The state of a batch whose sequences come in another order, (n_sequences,)."""
    hidden, cells = state
    return hidden[:, order], cells[:, order]


def time_major(lengths: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The order in which an LSTM reads a batch without padding, see `TimeSteps`.

    lengths (Tensor): Steps of each sequence, all above 0, int64 on the CPU, (n_sequences,).
    RETURNS (tuple[Tensor, Tensor, Tensor, Tensor]): The steps in the order in which they are read,
        from left to right and from right to left, (n_steps,) each; how many sequences are read at
        each time, (longest,); and the sequences from the longest to the shortest, (n_sequences,).
    """
    n_steps = lengths.numpy()
    longest_first = numpy.argsort(-n_steps, kind="stable")
    starts = numpy.cumsum(n_steps) - n_steps
    steps = TimeSteps.of(starts[longest_first], n_steps[longest_first], n_directions=2)
    order, reverse_order = torch.from_numpy(steps.order)
    sizes = torch.tensor(steps.sizes, device="cpu")
    return order, reverse_order, sizes, torch.from_numpy(longest_first)
