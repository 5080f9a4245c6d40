"""The network of an LSTM tok2vec in NumPy: from words to hidden states."""

import os
import threading
from collections.abc import Callable
from typing import NamedTuple

import numpy

from ..embedding_inputs import EMBEDDING_SCALE, Words
from ..types import Floats, Ids, Keys
from ..weights import Weights
from ..windows import Windows, ranges
from .lstm import LSTM

# Number of tokens that are read at once. More tokens take more memory and no less time.
MAX_TOKENS = 16_384
# Memory of the first table of projections, and of the largest. There can be two tables at a time.
FIRST_BYTES = 8 * 2**20
MOST_BYTES = 64 * 2**20

SCALE = numpy.float32(EMBEDDING_SCALE)


class CharacterNetwork(NamedTuple):
    """An LSTM over the characters of each word, see `CharacterLSTM`.

    letters (Floats): The characters, projected for its first layer.
    lstm (LSTM): One layer, both directions.
    """

    letters: Floats
    lstm: LSTM

    def __call__(self, characters: Ids, n_characters: Ids) -> Floats:
        """The last hidden state of each direction, (n_words, width)."""
        hidden = self.lstm.run(self.letters, characters, n_characters)  # (n_characters, width)
        end = numpy.cumsum(n_characters)
        last = hidden[end - 1]  # (n_words, width)
        # The second direction ends on the first character.
        last[:, self.lstm.width :] = hidden[end - n_characters, self.lstm.width :]
        return last


class WordNetwork:
    """Embedding, then LSTM, as `WordLSTM`. Its weights are never changed.

    What the LSTM's first layer multiplies a word with depends on the word alone, so that it is kept
    for words that come back, see `Projections`.

    weights (Weights): The weights of a `WordLSTM`.
    bidirectional (bool): Whether its LSTM reads in both directions.
    """

    def __init__(self, weights: Weights, *, bidirectional: bool) -> None:
        self.lstm = LSTM.compile(weights, "sequence.lstm.", bidirectional=bidirectional)
        self.projections = self._make_projections()
        self._words = weights.table("embedding.words.weight")
        self._features = weights.table("embedding.features.weight")
        vectors = weights.table("embedding.vectors.weight")
        self._vectors = None if vectors is None else vectors.widened().T
        letters = weights.table("embedding.characters.letters.weight")
        self._characters = None
        if letters is not None:
            prefix = "embedding.characters.sequence.lstm."
            lstm = LSTM.compile(weights, prefix, bidirectional=True)
            self._characters = CharacterNetwork(lstm.project(letters.widened()), lstm)

    def read(
        self,
        keys: Keys,
        lengths: Ids,
        inputs_of: Callable[[list[int]], Words],
        *,
        n_threads: int = 1,
    ) -> Floats:
        """Read Docs. A long Doc is cut into windows.

        keys (Keys): The key of each token's word, (n_tokens,).
        lengths (Ids): Number of tokens of each Doc, all above 0, (n_docs,).
        inputs_of (Callable[[list[int]], Words]): Returns the inputs of the embedding for the words
            with some keys.
        n_threads (int): Number of threads among which the Docs are shared.
        RETURNS (Floats): The hidden state of each token, (n_tokens, width).
        """
        # A program may change the static vectors of its pipeline, so nothing is kept with them.
        has_vectors = self._vectors is not None
        projections = self._make_projections() if has_vectors else self.projections
        hidden = self.lstm.make_hidden(len(keys))
        index = numpy.empty(len(keys), dtype="int64")
        for group in Windows.of_docs(lengths).grouped(MAX_TOKENS):
            positions = ranges(group.start, group.end)
            projected, index[positions] = projections.find(
                keys[positions].tolist(), lambda new: self.project(inputs_of(new))
            )
            self.lstm.run_windows(projected, index, group, hidden, n_threads=n_threads)
        return hidden[:-1]

    def _make_projections(self) -> "Projections":
        return Projections(self.lstm.layers[0].bias.size)

    def embed(self, words: Words) -> Floats:
        """The vector of each word, (n_words, width)."""
        n_words = len(words.ids)
        parts = []
        if self._words is not None:
            parts.append(SCALE * self._words.rows(words.ids))
        if self._features is not None:
            parts.append(SCALE * self._features.rows(words.features).reshape(n_words, -1))
        if self._characters is not None:
            parts.append(self._characters(words.characters, words.n_characters))
        if self._vectors is not None:
            norms = numpy.linalg.norm(words.vectors, axis=1, keepdims=True)
            unit_vectors = words.vectors / numpy.maximum(norms, numpy.float32(1e-12))
            parts.append(SCALE * (unit_vectors @ self._vectors))
        return numpy.concatenate(parts, axis=1)

    def project(self, words: Words) -> Floats:
        """Embed words, as `LSTM.run` takes them."""
        return self.lstm.project(self.embed(words))


