"""The LSTM as a spaCy tok2vec: from Docs to one hidden state for each token."""

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

from annotated_types import Ge, Gt, Le, Lt, MultipleOf
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from ..config_rules import check_config, invalid_value
from .convert_words import batch_inputs, convert_words
from .numpy_network import WordNetwork, get_num_threads, one_thread
from .settings import Tok2VecSettings
from .shim import NetworkShim, network_shim
from .static_vectors import check_finite, static_width
from .types import Tok2Vec
from .vocabulary import (
    WordAttr,
    WordVocabulary,
    count_vocabulary,
    nodes_with_vocabulary,
    vocabulary_of,
)
from .whitespace import WordSequences, forward_docs
from .windows import CONTEXT, training_lengths

if TYPE_CHECKING:
    from . import pytorch
    from .pytorch import Adversary

NAME = "lstm_tok2vec"

Size = Annotated[int, Gt(0)]
OptionalSize = Annotated[int, Ge(0)]
Rate = Annotated[float, Ge(0), Lt(1)]


@check_config
def build_lstm_tok2vec(
    width: Size = 256,
    depth: Size = 1,
    bidirectional: bool = True,
    word_width: OptionalSize = 100,
    word_attr: WordAttr = "ORTH",
    word_dropout: Rate = 0.1,
    min_freq: Size = 2,
    prefixes: Sequence[Size] = (1, 3),
    suffixes: Sequence[Size] = (2, 3, 4),
    shape: bool = True,
    char_width: Annotated[int, Ge(0), MultipleOf(2)] = 0,
    include_static_vectors: bool = False,
    hidden_width: OptionalSize = 0,
    window_size: Annotated[int, Ge(0), Le(CONTEXT)] = 0,
    syllables: bool = False,
) -> Tok2Vec:
    """Embed the distinct words of a batch, then run an LSTM over each Doc.

    The vocabulary of words is counted over the whole training corpus before the model is
    initialized.

    width (int): Width of the output: both directions of the LSTM, and the hidden layer.
    depth (int): Layers of the LSTM.
    bidirectional (bool): Whether it runs in both directions.
    word_width (int): Width of the embedding of each word in the vocabulary; 0 for none.
    word_attr (Literal["ORTH", "LOWER"]): "LOWER" for one embedding of a word in any case. Its
        shape tells the cases apart.
    word_dropout (float): In training, the share of a batch's different words that are read as
        unknown.
    min_freq (int): How often a word has to occur in the training corpus to be in the vocabulary.
    prefixes (Sequence[int]): Lengths of the prefixes that are embedded.
    suffixes (Sequence[int]): Lengths of the suffixes that are embedded.
    shape (bool): Whether a word's shape (`Xxxx`, `dd.d`) is embedded.
    char_width (int): Width of the vector that a bidirectional LSTM computes from a word's
        characters; 0 for none.
    include_static_vectors (bool): Whether the pipeline's table of vectors is used.
    hidden_width (int): The part of `width` that is a layer over the LSTM, with ReLU; 0 for none. It
        stands beside the hidden states, which have the rest of the width. It also sees the
        embedding of the word.
    window_size (int): On either side of a word, the number of words whose embeddings the hidden
        layer sees, too; at most 32, what is read beside each window of a long Doc. More than 0
        needs `bidirectional = true`: a network that reads from left to right does not know the
        next word.
    syllables (bool): Whether the first and the last syllable of a word are embedded, for languages
        that write spaces between the syllables of a word, such as Vietnamese.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, (n_tokens, width). The network never
        sees whitespace tokens; their rows are zeros.
    """
    features: dict[str, Any] = {
        "prefixes": list(prefixes),
        "suffixes": list(suffixes),
        "shape": shape,
        "syllables": syllables,
    }
    check_widths(
        width=width,
        bidirectional=bidirectional,
        hidden_width=hidden_width,
        window_size=window_size,
    )
    if not (word_width or any(features.values()) or char_width or include_static_vectors):
        raise invalid_value("word_width", word_width, "be above 0 without other features")
    settings = Tok2VecSettings(
        width=width,
        depth=depth,
        bidirectional=bidirectional,
        n_words=None,
        word_width=word_width,
        n_letters=None,
        char_width=char_width,
        static_width=None if include_static_vectors else 0,
        hidden_width=hidden_width,
        window_size=window_size,
        **features,
    )
    return LSTMTok2VecModel(
        NAME,
        partial(forward_docs, partial(forward, word_dropout=word_dropout)),
        init=init,
        dims={"nO": width},
        attrs={
            "vocabulary": WordVocabulary(attr=word_attr, min_freq=min_freq),
            # Thinc's `set_dropout_rate` looks for this name. spaCy gives it [training] dropout.
            "dropout_rate": 0.0,
        },
        shims=[NetworkShim(settings)],
    )


