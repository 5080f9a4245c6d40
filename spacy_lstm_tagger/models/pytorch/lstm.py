"""An LSTM over sentences whose distinct words are embedded once."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from .embedding import WordEmbedding
from .sweep import State, SweepWeights, sweep

MIN_SENTENCES = 8  # of a batch for which `sweep` is faster than nn.LSTM


class WordLSTM(nn.Module):
    """Embedding, then LSTM: h_i, the hidden state at word i, for each word.

    embedding (WordEmbedding): Gives each distinct word its vector.
    width (int): Width of h_i, both directions together.
    depth (int): Layers, each over the hidden states of the one below.
    bidirectional (bool): Whether h_i knows the words after i as well as those before.
    precision (str): "float32", or "bfloat16" to multiply with its weights in bfloat16, which is
        faster; on processors without instructions for it, and in training, it stays float32.
    """

    def __init__(
        self,
        embedding: WordEmbedding,
        *,
        width: int,
        depth: int,
        bidirectional: bool,
        precision: str = "float32",
    ) -> None:
        super().__init__()
        self.sweep_weights: SweepWeights | None = None
        use_bfloat16 = precision == "bfloat16" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self.dtype = torch.bfloat16 if use_bfloat16 else torch.float32
        self.embedding = embedding
        self.dropout = nn.Dropout(0.0)
        self.lstm = nn.LSTM(
            input_size=embedding.width,
            hidden_size=width // 2 if bidirectional else width,
            num_layers=depth,
            bidirectional=bidirectional,
        )

    def set_dropout(self, rate: float, word_rate: float) -> None:
        """Set what training drops.

        rate (float): Share of units before, between and after the layers.
        word_rate (float): Share of words that are read as unknown.
        """
        self.dropout.p = rate
        self.lstm.dropout = rate if self.lstm.num_layers > 1 else 0.0
        self.embedding.word_dropout = word_rate

    def train(self, mode: bool = True) -> "WordLSTM":
        """Set training or evaluation mode; the weights may have changed since the last time."""
        self.sweep_weights = None
        return super().train(mode)

    def forward(
        self,
        words: Tensor,
        features: Tensor,
        tokens: Tensor,
        lengths: Tensor,
        state: State | None = None,
    ) -> tuple[Tensor, State]:
        """Run over a batch of sentences, none of them empty.

        words (Tensor): Ids of the distinct words, int64, (n_words,).
        features (Tensor): Ids of their features, int64, (n_words, n_features).
        tokens (Tensor): For each token, which of the distinct words it is, int64, (n_tokens,).
        lengths (Tensor): Tokens of each sentence, int64 on the CPU, (n_sentences,).
        state (Optional[State]): Where an earlier call left off, to carry on from there;
            two tensors (depth * directions, n_sentences, width of a direction).
        RETURNS (Tuple[Tensor, State]): h_i for each token, float32, (n_tokens, width),
            and the state after the last one.
        """
        vectors = self.embedding(words, features)  # (n_words, embedding.width)
        order, reverse_order, batch_sizes, by_length = time_major(lengths)
        in_text_order = torch.argsort(by_length)
        if (
            state is None
            and not self.training
            and not torch.is_grad_enabled()
            and vectors.device.type == "cpu"
            and (len(lengths) >= MIN_SENTENCES or self.dtype != torch.float32)
        ):
            orders = [order, reverse_order] if self.lstm.bidirectional else [order]
            weights = self.sweep_weights
            if weights is None or not weights.is_current(self.lstm):
                weights = self.sweep_weights = SweepWeights(self.lstm, self.dtype)
            hidden, last = sweep(weights, vectors, tokens, orders, batch_sizes.tolist())
            return hidden, (last[0][:, in_text_order], last[1][:, in_text_order])
        order = order.to(tokens.device)
        steps = PackedSequence(
            self.dropout(vectors[tokens[order]]),  # (n_tokens, embedding.width)
            batch_sizes,
            by_length.to(tokens.device),
            in_text_order.to(tokens.device),
        )
        packed, state = self.lstm(steps, state)
        return self.dropout(packed.data[torch.argsort(order)]), state


def time_major(lengths: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The order in which an LSTM reads a batch without padding: first the first token of
    every sentence, the longest sentence's first, then every second token, and so on.

    lengths (Tensor): Tokens of each sentence, all above 0, int64, (n_sentences,).
    RETURNS (Tuple[Tensor, Tensor, Tensor, Tensor]): Which token is read when, from left to right
        and from right to left, (n_tokens,) each; how many sentences have a token at each time
        step, (longest,); and the sentences from the longest to the shortest, (n_sentences,).
    """
    by_length = torch.argsort(lengths, descending=True, stable=True)
    starts = (torch.cumsum(lengths, 0) - lengths)[by_length]
    lengths = lengths[by_length]
    ranks = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    first = torch.repeat_interleave(torch.cumsum(lengths, 0) - lengths, lengths)
    step = torch.arange(len(ranks)) - first  # of each token, the longest sentence's tokens first
    batch_sizes = torch.bincount(step)
    read = torch.argsort(step, stable=True)
    ranks, step = ranks[read], step[read]
    order = starts[ranks] + step
    reverse_order = starts[ranks] + lengths[ranks] - 1 - step
    return order, reverse_order, batch_sizes, by_length
