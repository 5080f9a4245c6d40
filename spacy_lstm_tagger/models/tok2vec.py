"""The LSTM as a spaCy tok2vec: from Docs to one hidden state for each token."""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from .checks import check, check_int, check_number
from .inputs import Tokens, convert_tokens, convert_words
from .numpy_network import WordNetwork, get_num_threads, one_thread
from .settings import Tok2VecSettings
from .shim import NetworkShim, network_shim, one_moment
from .token_rows import add_space_rows, take_words, unflatten
from .types import Ids, Tok2Vec
from .vocabulary import WordAttr, WordVocabulary, count_words, nodes_with_vocabulary
from .windows import in_windows, training_lengths

if TYPE_CHECKING:
    from .pytorch import Adversary, WordLSTM

# Number of tokens that a GPU reads at once.
MAX_TOKENS = 16_384


def build_lstm_tok2vec(
    width: int = 256,
    depth: int = 1,
    bidirectional: bool = True,
    dropout: float | None = None,
    word_width: int = 100,
    word_attr: WordAttr = "ORTH",
    word_dropout: float = 0.1,
    min_freq: int = 2,
    prefixes: Sequence[int] = (1, 3),
    suffixes: Sequence[int] = (2, 3, 4),
    shape: bool = True,
    feature_width: int = 64,
    feature_rows: int = 5000,
    char_width: int = 0,
    include_static_vectors: bool = False,
    vector_width: int = 100,
    precision: Literal["float32", "bfloat16"] = "float32",
    parts: bool = False,
) -> Tok2Vec:
    """Embed the distinct words of a batch, then run an LSTM over each Doc.

    The vocabulary of words is counted over the whole training corpus before the model is
    initialized, see `count_words`.

    width (int): Width of the output, both directions together.
    depth (int): Layers of the LSTM.
    bidirectional (bool): Whether it runs in both directions.
    dropout (float | None): Dropout before, between and after the layers. None follows
        `[training] dropout`, as spaCy's own layers do. A number overrides it.
    word_width (int): Width of the embedding of each word in the vocabulary; 0 for none.
    word_attr (Literal["ORTH", "LOWER"]): "LOWER" for one embedding of a word in any case. Its
        shape tells the cases apart.
    word_dropout (float): In training, the share of words that are read as unknown.
    min_freq (int): How often a word has to occur in the training corpus to be in the vocabulary.
    prefixes (Sequence[int]): Lengths of the prefixes that are embedded.
    suffixes (Sequence[int]): Lengths of the suffixes that are embedded.
    shape (bool): Whether a word's shape (`Xxxx`, `dd.d`) is embedded.
    feature_width (int): Width of the embedding of each prefix, suffix and shape.
    feature_rows (int): Rows of the embedding table for each of them. A hash gives the row.
    char_width (int): Width of the vector that a bidirectional LSTM computes from a word's
        characters; 0 for none.
    include_static_vectors (bool): Whether the pipeline's table of vectors is used.
    vector_width (int): Width to which a static vector is projected.
    precision (Literal["float32", "bfloat16"]): Has no effect any more: float32 is as fast.
    parts (bool): Whether the first and the last part of a word are embedded, for languages whose
        words have spaces in them, such as Vietnamese. A word without spaces is its own part.
    RETURNS (Model[list[Doc], list[Floats2d]]): For each Doc, (n_tokens, width). The network never
        sees whitespace tokens; their rows are zeros.
    """
    features: dict[str, Any] = {
        "prefixes": list(prefixes),
        "suffixes": list(suffixes),
        "shape": shape,
        "parts": parts,
    }
    check_int("width", width, lambda n: n > 0, "above 0")
    check("width", width, not bidirectional or width % 2 == 0, "even when bidirectional = true")
    check_int("depth", depth, lambda n: n > 0, "above 0")
    if dropout is not None:
        check_number("dropout", dropout, lambda x: 0 <= x < 1, "from 0 to below 1, or null")
    check_int("word_width", word_width, lambda n: n >= 0, "0 or more")
    check_number("word_dropout", word_dropout, lambda x: 0 <= x < 1, "from 0 to below 1")
    check_int("min_freq", min_freq, lambda n: n > 0, "above 0")
    for name, lengths in (("prefixes", prefixes), ("suffixes", suffixes)):
        is_list = not isinstance(lengths, str)
        are_valid = is_list and all(type(n) is int and n > 0 for n in lengths)
        check(name, lengths, are_valid, "a list of whole numbers above 0")
    check_int("feature_width", feature_width, lambda n: n > 0, "above 0")
    check_int("feature_rows", feature_rows, lambda n: n > 0, "above 0")
    check_int("char_width", char_width, lambda n: n >= 0 and n % 2 == 0, "0 or more, and even")
    check_int("vector_width", vector_width, lambda n: n > 0, "above 0")
    has_input = word_width or any(features.values()) or char_width or include_static_vectors
    check("word_width", word_width, bool(has_input), "above 0 without other features")
    if precision != "float32":
        warnings.warn(
            f"precision = {precision!r} has no effect any more: float32, which is exact, is as "
            "fast. Remove it from the config.",
            stacklevel=2,
        )
    settings = Tok2VecSettings(
        width=width,
        depth=depth,
        bidirectional=bidirectional,
        n_words=None,
        word_width=word_width,
        feature_width=feature_width,
        feature_rows=feature_rows,
        n_letters=None,
        char_width=char_width,
        vectors_width=None if include_static_vectors else 0,
        vector_width=vector_width,
        **features,
    )
    attrs: dict[str, Any] = {"vocabulary": WordVocabulary(attr=word_attr, min_freq=min_freq)}
    if dropout is None:
        attrs["dropout_rate"] = 0.0  # the name that Thinc's set_dropout_rate looks for
    return Model(
        "lstm_tok2vec",
        partial(forward, dropout=dropout, word_dropout=word_dropout),
        init=init,
        dims={"nO": width},
        attrs=attrs,
        shims=[NetworkShim(settings)],
    )


