"""Tags word by word, without an end: the state of the LSTM is carried on."""

from collections.abc import Iterable, Iterator
from math import log

import numpy
import safetensors
import safetensors.torch
import torch
from spacy.language import Language
from spacy.strings import get_string_id
from torch import Tensor

from .models.inputs import convert_words, vocabulary_of
from .models.isolation import isolated
from .models.shim import is_initialized, reading, torch_shim
from .pipeline import get_tagger


class TagStream:
    """Tags words as they come, as if they were one Doc that never ends.

    Needs a tagger with a unidirectional LSTM of its own (`bidirectional = false`): the tag of a
    word depends on the words before it, not on those to come. Each word takes
    the same time and memory, and new words do not make the pipeline's vocab grow.

    nlp (Language): A trained pipeline.
    name (str): Name of its lstm_tagger.
    """

    def __init__(self, nlp: Language, name: str = "lstm_tagger") -> None:
        tagger = get_tagger(nlp, name)
        if not is_initialized(tagger.model):
            raise ValueError(f"Component '{name}' has no weights yet: train it, or load another.")
        tok2vec = tagger.model.get_ref("tok2vec")
        if tok2vec.name != "lstm_tok2vec":
            raise ValueError(
                f"Component '{name}' can't tag a stream: its tok2vec is '{tok2vec.name}', and has "
                "to be an LSTMTok2Vec of its own."
            )
        if torch_shim(tok2vec).settings.bidirectional:
            raise ValueError(
                f"Component '{name}' can't tag a stream: its LSTM is bidirectional, so each tag "
                "depends on the words to come. Train one with bidirectional = false in "
                f"[components.{name}.model.tok2vec]."
            )
        self.vocab = nlp.vocab
        self._tagger = tagger
        self._tok2vec, self._output = tok2vec, tagger.model.get_ref("output_layer")
        self._state: tuple[Tensor, Tensor] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags, in the order of the log-probabilities."""
        return self._tagger.labels

    def reset(self) -> None:
        """Forget all words so far, as at the start of a text."""
        self._state = None

    def tag(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Tag each word as soon as it comes.

        words (Iterable[str]): The words.
        YIELDS (tuple[str, str]): Each word and its tag; for whitespace, `space_tag`.
        """
        for word in words:
            if word.isspace():
                yield word, self._tagger.space_tag or ""
            else:
                yield word, self.labels[int(self.log_probs(word).argmax())]

    def log_probs(self, word: str) -> numpy.ndarray:
        """Read the next word. Whitespace is no word: it does not change the state.

        RETURNS (numpy.ndarray): Log-probabilities of its tags in nats, (n_tags,); all are equal
            for whitespace.
        """
        if word.isspace():
            return numpy.full(len(self.labels), -log(len(self.labels)), dtype="float32")
        shim = torch_shim(self._tok2vec)
        row = vocabulary_of(self._tok2vec).rows(numpy.array([get_string_id(word)], dtype="uint64"))
        token, length = numpy.zeros(1, dtype="int64"), numpy.ones(1, dtype="int64")
        with reading(self._tagger.model):
            inputs = (
                convert_words(self._tok2vec, self.vocab, row, [word]),
                torch.from_numpy(token).to(shim.device),
                torch.from_numpy(length),
            )
            hidden, self._state = shim.predict([*inputs, self._state])
            log_probs = torch_shim(self._output).predict([hidden])[0]
        return numpy.array(log_probs.cpu().numpy())

    def to_bytes(self) -> bytes:
        """The state, to carry on from in another process; empty at the start of a text."""
        if self._state is None:
            return b""
        hidden, cells = (tensor.cpu().contiguous() for tensor in self._state)
        return safetensors.torch.save({"hidden": hidden, "cells": cells})

    def from_bytes(self, state: bytes) -> "TagStream":
        """Carry on from a state that `to_bytes` returned, of the same pipeline.

        Raises a ValueError, and keeps the state that it has, if it is not such a state.
        """
        if not state:
            self.reset()
            return self
        shim = torch_shim(self._tok2vec)
        shape = (shim.settings.depth, 1, shim.settings.width)
        try:
            tensors = safetensors.torch.load(state)
            hidden, cells = tensors["hidden"], tensors["cells"]
        except (safetensors.SafetensorError, KeyError) as error:
            raise ValueError(f"Not a state of a TagStream: {error!r}.") from None
        for tensor in (hidden, cells):
            if tensor.shape != shape or tensor.dtype != torch.float32:
                raise ValueError(
                    f"The state is {tensor.dtype} {tuple(tensor.shape)}, but this pipeline needs "
                    f"torch.float32 {shape}: it is from another pipeline."
                )
            if not torch.isfinite(tensor).all():
                raise ValueError("The state has values that are not finite.")
        with isolated(inference=True):
            self._state = hidden.clone().to(shim.device), cells.clone().to(shim.device)
        return self
