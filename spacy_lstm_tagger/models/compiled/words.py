"""The network of an LSTM tok2vec in NumPy: from words to hidden states."""

from collections.abc import Callable
from typing import NamedTuple

import numpy

from ..changes import KEEPING
from ..constants import EMBEDDING_SCALE, Words
from ..types import Floats, Ids
from ..weights import Weights
from .lstm import LSTM

MAX_WORDS = 10_000  # whose projections are kept: about 4 KB each with the sizes of default.cfg
MAX_MISSES = 10 * MAX_WORDS  # words that were not kept, after which others get their turn

SCALE = numpy.float32(EMBEDDING_SCALE)

Kept = tuple[dict[int, int], list[Floats]]  # the row of each key, and one table when it has rows


class CharacterNetwork(NamedTuple):
    """An LSTM over the characters of each word, see `CharacterLSTM`.

    letters (Floats): The characters, projected for its first layer.
    lstm (LSTM): One layer, both directions.
    """

    letters: Floats
    lstm: LSTM

    def __call__(self, characters: Ids, n_characters: Ids) -> Floats:
        """The vector of each word, (n_words, width)."""
        _, last = self.lstm.run(self.letters, characters, n_characters)
        return last.hidden.swapaxes(0, 1).reshape(len(n_characters), -1)


class WordNetwork:
    """Embedding, then LSTM, as `WordLSTM`. Its weights are never changed.

    What the LSTM's first layer multiplies a word with depends on the word alone, so that it is kept
    for frequent words, see `Projections`.

    weights (Weights): The weights of a `WordLSTM`.
    bidirectional (bool): Whether its LSTM reads in both directions.
    """

    def __init__(self, weights: Weights, *, bidirectional: bool) -> None:
        self.lstm = LSTM.compile(weights, "sequence.lstm.", bidirectional=bidirectional)
        self.projections = Projections()
        self._words = weights.table("embedding.words.weight")
        self._features = weights.table("embedding.features.weight")
        vectors = weights.table("embedding.vectors.weight")
        self._vectors = None if vectors is None else vectors.widened().T
        letters, self._characters = weights.table("embedding.characters.letters.weight"), None
        if letters is not None:
            prefix = "embedding.characters.sequence.lstm."
            lstm = LSTM.compile(weights, prefix, bidirectional=True)
            self._characters = CharacterNetwork(lstm.project(letters.widened()), lstm)

    def embed(self, words: Words) -> Floats:
        """The vector of each word, (n_words, width)."""
        n_words, parts = len(words.ids), []
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
    """The projections of words, each computed when the word first occurs.

    The first words are kept, because frequent words come early. After `MAX_MISSES` misses the text
    has changed, and all start over. Threads can share it: a row is written before it can be found,
    and never changes.
    """

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        # Replaced together, so that a thread has rows and a table that belong together.
        self._kept: Kept = {}, []
        self._n_rows = self._n_misses = 0

    def find(
        self, keys: list[int], project_new: Callable[[list[int]], Floats]
    ) -> tuple[Floats, Ids]:
        """Find or compute the projections of the words of a batch.

        keys (list[int]): The key of each word.
        project_new (Callable[[list[int]], Floats]): Computes the projections of the words with some
            keys, (n_keys, width).
        RETURNS (tuple[Floats, Ids]): A table of projections, and the row of each word in it.
        """
        row_of, tables = kept = self._kept
        distinct = dict.fromkeys(keys)
        new = [key for key in distinct if key not in row_of]
        if new:
            computed = project_new(new)
            if not self._add(kept, new, computed):
                old = list(distinct.keys() - new)
                known = [tables[0][[row_of[key] for key in old]]] if old else []
                tables = [numpy.concatenate([*known, computed])]
                row_of = {key: row for row, key in enumerate([*old, *new])}
        return tables[0], numpy.array([row_of[key] for key in keys], dtype="int64")

    def _add(self, kept: Kept, keys: list[int], computed: Floats) -> bool:
        """Keep words while there is room. RETURNS (bool): Whether all of them were kept."""
        with KEEPING:
            row_of, tables = kept
            if self._kept is not kept:
                return False  # another thread let all start over
            if not tables:  # its rows take memory when they are written
                tables.append(numpy.empty((MAX_WORDS, computed.shape[1]), dtype="float32"))
            start, end = self._n_rows, min(self._n_rows + len(keys), MAX_WORDS)
            tables[0][start:end] = computed[: end - start]
            row_of.update(zip(keys, range(start, end), strict=False))
            self._n_rows = end
            self._n_misses += len(keys) - (end - start)
            if self._n_misses > MAX_MISSES:
                self._start_over()
            return len(keys) == end - start