class Projections:
    """Keeps the projections of words that come back.

    New words are written to a table. When the words of a batch have no room in it, a larger table
    takes its place, and words that occur again are copied from the full table. So a word is kept
    as long as it occurs at least once while a table fills.

    width (int): Width of a projection.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.table = ProjectionTable(0, width)
        self.full_table = ProjectionTable(0, width)

    def find(
        self, keys: list[int], project_new: Callable[[list[int]], Floats]
    ) -> tuple[Floats, Ids]:
        """Find or compute the projections of the words of a batch.

        keys (list[int]): The key of each word.
        project_new (Callable[[list[int]], Floats]): Computes the projections of the words with some
            keys, (n_keys, width).
        RETURNS (tuple[Floats, Ids]): A table of projections, and the row of each word in it.
        """
        distinct = list(dict.fromkeys(keys))
        with _reserving:
            missing = [key for key in distinct if key not in self.table.row_of]
            if len(missing) > len(self.table.rows) - self.table.n_reserved:
                missing = distinct
                self.full_table = self.table
                self.table = ProjectionTable(max(self._next_n_rows(), len(missing)), self.width)
            table = self.table
            full_table = self.full_table
            start = table.n_reserved
            table.n_reserved += len(missing)
        back: dict[int, int] = {}
        new = []
        for key in missing:
            # Each key is looked up once, because another thread may add it meanwhile.
            row = full_table.row_of.get(key)
            if row is None:
                new.append(key)
            else:
                back[key] = row
        middle = start + len(back)
        end = middle + len(new)
        if back:
            table.rows[start:middle] = full_table.rows[list(back.values())]
        if new:
            table.rows[middle:end] = project_new(new)
        # Other threads look for keys without the lock, so the rows are written first.
        table.row_of.update(zip([*back, *new], range(start, end), strict=True))
        return table.rows, numpy.array([table.row_of[key] for key in keys], dtype="int64")

    def _next_n_rows(self) -> int:
        n_bytes = min(max(2 * self.table.rows.nbytes, FIRST_BYTES), MOST_BYTES)
        return n_bytes // (self.width * self.table.rows.itemsize)


class ProjectionTable:
    """Projections of words. A row is written once, by the thread that reserved it, so threads can
    share a table. Words that two threads add at once have two rows.

    row_of (dict[int, int]): The row of each key.
    rows (Floats): The projections, (n_rows, width).
    n_reserved (int): Number of rows, from the first, that are written or about to be.
    """

    def __init__(self, n_rows: int, width: int) -> None:
        self.row_of: dict[int, int] = {}
        self.rows = numpy.empty((n_rows, width), dtype="float32")
        self.n_reserved = 0


# Held while rows are reserved. A fork waits for it, so that the child does not inherit it from a
# thread that it does not have.
_reserving = threading.RLock()
if hasattr(os, "register_at_fork"):  # Windows does not fork.
    os.register_at_fork(
        before=_reserving.acquire,
        after_in_parent=_reserving.release,
        after_in_child=_reserving.release,
    )
