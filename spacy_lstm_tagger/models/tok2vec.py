"""The LSTM as a spaCy tok2vec: from Docs to one hidden state a token."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, cast

import numpy
import torch
from spacy.attrs import ORTH
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import Model, xp2torch
from thinc.types import Floats2d
from torch import Tensor

from .checks import check
from .features import WordFeatures
from .pytorch import WordEmbedding, WordLSTM, Words
from .pytorch.embedding import N_SPECIAL
from .shim import TorchShim, convert_outputs, torch_shim
from .tokens import WINDOW, Tokens, groups, ranges, training_lengths, windows
from .types import Ids, Tok2Vec
from .vectors import static_vectors
from .vocabulary import WordVocabulary

# Tokens that the network sees at once when it tags. More take more memory, and no less time.
MAX_TOKENS = 16_384

# Words whose vectors are made once and kept, a few KB each; not before a batch with so many.
MAX_KNOWN = 10_000
MIN_DISTINCT = 1000


def LSTMTok2Vec(
    width: int = 256,
    depth: int = 1,
    bidirectional: bool = True,
    dropout: float | None = None,
    word_width: int = 100,
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
) -> Tok2Vec:
    """Embed the distinct words of a batch, then run an LSTM over each Doc.

    The vocabulary of words is counted over the whole training corpus before the model is
    initialized, see `count_words`.

    width (int): Width of the output, both directions together.
    depth (int): Layers of the LSTM.
    bidirectional (bool): Whether it runs in both directions.
    dropout (Optional[float]): Dropout before, between and after the layers. None follows
        `[training] dropout`, as spaCy's own layers do; a number is kept whatever that says.
    word_width (int): Width of the embedding that each word of the vocabulary has of its own;
        0 for none.
    word_dropout (float): In training, the share of words that are read as unknown.
    min_freq (int): How often a word has to occur in the training corpus to be in the vocabulary.
    prefixes (Sequence[int]): Lengths of the prefixes that are embedded.
    suffixes (Sequence[int]): Lengths of the suffixes that are embedded.
    shape (bool): Whether a word's shape (`Xxxx`, `dd.d`) is embedded.
    feature_width (int): Width of the embedding of each prefix, suffix and shape.
    feature_rows (int): Rows of the embedding table of each of them, into which they are hashed.
    char_width (int): Width of what a bidirectional LSTM makes of the letters of a word;
        0 for none.
    include_static_vectors (bool): Whether the pipeline's table of vectors is used.
    vector_width (int): Width to which a static vector is projected.
    precision (Literal["float32", "bfloat16"]): Number format in which the LSTM's weights are
        multiplied when a CPU with instructions for it predicts. bfloat16 is faster and changes
        outputs by about 1e-2, depending on the batch too, and a tag in some thousands.
    RETURNS (Model[List[Doc], List[Floats2d]]): For each Doc, (n_tokens, width).
    """
    check("width", width, width > 0, "above 0")
    check("width", width, not bidirectional or width % 2 == 0, "even when bidirectional = true")
    check("depth", depth, depth > 0, "above 0")
    check("dropout", dropout, dropout is None or 0 <= dropout < 1, "null or from 0 to below 1")
    check("word_width", word_width, word_width >= 0, "0 or more")
    check("word_dropout", word_dropout, 0 <= word_dropout < 1, "from 0 to below 1")
    check("min_freq", min_freq, min_freq > 0, "above 0")
    for name, lengths in (("prefixes", prefixes), ("suffixes", suffixes)):
        check(name, lengths, all(n > 0 for n in lengths), "a list of lengths above 0")
    check("feature_width", feature_width, feature_width > 0, "above 0")
    check("feature_rows", feature_rows, feature_rows > 0, "above 0")
    check("char_width", char_width, char_width >= 0 and char_width % 2 == 0, "0 or more, and even")
    check("vector_width", vector_width, vector_width > 0, "above 0")
    has_others = prefixes or suffixes or shape or char_width or include_static_vectors
    check("word_width", word_width, word_width > 0 or bool(has_others), "above 0 without any other")
    settings: dict[str, Any] = {
        "width": width,
        "depth": depth,
        "bidirectional": bidirectional,
        "n_words": None,
        "word_width": word_width,
        "prefixes": list(prefixes),
        "suffixes": list(suffixes),
        "shape": shape,
        "feature_width": feature_width,
        "feature_rows": feature_rows,
        "n_letters": None,
        "char_width": char_width,
        "vectors_width": None if include_static_vectors else 0,
        "vector_width": vector_width,
    }
    attrs: dict[str, Any] = {"vocabulary": WordVocabulary(min_freq=min_freq)}
    if dropout is None:
        attrs["dropout_rate"] = 0.0  # the name that Thinc's set_dropout_rate looks for
    return Model(
        "lstm_tok2vec",
        partial(forward, dropout=dropout, word_dropout=word_dropout),
        init=init,
        dims={"nO": width},
        attrs=attrs,
        shims=[TorchShim(partial(build, precision=precision), settings)],
    )


def build(
    *,
    precision: str,
    width: int,
    depth: int,
    bidirectional: bool,
    prefixes: Sequence[int],
    suffixes: Sequence[int],
    shape: bool,
    feature_rows: int,
    **sizes: int,
) -> WordLSTM:
    embedding = WordEmbedding(
        n_features=len(WordFeatures(prefixes, suffixes, shape, feature_rows)),
        feature_rows=feature_rows,
        precision=precision,
        **sizes,
    )
    return WordLSTM(
        embedding, width=width, depth=depth, bidirectional=bidirectional, precision=precision
    )


def set_words(model: Model, words: Iterable[str]) -> None:
    """Set the vocabulary of each LSTM tok2vec in a model, which has to be initialized after it."""
    words = list(words)
    for node in nodes_with_vocabulary(model):
        node.attrs["vocabulary"] = node.attrs["vocabulary"].replace(words)


def count_words(model: Model, docs: Iterable[Doc]) -> None:
    """Count the words of a corpus, and make those that are frequent enough the vocabulary of
    each LSTM tok2vec in a model, which has to be initialized after it.

    model (Model): Any model; the corpus is not read if no LSTM tok2vec is in it.
    docs (Iterable[Doc]): The training corpus.
    """
    nodes = nodes_with_vocabulary(model)
    if not nodes:
        return
    counts: Counter[str] = Counter()
    for doc in docs:
        for key, count in doc.count_by(ORTH).items():
            counts[doc.vocab.strings[key]] += count
    for node in nodes:
        node.attrs["vocabulary"] = node.attrs["vocabulary"].count(counts)


def nodes_with_vocabulary(model: Model) -> list[Model]:
    return [node for node in model.walk() if "vocabulary" in node.attrs]


def own_network(model: Model) -> WordLSTM:
    """The network of the LSTM tok2vec in a tagger's model."""
    return cast(WordLSTM, torch_shim(nodes_with_vocabulary(model)[0]).module)


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
    shim, vocabulary = torch_shim(model), model.attrs["vocabulary"]
    sizes = {"n_words": len(vocabulary), "n_letters": len(vocabulary.alphabet)}
    if shim.settings["vectors_width"] != 0:
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
) -> tuple[list[Floats2d], Callable]:
    lengths = [len(doc) for doc in docs]
    if not any(lengths):
        return [model.ops.alloc2f(0, model.get_dim("nO")) for _ in docs], lambda d_hidden: []
    if not is_train:
        return convert_outputs(model, predict(model, docs), lengths), lambda d_hidden: []
    shim = torch_shim(model)
    rate = model.attrs["dropout_rate"] if dropout is None else dropout
    cast(WordLSTM, shim.module).set_dropout(rate, word_dropout)
    tokens = Tokens.of(docs)
    tokens = tokens._replace(lengths=training_lengths(tokens.lengths))
    inputs = convert_inputs(model, tokens, is_train=True)
    (hidden, _), backprop_torch = shim.begin_update(inputs)

    def backprop(d_hidden: list[Floats2d]) -> list[Doc]:
        gradient = xp2torch(model.ops.flatten(d_hidden), device=hidden.device)  # (n_tokens, width)
        backprop_torch(hidden, gradient)
        return []

    return convert_outputs(model, hidden.detach(), lengths), backprop


