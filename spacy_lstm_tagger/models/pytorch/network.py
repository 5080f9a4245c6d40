"""An LSTM over sentences whose distinct words are embedded once."""

import torch
from torch import Tensor, nn

from .adversary import Adversary
from .embedding import WordEmbedding, Words
from .sequence import SequenceLSTM
from .sweep import State


class WordLSTM(nn.Module):
    """Embedding, then LSTM: h_i, the hidden state at word i, for each word.

    embedding (WordEmbedding): Gives each distinct word its vector.
    width (int): Width of h_i, both directions together.
    depth (int): Layers, each over the hidden states of the one below.
    bidirectional (bool): Whether h_i knows the words after i as well as those before.
    precision (str): "float32" or "bfloat16", see `SequenceLSTM`.
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
        self.embedding = embedding
        self.adversary = Adversary()
        self.sequence = SequenceLSTM(
            embedding.width,
            width=width,
            depth=depth,
            bidirectional=bidirectional,
            precision=precision,
        )
        self.known: Tensor | None = None  # words that were projected, to be kept

    def train(self, mode: bool = True) -> "WordLSTM":
        """Set training or evaluation mode; the weights may have changed since the last time."""
        self.known = None
        return super().train(mode)

    def project(self, words: Words) -> Tensor:
        """Embed words and project them, as `forward` takes known words."""
        return self.sequence.project(self.embedding(words))

    def set_dropout(self, rate: float, word_rate: float) -> None:
        """Set what training drops.

        rate (float): Share of units before, between and after the layers.
        word_rate (float): Share of words that are read as unknown.
        """
        self.sequence.set_dropout(rate)
        self.embedding.word_dropout = word_rate

    def forward(
        self,
        words: Words,
        tokens: Tensor,
        lengths: Tensor,
        state: State | None = None,
        known: Tensor | None = None,
    ) -> tuple[Tensor, State]:
        """Run over a batch of sentences, none of them empty.

        words (Words): The distinct words of the batch.
        tokens (Tensor): For each token, which of the distinct words it is, int64, (n_tokens,).
        lengths (Tensor): Tokens of each sentence, int64 on the CPU, (n_sentences,).
        state (Optional[State]): Where an earlier call left off, to carry on from there;
            two tensors (depth * directions, n_sentences, width of a direction).
        known (Optional[Tensor]): Words that come before the others, as `project` gave them,
            (directions, n_known, 4 * width of a direction). Without a state or a gradient, and
            on the CPU.
        RETURNS (Tuple[Tensor, State]): h_i for each token, float32, (n_tokens, width),
            and the state after the last one.
        """
        if known is None:
            vectors = self.adversary(self.embedding(words))
            return self.sequence(vectors, tokens, lengths, state)
        if len(words.ids):
            known = torch.cat([known, self.project(words)], dim=1)
        return self.sequence.sweep(known, tokens, lengths)
