"""Keeps what the network computes for frequent words, until its weights change."""

from collections.abc import Callable
from typing import cast

import numpy
import torch
from torch import Tensor

from .inputs import Tokens, convert_words, vocabulary_of
from .pytorch import WordLSTM
from .pytorch.embedding import N_SPECIAL, UNKNOWN
from .shim import torch_shim
from .types import Ids, Tok2Vec

MAX_FREQUENT = 10_000  # words; the most frequent come first in the vocabulary


class FrequentWords:
    """The projections of frequent words, each computed when the word first occurs.

    About 4 KB a word with the sizes of default.cfg. Threads can share it: a row is complete before
    it counts as known, and two threads that compute the same row write the same values.

    n_words (int): Words of the vocabulary.
    """

    def __init__(self, n_words: int) -> None:
        self._is_known = numpy.zeros(N_SPECIAL + min(n_words, MAX_FREQUENT), dtype=bool)
        self._projected: Tensor | None = None

    def project(self, rows: Ids, project_new: Callable[[Ids], Tensor]) -> Tensor:
        """The projections of the distinct words of a batch.

        rows (Ids): The rows of the words in the vocabulary, (n_words,).
        project_new (Callable[[Ids], Tensor]): Computes the projections of the words at some
            positions, (n_positions, directions, width).
        RETURNS (Tensor): (n_words, directions, width).
        """
        is_frequent = (rows != UNKNOWN) & (rows < len(self._is_known))
        frequent = numpy.where(is_frequent, rows, UNKNOWN)
        new = numpy.nonzero(~self._is_known[frequent])[0]  # row UNKNOWN is never known
        if not len(new) and self._projected is not None:
            return self._projected[torch.from_numpy(frequent)]
        computed = project_new(new)
        if self._projected is None:  # its rows take memory when they are written
            self._projected = computed.new_empty(len(self._is_known), *computed.shape[1:])
        table = self._projected
        projected = computed
        if len(new) < len(rows):
            projected = table[torch.from_numpy(frequent)]
            projected[torch.from_numpy(new)] = computed
        to_keep = numpy.nonzero(is_frequent[new])[0]
        table[torch.from_numpy(rows[new[to_keep]])] = computed[torch.from_numpy(to_keep)]
        self._is_known[rows[new[to_keep]]] = True
        return projected


def project_tokens(model: Tok2Vec, tokens: Tokens) -> tuple[Tensor, Tensor]:
    """Embed and project the distinct words of a batch, for `SequenceLSTM.forward_projected`.

    RETURNS (tuple[Tensor, Tensor]): The words, (n_words, directions, width), and which of them each
        token is, (n_tokens,).
    """
    shim, vocabulary = torch_shim(model), vocabulary_of(model)
    network = cast(WordLSTM, shim.module)
    keys, index = numpy.unique(tokens.keys, return_inverse=True)
    rows = vocabulary.rows(keys)

    def project_new(positions: Ids) -> Tensor:
        texts = [tokens.word(key) for key in keys[positions].tolist()]
        words = convert_words(model, tokens.vocab, rows[positions], texts)
        return network.sequence.project(network.embedding(words))

    if shim.settings.vectors_width:  # a program may change the vectors of its pipeline
        projected = project_new(numpy.arange(len(keys)))
    else:
        frequent = shim.cache.get(shim.state, lambda: FrequentWords(len(vocabulary)))
        projected = frequent.project(rows, project_new)
    return projected, torch.from_numpy(index)
