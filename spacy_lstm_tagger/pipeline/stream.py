"""Tags an endless stream word by word, with the state of the LSTM carried over."""

from collections.abc import Iterable, Iterator
from math import log
from typing import cast

import numpy
import safetensors
import safetensors.numpy
from spacy.language import Language
from spacy.strings import get_string_id
from thinc.types import Floats2d

from ..models.compiled import State, WordNetwork, log_softmax, one_thread
from ..models.inputs import convert_words
from ..models.shim import is_initialized, network_shim, one_moment
from . import get_tagger


class TagStream:
    """Tags words as they arrive, as if they were one endless Doc.

    The tagger needs its own LSTMTok2Vec with `bidirectional = false`: the tag of a word then does
    not depend on later words. Time and memory per word are constant, and new words do not stay in
    the pipeline's vocab.

    nlp (Language): A trained pipeline.
    name (str): Name of its lstm_tagger.
    """

    def __init__(self, nlp: Language, name: str = "lstm_tagger") -> None:
        tagger = get_tagger(nlp, name)
        if not is_initialized(tagger.model):
            raise ValueError(
                f"Component '{name}' has no weights yet: train it, or load a trained one."
            )
        tok2vec = tagger.model.get_ref("tok2vec")
        if tok2vec.name != "lstm_tok2vec":
            raise ValueError(
                f"Component '{name}' can't tag a stream: its tok2vec is '{tok2vec.name}', but it "
                "needs its own LSTMTok2Vec."
            )
        if network_shim(tok2vec).settings.bidirectional:
            raise ValueError(
                f"Component '{name}' can't tag a stream: its LSTM is bidirectional, so each tag "
                "depends on later words. Train a tagger with bidirectional = false in "
                f"[components.{name}.model.tok2vec]."
            )
        self.vocab = nlp.vocab
        self._tagger = tagger
        self._tok2vec, self._output = tok2vec, tagger.model.get_ref("output_layer")
        self._state: State | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags, in the order of the log-probabilities."""
        return tuple(self._tagger.labels)

    def reset(self) -> None:
        """Forget all words so far: the next word starts a new text."""
        self._state = None

    def tag(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Tag each word as soon as it arrives.

        words (Iterable[str]): The words.
        YIELDS (tuple[str, str]): Each word and its tag; for whitespace, `space_tag`.
        """
        for word in words:
            if word.isspace():
                yield word, self._tagger.space_tag or ""
            else:
                yield word, self.labels[int(self.log_probs(word).argmax())]

    def log_probs(self, word: str) -> numpy.ndarray:
        """Read the next word and score its tags. Whitespace does not change the state.

        RETURNS (numpy.ndarray): Log-probabilities of the tags in nats, (n_tags,). For whitespace,
            they are all equal.
        """
        if word.isspace():
            return numpy.full(len(self.labels), -log(len(self.labels)), dtype="float32")
        keys = numpy.array([[get_string_id(word), get_string_id(word.lower())]], dtype="uint64")
        token, length = numpy.zeros(1, dtype="int64"), numpy.ones(1, dtype="int64")
        model, read = self._tagger.model, lambda: self._tagger.allowed_tags
        with one_moment(model, read) as allowed, one_thread():
            network: WordNetwork = network_shim(self._tok2vec).compiled
            word_input = network.project(convert_words(self._tok2vec, self.vocab, [word]))
            hidden, self._state = network.lstm.run(word_input, token, length, self._state)
            log_probs = log_softmax(network_shim(self._output).compiled(hidden))
        if allowed is not None:
            allowed.restrict(keys, cast(Floats2d, log_probs))
        return numpy.array(log_probs[0])

    def to_bytes(self) -> bytes:
        """The state, from which another process can continue; empty at the start of a text."""
        if self._state is None:
            return b""
        return safetensors.numpy.save(self._state._asdict())

    def from_bytes(self, state: bytes) -> "TagStream":
        """Continue from a state that `to_bytes` returned for the same pipeline.

        Raises a ValueError, and keeps the current state, if the bytes are not such a state.
        """
        if not state:
            self.reset()
            return self
        shim = network_shim(self._tok2vec)
        shape = (shim.settings.depth, 1, shim.settings.width)
        try:
            arrays = safetensors.numpy.load(state)
            found = State(arrays["hidden"].copy(), arrays["cells"].copy())
        except (safetensors.SafetensorError, KeyError) as error:
            raise ValueError(f"Not a state of a TagStream: {error!r}.") from None
        for array in found:
            if array.shape != shape or array.dtype != "float32":
                raise ValueError(
                    f"The state is {array.dtype} {array.shape}, but this pipeline needs float32 "
                    f"{shape}: it is from another pipeline."
                )
            if not numpy.isfinite(array).all():
                raise ValueError("The state has values that are not finite.")
        self._state = found
        return self