class LSTMTok2VecModel(Model[list[Doc], list[Floats2d]]):
    """A model that says which setting is another one than that of a file. Thinc would name `nO`."""

    __slots__ = ()

    def set_dim(self, name: str, value: int, *, force: bool = False) -> None:
        present = self.maybe_get_dim(name)
        if not force and present not in (None, value):
            raise ValueError(
                f"Can't load the weights: they were saved with width = {value}, but the config "
                f"says width = {present}. Load files that were saved together."
            )
        super().set_dim(name, value, force=force)


def check_widths(*, width: int, bidirectional: bool, hidden_width: int, window_size: int) -> None:
    """Raise a ValueError unless the sizes of the LSTM and the hidden layer go together. The
    arguments are as in `build_lstm_tok2vec`."""
    lstm_width = width - hidden_width
    if lstm_width <= 0:
        raise invalid_value("hidden_width", hidden_width, f"be below width = {width}")
    if bidirectional and lstm_width % 2:
        if not hidden_width:
            raise invalid_value("width", width, "be even when bidirectional = true")
        rule = f"differ from width = {width} by an even number when bidirectional = true"
        raise invalid_value("hidden_width", hidden_width, rule)
    if window_size and not hidden_width:
        rule = "be 0 without a hidden layer (hidden_width)"
        raise invalid_value("window_size", window_size, rule)
    if window_size and not bidirectional:
        raise invalid_value("window_size", window_size, "be 0 with bidirectional = false")


def init(model: Tok2Vec, X: list[Doc] | None = None, Y: Any = None) -> None:
    if not vocabulary_of(model).is_counted and X is not None:
        warnings.warn(
            f"The vocabulary of an LSTMTok2Vec is counted over {len(X)} Docs, not over the "
            "training data. Let [initialize.before_init] count it: "
            "@callbacks = 'spacy_lstm_tagger.count_words.v1', corpus = ${corpora.train}",
            stacklevel=2,
        )
        count_vocabulary(model, X)
        # Another initialization counts again: these words do not come from the training data.
        vocabulary_of(model).is_counted = False
    shim = network_shim(model)
    vocabulary = vocabulary_of(model)
    sizes = {"n_words": len(vocabulary), "n_letters": len(vocabulary.alphabet)}
    if shim.settings.static_width != 0:
        sizes["static_width"] = static_width(X[0].vocab) if X else 0
        if not sizes["static_width"]:
            raise ValueError(
                "include_static_vectors = true, but the pipeline has no vectors. Give it some with "
                "[initialize] vectors, on the command line --paths.vectors, or set "
                "include_static_vectors = false."
            )
        if X:
            check_finite(X[0].vocab)
    shim.initialize(**sizes)


def forward(
    model: Tok2Vec, words: WordSequences, is_train: bool, *, word_dropout: float
) -> tuple[Floats2d, Callable[[Floats2d], object]]:
    """Words to hidden states, (n_words, nO), see `WordsForward`."""
    if not is_train:
        return predict(model, words), lambda d_hidden: None
    learner = network_shim(model).learner
    rate = model.attrs["dropout_rate"]
    if not 0 <= rate <= 1:
        raise invalid_value("dropout", rate, "be from 0 to 1")
    cast("pytorch.WordNetwork", learner.training_module).set_dropout(rate, word_dropout)
    pieces = words._replace(lengths=training_lengths(words.lengths))
    return learner.begin_update(*batch_inputs(model, pieces))


def predict(model: Tok2Vec, words: WordSequences) -> Floats2d:
    """The hidden state of each word, (n_words, nO), or with `is_word` of each token, (n_tokens,
    nO), with zeros for whitespace. Long Docs are read in windows."""
    network: WordNetwork = network_shim(model).compiled
    with one_thread():
        hidden = network.read(
            words.keys,
            words.lengths,
            lambda keys: convert_words(model, words, words.texts(keys)),
            is_word=words.is_word,
            n_threads=get_num_threads(),
        )
    return model.ops.asarray2f(cast(Floats2d, hidden))


def watch_word_vectors(model: Model[Any, Any]) -> AbstractContextManager["Adversary"]:
    """Watch the word vectors of the LSTM tok2vec in a model while it trains on a batch."""
    from .pytorch import Adversary

    learner = network_shim(nodes_with_vocabulary(model)[0]).learner
    return Adversary(cast("pytorch.WordNetwork", learner.training_module).embedding).watch()