def predict(model: Tok2Vec, docs: list[Doc]) -> Tensor:
    """Hidden states of all tokens, (n_tokens, width), in bounded memory.

    Those of a Doc that is longer than a window with its context are approximate, see `windows`.
    """
    shim = torch_shim(model)
    tokens = Tokens.of(docs)
    if len(tokens.keys) <= MAX_TOKENS and tokens.lengths.max() <= WINDOW:
        return shim.predict(convert_inputs(model, tokens))[0]
    hidden = torch.empty(len(tokens.keys), model.get_dim("nO"), device=shim.device)
    for group in groups(windows(tokens.lengths), MAX_TOKENS):
        lengths = group.end - group.start
        read = ranges(group.start, group.end)
        group_tokens = tokens._replace(keys=tokens.keys[read], lengths=lengths)
        outputs, _ = shim.predict(convert_inputs(model, group_tokens))
        before, after = (
            numpy.repeat(group.keep_start, lengths),
            numpy.repeat(group.keep_end, lengths),
        )
        kept = numpy.nonzero((before <= read) & (read < after))[0]
        source, target = (torch.from_numpy(i).to(shim.device) for i in (kept, read[kept]))
        hidden[target] = outputs[source]
    return hidden


def convert_inputs(model: Tok2Vec, tokens: Tokens, *, is_train: bool = False) -> tuple[Any, ...]:
    """The arguments of `WordLSTM.forward`."""
    shim, vocabulary = torch_shim(model), model.attrs["vocabulary"]
    if len(vocabulary) != shim.settings["n_words"]:
        raise ValueError(
            f"The vocabulary has {len(vocabulary)} words, the weights are for "
            f"{shim.settings['n_words']}: damaged, or set without initializing the model."
        )
    distinct, index = numpy.unique(tokens.keys, return_inverse=True)
    known = None if is_train else known_words(model, len(distinct), len(tokens.lengths))
    rows = vocabulary.rows(distinct)
    if known is not None:
        is_known = (rows >= N_SPECIAL) & (rows < N_SPECIAL + known.shape[1])
        known = known[:, torch.from_numpy(rows[is_known] - N_SPECIAL)]
        index = numpy.argsort(numpy.argsort(~is_known, kind="stable"))[index]  # known words first
        rows, distinct = rows[~is_known], distinct[~is_known]
    texts = [tokens.word(key) for key in distinct.tolist()]
    words = convert_words(model, tokens.vocab, rows, texts)
    token_words = torch.from_numpy(index).to(shim.device)
    return words, token_words, torch.from_numpy(tokens.lengths), None, known


