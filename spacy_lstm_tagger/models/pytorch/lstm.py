"""An LSTM over sequences whose inputs, such as words or characters, occur many times."""

import numpy
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from ..steps import Steps
from .recurrence import trainable_lstm


class SequenceLSTM(nn.Module):
    """Runs an `nn.LSTM` over sequences that are laid end to end, without padding.

    input_size (int): Width of an input.
    width (int): Width of a hidden state, both directions together.
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
        self.lstm = nn.LSTM(
            input_size=input_size,
            hidden_size=width // 2 if bidirectional else width,
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

    def forward(self, inputs: Tensor, index: Tensor, lengths: Tensor) -> Tensor:
        """Run over a batch of sequences, none of them empty.

        inputs (Tensor): Distinct inputs, float32, (n_inputs, input_size).
        index (Tensor): Which of the inputs comes at each step, the steps of one sequence behind the
            steps of another, int64, (n_steps,).
        lengths (Tensor): Steps of each sequence, int64, (n_sequences,).
        RETURNS (Tensor): The hidden state at each step, float32, (n_steps, width).
        """
        lengths = lengths.cpu()
        sequences = torch.arange(len(lengths), device=lengths.device)
        sequence = torch.repeat_interleave(sequences, lengths).to(index.device)
        # The gradient of inputs[...] adds in another order each time, with several threads.
        read = self.drop(nn.functional.embedding(index, inputs), sequence)
        order, sizes = reading_order(lengths, 2 if self.lstm.bidirectional else 1)
        run = trainable_lstm if read.device.type == "cpu" else packed_lstm
        return self.drop(run(self.lstm, read, order.to(read.device), sizes), sequence)

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


def reading_order(lengths: Tensor, n_directions: int) -> tuple[Tensor, list[int]]:
    """The order in which an LSTM reads the steps of a batch, (n_directions, n_steps), and how many
    sequences it reads at each time, see `Steps`.

    lengths (Tensor): Steps of each sequence, int64 on the CPU, (n_sequences,).
    """
    n_steps = lengths.numpy()
    longest_first = numpy.argsort(-n_steps, kind="stable")
    starts = numpy.cumsum(n_steps) - n_steps
    steps = Steps.of(starts[longest_first], n_steps[longest_first], n_directions)
    return torch.from_numpy(steps.order), steps.sizes


def packed_lstm(lstm: nn.LSTM, inputs: Tensor, order: Tensor, sizes: list[int]) -> Tensor:
    """Do as `trainable_lstm` does, on any device."""
    forwards = order[0]
    packed = PackedSequence(inputs[forwards], torch.tensor(sizes, device="cpu"))
    hidden: Tensor = lstm(packed)[0].data
    return hidden[torch.argsort(forwards)]
