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
# Memory of a full table of projections. There can be two.
TABLE_BYTES = 32 * 2**20

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

    New words are added to a table. When the table is full, an empty one takes its place, and words
    that occur again are copied from the full one. So a word is kept as long as it occurs at least
    once while a table fills.

    width (int): Width of a projection.
    """

    def __init__(self, width: int) -> None:
        self.table = ProjectionTable(width)
        self.full_table = ProjectionTable(width)

    def find(
        self, keys: list[int], project_new: Callable[[list[int]], Floats]
    ) -> tuple[Floats, Ids]:
        """Find or compute the projections of the words of a batch.

        keys (list[int]): The key of each word.
        project_new (Callable[[list[int]], Floats]): Computes the projections of the words with some
            keys, (n_keys, width).
        RETURNS (tuple[Floats, Ids]): A table of projections, and the row of each word in it.
        """
        # Both are read once, because another thread may begin a new table meanwhile.
        table = self._table_with_room()
        full_table = self.full_table
        missing = [key for key in dict.fromkeys(keys) if key not in table.row_of]
        back: dict[int, int] = {}
        new = []
        for key in missing:
            # Each key is looked up once, because another thread may add it meanwhile.
            row = full_table.row_of.get(key)
            if row is None:
                new.append(key)
            else:
                back[key] = row
        if back:
            table.add(list(back), full_table.rows[list(back.values())])
        if new:
            table.add(new, project_new(new))
        index = numpy.array([table.row_of[key] for key in keys], dtype="int64")
        return table.rows, index  # the rows last, because the array grows

    def _table_with_room(self) -> "ProjectionTable":
        if self.table.is_full:
            with _adding:
                if self.table.is_full:
                    self.full_table = self.table
                    self.table = ProjectionTable(self.table.rows.shape[1])
        return self.table


class ProjectionTable:
    """Projections of words. A row never changes, so threads can share a table.

    row_of (dict[int, int]): The row of each key.
    rows (Floats): The projections, with room for more, (n_rows, width).
    """

    def __init__(self, width: int) -> None:
        self.row_of: dict[int, int] = {}
        self.rows = numpy.empty((0, width), dtype="float32")
        self._n_used = 0

    @property
    def is_full(self) -> bool:
        return self._n_used * self.rows.shape[1] * self.rows.itemsize >= TABLE_BYTES

    def add(self, keys: list[int], projections: Floats) -> None:
        """Add rows. If another thread has added the same words, they get a second row.

        projections (Floats): (n_keys, width).
        """
        with _adding:
            start = self._n_used
            end = start + len(keys)
            if end > len(self.rows):
                n_rows = max(end, 2 * start)
                grown = numpy.empty((n_rows, projections.shape[1]), dtype="float32")
                grown[:start] = self.rows[:start]
                self.rows = grown
            self.rows[start:end] = projections
            self._n_used = end
            # Other threads look for keys without the lock, so the rows are written first.
            self.row_of.update(zip(keys, range(start, end), strict=True))


# Held while a table grows. A fork waits for it, so that the child does not inherit it from a thread
# that it does not have.
_adding = threading.RLock()
if hasattr(os, "register_at_fork"):  # Windows does not fork.
    os.register_at_fork(
        before=_adding.acquire, after_in_parent=_adding.release, after_in_child=_adding.release
    )