def convert_words(model: Tok2Vec, vocab: Vocab, rows: Ids, texts: list[str]) -> Words:
    """What is known of each of some words.

    rows (Ids): Their rows in the vocabulary, (n_words,).
    """
    shim = torch_shim(model)
    features = WordFeatures(*(shim.settings[field] for field in WordFeatures._fields))
    no_letters = numpy.zeros(0, dtype="int64")
    letters, n_letters = no_letters, no_letters
    if shim.settings["char_width"]:
        letters, n_letters = model.attrs["vocabulary"].letters(texts)
    vectors = static_vectors(vocab, texts, shim.settings["vectors_width"])
    return Words(
        ids=torch.from_numpy(rows).to(shim.device),
        features=torch.from_numpy(features.ids(texts)).to(shim.device),
        letters=torch.from_numpy(letters).to(shim.device),
        lengths=torch.from_numpy(n_letters),
        vectors=xp2torch(vectors, device=shim.device),
    )


def known_words(model: Tok2Vec, n_distinct: int, n_sequences: int) -> Tensor | None:
    """The most frequent words as `WordLSTM.project` gives them, made once and kept; None where
    they would not make prediction faster."""
    shim, vocabulary = torch_shim(model), model.attrs["vocabulary"]
    network = cast(WordLSTM, shim.module)
    # Static vectors could be changed.
    if shim.settings["vectors_width"] or not network.sequence.can_sweep(shim.device, n_sequences):
        return None
    known = network.known
    if known is None and len(vocabulary) and n_distinct >= MIN_DISTINCT:
        texts = vocabulary.words[:MAX_KNOWN]
        rows = numpy.arange(N_SPECIAL, N_SPECIAL + len(texts))
        words = convert_words(model, Vocab(), rows, texts)
        with torch.inference_mode():
            known = network.known = network.project(words)
    return known
