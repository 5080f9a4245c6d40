"""An LSTM over sentences whose distinct words are embedded once, and a hidden layer over it."""

from typing import cast

import torch
from torch import Tensor, nn

from ..word_inputs import WordInputs
from .embedding import WordEmbedding
from .hidden_layer import HiddenLayer
from .lstm import SequenceLSTM
from .recurrence import State


class WordNetwork(nn.Module):
    """Embedding, then LSTM: h_i, the hidden state at word i, for each word.

    With a hidden layer, its units stand behind h_i, see `HiddenLayer`.

    embedding (WordEmbedding): Embeds the distinct words.
    width (int): Width of h_i, both directions together.
    depth (int): Number of layers. Each layer reads the hidden states of the layer below.
    bidirectional (bool): Whether h_i depends on the words after i, too.
    hidden_width (int): Units of the hidden layer, 0 for none.
    window_size (int): How many words the hidden layer sees on either side.
    device (torch.device | str): Device of the weights.
    """

    def __init__(
        self,
        embedding: WordEmbedding,
        *,
        width: int,
        depth: int,
        bidirectional: bool,
        hidden_width: int = 0,
        window_size: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self.embedding = embedding
        self.sequence = SequenceLSTM(
            embedding.width,
            width=width,
            depth=depth,
            bidirectional=bidirectional,
            device=device,
        )
        self.hidden_layer = (
            HiddenLayer(
                width, embedding.width, hidden_width, window_size=window_size, device=device
            )
            if hidden_width
            else None
        )

    def set_dropout(self, rate: float, word_rate: float) -> None:
        """Set the dropout rates of training.

        rate (float): Share of units before, between and after the LSTM's layers, the same at each
            word of a sentence. The hidden layer reads embeddings in which the same share of units
            is dropped, drawn for each distinct word of a batch. Its own units are not dropped.
        word_rate (float): Share of words that are read as unknown.
        """
        self.sequence.set_dropout(rate)
        self.embedding.word_dropout = word_rate

    def forward(
        self, words: WordInputs, index: Tensor, lengths: Tensor, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Run over a batch of sentences, none of them empty.

        words (WordInputs): The distinct words of the batch.
        index (Tensor): Which of the distinct words each token is, int64, (n_tokens,).
        lengths (Tensor): Number of tokens of each sentence, int64, (n_sentences,).
        state (State | None): The state after an earlier call, to continue from it;
            two tensors (depth * directions, n_sentences, width of a direction).
        RETURNS (tuple[Tensor, State]): h_i for each token, and behind it the units of the hidden
            layer, float32, (n_tokens, width + hidden_width), and the state after the last one.
        """
        embedded = self.embedding(words)
        hidden, last = self.sequence(embedded, index, lengths, state)
        if self.hidden_layer is not None:
            units = self.hidden_layer(hidden, self.sequence.dropout(embedded), index, lengths)
            hidden = torch.cat([hidden, units], dim=1)
        return cast(tuple[Tensor, State], (hidden, last))
