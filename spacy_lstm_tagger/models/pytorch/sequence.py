"""An LSTM over sequences whose inputs, such as words or characters, occur many times."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from .cache import WeightsCache, weights_state
from .fast_lstm import FusedWeights, State, fast_lstm
from .trainable_lstm import trainable_lstm

MIN_SEQUENCES = 8  # of a batch for which `fast_lstm` is faster than `trainable_lstm`


class SequenceLSTM(nn.Module):
    """Runs an `nn.LSTM` over sequences that are laid end to end, without padding.

    input_size (int): Width of an input.
    width (int): Width of a hidden state, both directions together.
    depth (int): Layers, each over the hidden states of the one below.
    bidirectional (bool): Whether a hidden state knows what comes after it as well.
    precision (str): "float32", or "bfloat16" to multiply with its weights in bfloat16, which is
        faster. It stays float32 in training, and on processors without instructions for bfloat16.
    device (torch.device | str): Where its weights are made.
    """

    def __init__(
        self,
        input_size: int,
        *,
        width: int,
        depth: int,
        bidirectional: bool,
        precision: str,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self._fused: dict[torch.dtype, WeightsCache[FusedWeights]] = {
            torch.float32: WeightsCache(),
            torch.bfloat16: WeightsCache(),
        }
        use_bfloat16 = precision == "bfloat16" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self.dtype = torch.bfloat16 if use_bfloat16 else torch.float32
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

    def train(self, mode: bool = True) -> "SequenceLSTM":
        """Set training or evaluation mode, and forget what was computed from the weights."""
        for cache in self._fused.values():
            cache.clear()
        return super().train(mode)

    def forward(
        self, inputs: Tensor, index: Tensor | None, lengths: Tensor, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Run over a batch of sequences, none of them empty.

        inputs (Tensor): Distinct inputs, float32, (n_inputs, input_size).
        index (Tensor | None): Which of the inputs comes at each step, the steps of one
            sequence behind the steps of another, int64, (n_steps,); None if each input comes once,
            in order.
        lengths (Tensor): Steps of each sequence, int64 on the CPU, (n_sequences,).
        state (State | None): Where an earlier call left off, to carry on from there;
            two tensors (depth * directions, n_sequences, width of a direction).
        RETURNS (tuple[Tensor, State]): The hidden state at each step, float32, (n_steps, width),
            and the state after the last one.
        """
        if index is None:
            index = torch.arange(len(inputs), device=inputs.device)
        on_cpu = inputs.device.type == "cpu"
        if on_cpu and self.needs_no_gradient and state is None and len(lengths) >= MIN_SEQUENCES:
            return self.forward_projected(self.project(inputs), index, lengths)
        sequences = torch.arange(len(lengths), device=lengths.device)
        sequence = torch.repeat_interleave(sequences, lengths).to(index.device)
        # The gradient of inputs[...] adds in another order each time, with several threads.
        read = self.drop(nn.functional.embedding(index, inputs), sequence)
        run = self.run_on_cpu if on_cpu else self.run_on_gpu
        hidden, state = run(read, lengths, state)
        return self.drop(hidden, sequence), state

    def run_on_cpu(
        self, inputs: Tensor, lengths: Tensor, state: State | None
    ) -> tuple[Tensor, State]:
        """Run the LSTM, with a gradient if there is to be one.

        inputs (Tensor): (n_steps, input_size).
        """
        orders, batch_sizes, sorted_indices = self.reading_orders(lengths)
        if state is not None:
            state = reorder(state, sorted_indices)
        if self.needs_no_gradient:
            weights = self.fused_weights(torch.float32)
        else:
            weights = FusedWeights(self.lstm, inputs.dtype)
        hidden, last = trainable_lstm(self.lstm, weights, inputs, orders, batch_sizes, state)
        return hidden, reorder(last, torch.argsort(sorted_indices))

    def run_on_gpu(
        self, inputs: Tensor, lengths: Tensor, state: State | None
    ) -> tuple[Tensor, State]:
        """Do as `run_on_cpu` does."""
        order, _, batch_sizes, sorted_indices = time_major(lengths)
        unsorted_indices = torch.argsort(sorted_indices).to(inputs.device)
        order, sorted_indices = order.to(inputs.device), sorted_indices.to(inputs.device)
        steps = PackedSequence(inputs[order], batch_sizes, sorted_indices, unsorted_indices)
        packed, state = self.lstm(steps, state)
        return packed.data[torch.argsort(order)], state

    @property
    def needs_no_gradient(self) -> bool:
        return not self.training and not torch.is_grad_enabled()

    def project(self, inputs: Tensor) -> Tensor:
        """Multiply inputs with the first layer's input weights, as `forward_projected` takes them.

        inputs (Tensor): float32, (n_inputs, input_size).
        RETURNS (Tensor): float32, (n_inputs, directions, 4 * width of a direction).
        """
        return self.fused_weights(self.dtype).project(0, inputs)

    def forward_projected(
        self, projected: Tensor, index: Tensor, lengths: Tensor
    ) -> tuple[Tensor, State]:
        """Do as `forward` does, with projected inputs and without a gradient."""
        orders, batch_sizes, sorted_indices = self.reading_orders(lengths)
        weights = self.fused_weights(self.dtype)
        hidden, last = fast_lstm(weights, projected, index, orders, batch_sizes)
        return hidden, reorder(last, torch.argsort(sorted_indices))

    def reading_orders(self, lengths: Tensor) -> tuple[list[Tensor], list[int], Tensor]:
        """What `time_major` returns, with an order for each direction of the LSTM."""
        order, reverse_order, batch_sizes, sorted_indices = time_major(lengths)
        orders = [order, reverse_order] if self.lstm.bidirectional else [order]
        return orders, batch_sizes.tolist(), sorted_indices

    def fused_weights(self, dtype: torch.dtype) -> FusedWeights:
        """The weights in the form that `fast_lstm` takes, in a number format."""
        state = weights_state([self.lstm])
        return self._fused[dtype].get(state, lambda: FusedWeights(self.lstm, dtype))

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
    """The order in which an LSTM reads a batch without padding: first the first step of
    every sequence, the longest sequence's first, then every second step, and so on.

    lengths (Tensor): Steps of each sequence, all above 0, int64 on the CPU, (n_sequences,).
    RETURNS (tuple[Tensor, Tensor, Tensor, Tensor]): The steps in the order in which they are read,
        from left to right and from right to left, (n_steps,) each; how many sequences are read at
        each time, (longest,); and the sequences from the longest to the shortest, (n_sequences,).
    """
    sorted_indices = torch.argsort(lengths, descending=True, stable=True)
    starts = (torch.cumsum(lengths, 0) - lengths)[sorted_indices]
    lengths = lengths[sorted_indices]
    sequences = torch.arange(len(lengths), device=lengths.device)
    ranks = torch.repeat_interleave(sequences, lengths)
    first = torch.repeat_interleave(torch.cumsum(lengths, 0) - lengths, lengths)
    # The step in its sequence, the longest sequence's steps first.
    step = torch.arange(len(ranks), device=lengths.device) - first
    batch_sizes = torch.bincount(step)
    read = torch.argsort(step, stable=True)
    ranks, step = ranks[read], step[read]
    order = starts[ranks] + step
    reverse_order = starts[ranks] + lengths[ranks] - 1 - step
    return order, reverse_order, batch_sizes, sorted_indices
