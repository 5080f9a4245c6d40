"""An LSTM over sentences whose distinct words are embedded once."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from .embedding import WordEmbedding

State = tuple[Tensor, Tensor]  # hidden state and cell state


class WordLSTM(nn.Module):
    """Embedding, then LSTM: h_i, the hidden state at word i, for each word.

    embedding (WordEmbedding): Gives each distinct word its vector.
    width (int): Width of h_i, both directions together.
    depth (int): Layers, each over the hidden states of the one below.
    bidirectional (bool): Whether h_i knows the words after i as well as those before.
    """

    def __init__(
        self, embedding: WordEmbedding, *, width: int, depth: int, bidirectional: bool
    ) -> None:
        super().__init__()
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
        order, batch_sizes, by_length = time_major(lengths)
        order = order.to(tokens.device)
        steps = PackedSequence(
            self.dropout(vectors[tokens[order]]),  # (n_tokens, embedding.width)
            batch_sizes,
            by_length.to(tokens.device),
            torch.argsort(by_length).to(tokens.device),
        )
        hidden, state = self.lstm(steps, state)
        in_text_order = torch.empty_like(order)
        in_text_order[order] = torch.arange(len(order), device=order.device)
        return self.dropout(hidden.data[in_text_order]), state


def time_major(lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The order in which an LSTM reads a batch without padding: first the first token of
    every sentence, the longest sentence's first, then every second token, and so on.

    lengths (Tensor): Tokens of each sentence, all above 0, int64, (n_sentences,).
    RETURNS (Tuple[Tensor, Tensor, Tensor]): Which token is read when, (n_tokens,); how many
        sentences have a token at each time step, (longest,); and the sentences from the
        longest to the shortest, (n_sentences,).
    """
    by_length = torch.argsort(lengths, descending=True, stable=True)
    rank = torch.empty_like(by_length)
    rank[by_length] = torch.arange(len(lengths))
    starts = torch.cumsum(lengths, 0) - lengths
    step = torch.arange(int(lengths.sum())) - torch.repeat_interleave(starts, lengths)
    order = torch.argsort(step * len(lengths) + torch.repeat_interleave(rank, lengths))
    return order, torch.bincount(step), by_length
