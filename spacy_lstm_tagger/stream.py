"""Tagging word by word, without an end: the LSTM's state is carried on."""

from collections.abc import Iterable, Iterator

import numpy
import safetensors
import safetensors.torch
import torch
from spacy.language import Language
from spacy.strings import get_string_id
from torch import Tensor

from .models.shim import is_initialized, torch_shim
from .models.tok2vec import convert_words
from .models.types import Ids
from .pipeline import get_tagger


class TagStream:
    """Tags words as they come, as if they were all of one Doc that is never cut.

    Needs a tagger with a unidirectional LSTM of its own (`bidirectional = false`): the tag of a
    word depends on the words before it, not on those to come. Time and memory for a word are
    always the same, and words that it has not seen do not make the pipeline's vocab grow.

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
        if torch_shim(tok2vec).settings["bidirectional"]:
            raise ValueError(
                f"Component '{name}' can't tag a stream: its LSTM is bidirectional, so each tag "
                "depends on the words to come. Train one with bidirectional = false in "
                f"[components.{name}.model.tok2vec]."
            )
        self.vocab = nlp.vocab
        self.labels = tagger.labels
        self._tok2vec, self._output = tok2vec, tagger.model.get_ref("output_layer")
        self._state: tuple[Tensor, Tensor] | None = None

    def reset(self) -> None:
        """Forget all words so far, as at the start of a text."""
        self._state = None

    def tag(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Tag words, each as soon as it comes.

        words (Iterable[str]): The words.
        YIELDS (Tuple[str, str]): Each word and its tag.
        """
        for word in words:
            yield word, self.labels[int(self.log_probs(word).argmax())]

    def log_probs(self, word: str) -> numpy.ndarray:
        """Read the next word.

        RETURNS (numpy.ndarray): Log-probabilities of its tags in nats, (n_tags,).
        """
        shim = torch_shim(self._tok2vec)
        key = numpy.array([get_string_id(word)], dtype="uint64")
        row: Ids = self._tok2vec.attrs["vocabulary"].rows(key)
        one = torch.tensor([1])
        inputs = (
            convert_words(self._tok2vec, self.vocab, row, [word]),
            torch.tensor([0], device=shim.device),
            one,
        )
        hidden, self._state = shim.predict([*inputs, self._state])
        return torch_shim(self._output).predict([hidden])[0].cpu().numpy()

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
        shape = (shim.settings["depth"], 1, shim.settings["width"])
        try:
            tensors = safetensors.torch.load(state)
            hidden, cells = tensors["hidden"], tensors["cells"]
        except (safetensors.SafetensorError, KeyError) as error:
            raise ValueError(f"Not a state of a TagStream: {error!r}.") from None
        for tensor in (hidden, cells):
            if tensor.shape != shape or tensor.dtype != torch.float32:
                raise ValueError(
                    f"The state is {tensor.dtype} {tuple(tensor.shape)}, but this pipeline needs "
                    f"torch.float32 {shape}: it is that of another one."
                )
            if not torch.isfinite(tensor).all():
                raise ValueError("The state has values that are not finite.")
        self._state = hidden.clone().to(shim.device), cells.clone().to(shim.device)
        return self
