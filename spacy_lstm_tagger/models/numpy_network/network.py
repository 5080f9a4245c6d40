"""The network of an LSTM tok2vec in NumPy: from words to hidden states."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from .. import limits
from ..types import Floats, Ids, Keys, Mask
from ..weights import Weights
from ..windows import Windows, ranges
from ..word_inputs import WordInputs
from .hidden_layer import HiddenLayer, TokensOfDocs, word_weights
from .lstm import LSTM
from .projection_cache import ProjectionCache
from .word_projection import WordProjection


class WordNetwork:
    """Embedding, LSTM and hidden layer, as `pytorch.WordNetwork`. Its weights are never
    changed.

    What a word adds to the LSTM's gates and to the hidden layer depends on the word alone, so that
    it is kept for words that come back, see `ProjectionCache`.

    weights (Weights): The weights of a `pytorch.WordNetwork`.
    bidirectional (bool): Whether its LSTM reads in both directions.
    cached_features (Sequence[int]): The features with few values, see `WordProjection`.
    """

    def __init__(
        self, weights: Weights, *, bidirectional: bool, cached_features: Sequence[int]
    ) -> None:
        self.lstm = LSTM.compile(weights, "sequence.", bidirectional=bidirectional)
        projection = self.lstm.layers[0].inputs
        self.hidden_layer = HiddenLayer.compile(weights, "hidden_layer.")
        if self.hidden_layer is not None:
            of_words = word_weights(weights, "hidden_layer.")
            projection = projection.with_outputs(*of_words, multiple_of=self.lstm.direction_width)
        self.word_projection = WordProjection(weights, projection, cached_features)
        self.projections = self._make_projections()

    def read(
        self,
        keys: Keys,
        lengths: Ids,
        inputs_of: Callable[[list[int]], WordInputs],
        *,
        is_word: Mask | None = None,
        n_threads: int = 1,
    ) -> Floats:
        """Read Docs. A long Doc is cut into windows.

        keys (Keys): The key of each token's word, (n_tokens,).
        lengths (Ids): Number of tokens of each Doc, all above 0, (n_docs,).
        inputs_of (Callable[[list[int]], WordInputs]): Returns the inputs of the embedding for the
            words with some keys.
        is_word (Mask | None): For each row of the result, whether it is a token's; the others are
            zeros, (n_rows,). None if all of them are.
        n_threads (int): Number of threads among which the Docs are shared.
        RETURNS (Floats): The hidden state of each token, and behind it the units of the hidden
            layer, (n_rows, width).
        """
        # A program may change the static vectors of its pipeline, so with them no projection of a
        # word is kept. What a feature adds does not depend on vectors.
        has_vectors = self.word_projection.embedding.vectors is not None
        projections = self._make_projections(len(keys)) if has_vectors else self.projections
        places = None if is_word is None else numpy.flatnonzero(is_word)
        n_rows = len(keys) if is_word is None else len(is_word)
        lstm_width = self.lstm.n_directions * self.lstm.direction_width
        n_units = 0 if self.hidden_layer is None else self.hidden_layer.n_units
        # The LSTM writes to the last row the states of tokens that it reads as context alone.
        with_last = numpy.empty((n_rows + 1, lstm_width + n_units), dtype="float32")
        hidden = with_last[:, :lstm_width]
        outputs = with_last[:-1]
        if is_word is not None:
            outputs[~is_word] = 0
        index = numpy.empty(len(keys), dtype="int64")
        windows = Windows.of_docs(lengths)
        tokens: TokensOfDocs | None = None
        for group in windows.grouped(limits.TOKENS):
            positions: Any = slice(None) if group is windows else ranges(group.start, group.end)
            projected, index[positions] = projections.find(
                keys[positions],
                lambda new, rows: self.word_projection.fill(rows, inputs_of(new)),
            )
            self.lstm.run_windows(projected, index, group, hidden, places, n_threads=n_threads)
            if self.hidden_layer is not None:
                kept = ranges(group.keep_start, group.keep_end)
                tokens = tokens or TokensOfDocs.of(lengths)
                self.hidden_layer.fill(
                    outputs[:, lstm_width:],
                    outputs[:, :lstm_width],
                    kept if places is None else places[kept],
                    projected[:, self.lstm.layers[0].inputs.n_out :],  # behind the LSTM's gates
                    index,
                    tokens.take(kept),
                    n_threads=n_threads,
                )
        return outputs

    def _make_projections(self, n_rows: int | None = None) -> ProjectionCache:
        return ProjectionCache(self.word_projection.projection.n_out, n_rows)