def init(model: Tok2Vec, X: list[Doc] | None = None, Y: Any = None) -> None:
    if not model.attrs["vocabulary"].is_counted and X is not None:
        warnings.warn(
            f"The vocabulary of an LSTMTok2Vec is counted over {len(X)} Docs, not over the "
            "training data. Let [initialize.before_init] count it: "
            "@callbacks = 'spacy_lstm_tagger.count_words.v1', corpus = ${corpora.train}",
            stacklevel=2,
        )
        count_words(model, X)
        model.attrs["vocabulary"].is_counted = False  # not over the training data
    shim, vocabulary = network_shim(model), model.attrs["vocabulary"]
    sizes = {"n_words": len(vocabulary), "n_letters": len(vocabulary.alphabet)}
    if shim.settings.vectors_width != 0:
        sizes["vectors_width"] = X[0].vocab.vectors_length if X else 0
        if not sizes["vectors_width"]:
            raise ValueError(
                "include_static_vectors = true, but the pipeline has no vectors. Give it some with "
                "[initialize] vectors, on the command line --paths.vectors, or set "
                "include_static_vectors = false."
            )
    shim.initialize(**sizes)


def forward(
    model: Tok2Vec, docs: list[Doc], is_train: bool, *, dropout: float | None, word_dropout: float
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    lengths = [len(doc) for doc in docs]
    tokens = Tokens.from_docs(docs) if any(lengths) else None
    if tokens is None or not len(tokens.keys):
        return [model.ops.alloc2f(n, model.get_dim("nO")) for n in lengths], lambda d_hidden: []
    shim = network_shim(model)
    if not is_train:
        with one_moment(model), one_thread():  # all windows
            hidden = read(model, tokens)
        return unflatten(add_space_rows(hidden, tokens.is_word), lengths), lambda d_hidden: []
    rate = model.attrs["dropout_rate"] if dropout is None else dropout
    cast("WordLSTM", shim.learner.training_module).set_dropout(rate, word_dropout)
    pieces = tokens._replace(lengths=training_lengths(tokens.lengths))
    hidden, backprop_words = shim.learner.begin_update(*convert_tokens(model, pieces))

    def backprop(d_hidden: list[Floats2d]) -> list[Doc]:
        backprop_words(take_words(model.ops.flatten(d_hidden), tokens.is_word))
        return []

    return unflatten(add_space_rows(hidden, tokens.is_word), lengths), backprop


def read(model: Tok2Vec, tokens: Tokens) -> Floats2d:
    """The hidden state of each token, float32, (n_tokens, width)."""
    shim = network_shim(model)
    if shim.on_cpu:
        network: WordNetwork = shim.compiled
        hidden = network.read(
            tokens.keys,
            tokens.lengths,
            lambda keys: convert_words(model, tokens.vocab, tokens.texts(keys)),
            n_threads=get_num_threads(),
        )
        return cast(Floats2d, hidden)

    def read_part(positions: Ids, lengths: Ids) -> Floats2d:
        part = tokens._replace(keys=tokens.keys[positions], lengths=lengths)
        return shim.learner.predict(*convert_tokens(model, part))

    return in_windows(read_part, tokens.lengths, MAX_TOKENS)


@contextlib.contextmanager
def watch_words(model: Model[Any, Any]) -> Iterator["Adversary"]:
    """Watch the word vectors of the LSTM tok2vec in a model while it trains on a batch."""
    from .pytorch import Adversary

    network = cast(
        "WordLSTM", network_shim(nodes_with_vocabulary(model)[0]).learner.training_module
    )
    with Adversary(network.embedding).watch() as adversary:
        yield adversary
