"""Keeps what the network computes for each word, until its weights change."""

from collections.abc import Callable
from threading import Lock
from typing import cast

import numpy
import torch
from torch import Tensor

from .inputs import Tokens, convert_keys
from .pytorch import WordLSTM
from .shim import torch_shim
from .types import Ids, Tok2Vec

MAX_WORDS = 10_000  # about 4 KB a word with the sizes of default.cfg
MAX_MISSES = 10 * MAX_WORDS  # words that were not kept, after which others get their turn


class Projections:
    """The projections of words, each computed when the word first occurs.

    It takes words until it is full. Texts soon show their frequent words, so that these are kept;
    `is_outdated` says when the text has other words by now. Threads can share it: a row is written
    before it can be found, and never changes.
    """

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}  # of the word of each key
        self._table: Tensor | None = None
        self._n_rows = 0
        self._n_misses = 0
        self._adding = Lock()

    @property
    def is_outdated(self) -> bool:
        return self._n_misses > MAX_MISSES

    def project(self, keys: list[int], project_new: Callable[[Ids], Tensor]) -> Tensor:
        """The projections of the distinct words of a batch.

        keys (list[int]): The keys of the words.
        project_new (Callable[[Ids], Tensor]): Computes the projections of the words at some
            positions, (n_positions, directions, width).
        RETURNS (Tensor): (n_words, directions, width).
        """
        find = self._rows.get
        rows = numpy.array([find(key, -1) for key in keys])
        new = numpy.nonzero(rows < 0)[0]
        if not len(new):
            return cast(Tensor, self._table)[torch.from_numpy(rows)]
        computed = project_new(new)
        projected = computed
        if len(new) < len(keys):
            projected = cast(Tensor, self._table)[torch.from_numpy(rows)]  # any row for a new word
            projected[torch.from_numpy(new)] = computed
        self._add([keys[position] for position in new.tolist()], computed)
        return projected

    def _add(self, keys: list[int], projected: Tensor) -> None:
        with self._adding:
            if self._table is None:  # its rows take memory when they are written
                self._table = projected.new_empty(MAX_WORDS, *projected.shape[1:])
            start, end = self._n_rows, min(self._n_rows + len(keys), MAX_WORDS)
            self._table[start:end] = projected[: end - start]
            self._rows.update(zip(keys, range(start, end), strict=False))
            self._n_rows = end
            self._n_misses += len(keys) - (end - start)


def project_tokens(model: Tok2Vec, tokens: Tokens) -> tuple[Tensor, Ids]:
    """Embed and project the distinct words of a batch, for `SequenceLSTM.forward_projected`.

    RETURNS (tuple[Tensor, Ids]): The words, (n_words, directions, width), and which of them each
        token is, (n_tokens,).
    """
    shim = torch_shim(model)
    network = cast(WordLSTM, shim.module)
    keys, index = numpy.unique(tokens.keys, return_inverse=True)

    def project_new(positions: Ids) -> Tensor:
        words = convert_keys(model, tokens, keys[positions])
        return network.sequence.project(network.embedding(words))

    if shim.settings.vectors_width:  # a program may change the vectors of its pipeline
        return project_new(numpy.arange(len(keys))), index
    projections = shim.cache.get(shim.state, Projections)
    if projections.is_outdated:
        shim.cache.clear()
    return projections.project(keys.tolist(), project_new), index
