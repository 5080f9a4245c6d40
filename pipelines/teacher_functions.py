"""Functions that the configs of the teacher and of the student name.

    python -m spacy train pipelines/teacher.cfg --code pipelines/teacher_functions.py

Whatever loads the teacher needs `--code`, too. A program in Python imports this module.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from math import cos, pi
from pathlib import Path
from typing import Any

import numpy
import spacy
import torch
from spacy.attrs import LENGTH
from spacy.language import Language
from spacy.training import Example
from spacy.util import import_file
from thinc.api import Model
from thinc.layers.pytorchwrapper import forward as run_pytorch
from thinc.optimizers import KeyT, Optimizer
from thinc.types import Floats2d, FloatsXd, Ragged
from torch import nn
from wasabi import msg

from spacy_lstm_tagger.models.pytorch.embedding import INITIAL_STD
from spacy_lstm_tagger.models.shim import network_shim
from spacy_lstm_tagger.models.vocabulary import change_words, vocabulary_of
from spacy_lstm_tagger.models.weights import Weights
from spacy_lstm_tagger.models.word_inputs import N_SPECIAL
from spacy_lstm_tagger.training.batchers import Batcher, sorted_batches
from spacy_lstm_tagger.training.start_from import start_from

# `--code` takes one file, and its folder is not on Python's path.
import_file("informal", Path(__file__).with_name("informal.py"))

WORDS = "embedding.words.weight"
# Pieces, with padding, that a transformer processes at once. More are slower: they fill the cache.
GROUP_PIECES = 512


@spacy.registry.architectures("spacy_lstm_tagger.BFloat16Transformer.v1")
def build_bfloat16_transformer(
    name: str,
    get_spans: Callable,
    tokenizer_config: dict[str, Any],
    transformer_config: dict[str, Any],
) -> Model:
    """Build spacy-transformers.TransformerModel.v3 for the CPU: it multiplies in bfloat16, which
    takes a third of the time on processors that have instructions for it, and its weights stay in
    float32. Its `mixed_precision` is for GPUs only. The embeddings of pieces and places are not
    trained, because some hundred thousand words are too few to change thirty thousand
    embeddings.

    name (str): The name of a Hugging Face model, or a folder with one.
    get_spans (Callable): Which spans of a Doc the transformer reads.
    tokenizer_config (dict[str, Any]): Settings of the tokenizer.
    transformer_config (dict[str, Any]): Settings of the transformer. A smaller `num_hidden_layers`
        than the pretrained one leaves out the last layers.
    RETURNS (Model): The model, as of spacy-transformers.
    """
    # spacy-transformers is needed to train and run a teacher only.
    from spacy_transformers.architectures import create_TransformerModel_v3

    model = create_TransformerModel_v3(
        name=name,
        get_spans=get_spans,
        tokenizer_config=tokenizer_config,
        transformer_config=transformer_config,
    )
    model.layers[0]._func = run_in_bfloat16
    return model


def run_in_bfloat16(model: Model, X: Any, is_train: bool) -> tuple[Any, Callable]:
    """Run a layer of PyTorch as Thinc does, with products in bfloat16."""
    transformer: Any = model.shims[0]._model
    transformer.embeddings.requires_grad_(False)
    transformer.forward = partial(run_by_length, transformer)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return run_pytorch(model, X, is_train)


def run_by_length(transformer: Any, **inputs: torch.Tensor) -> Any:
    """Run a transformer on spans in groups of similar lengths. spacy-transformers pads all spans of
    a batch to the longest, so that in training two fifths of what it multiplied were padding.

    transformer (Any): A transformer of Hugging Face.
    **inputs (Tensor): What it reads, (n_spans, n_pieces) each, attention_mask among them.
    RETURNS (Any): Its output, with the last hidden states alone, (n_spans, n_pieces, width).
    """
    # spacy-transformers is needed to train and run a teacher only.
    from spacy_transformers.util import batch_by_length

    n_pieces = inputs["attention_mask"].shape[1]
    lengths = inputs["attention_mask"].sum(dim=1).int().tolist()
    groups = batch_by_length([range(length) for length in lengths], GROUP_PIECES)
    states = []
    for rows in groups:
        longest = max(lengths[row] for row in rows)
        group = {name: values[rows, :longest] for name, values in inputs.items()}
        output = type(transformer).forward(transformer, **group)
        # NumPy has no bfloat16, so the output has to be in float32.
        hidden = output.last_hidden_state.float()
        states.append(nn.functional.pad(hidden, (0, 0, 0, n_pieces - longest)))
    # Where each span is among the spans of all groups.
    places = torch.tensor([row for rows in groups for row in rows]).argsort()
    return type(output)(last_hidden_state=torch.cat(states)[places])


@spacy.registry.layers("spacy_lstm_tagger.reduce_first_last.v1")
def build_reduce_first_last() -> Model[Ragged, Floats2d]:
    """Build the first and the last vector of each sequence, side by side: of a word's pieces, the
    first tells what it is about, and the last how it ends. For `pooling` in
    spacy-transformers.TransformerListener.v1.

    Thinc's `reduce_first.v1` and `reduce_last.v1` refuse empty sequences, but a transformer has
    tokens without pieces, such as a lone zero-width space. Their vector is zero.

    RETURNS (Model[Ragged, Floats2d]): From (n_pieces, width) to (n_tokens, 2 * width).
    """
    return Model("reduce_first_last", reduce_first_last)


def reduce_first_last(
    model: Model[Ragged, Floats2d], pieces: Ragged, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Ragged]]:
    X: Any = pieces.dataXd
    width = X.shape[1]
    # Tokens that have pieces.
    tokens = model.ops.xp.nonzero(pieces.lengths)[0]
    ends = pieces.lengths.cumsum()
    last = (ends - 1)[tokens]
    first = (ends - pieces.lengths)[tokens]
    Y = model.ops.alloc2f(len(pieces.lengths), 2 * width)
    Y[tokens, :width] = X[first]
    Y[tokens, width:] = X[last]

    def backprop(dY: Floats2d) -> Ragged:
        dX = model.ops.alloc2f(len(X), width)
        # A token's first piece may be its last, but no piece is the first of two tokens.
        dX[first] += dY[tokens, :width]
        dX[last] += dY[tokens, width:]
        return Ragged(dX, pieces.lengths)

    return Y, backprop


@spacy.registry.optimizers("spacy_lstm_tagger.scaled_adam.v1")
def scaled_adam(learn_rate: Any, scales: dict[str, float]) -> Optimizer:
    """Make Adam with a smaller learning rate for the pretrained part of a pipeline. A transformer
    needs a rate some 20 to 50 times smaller than an LSTM that starts from random weights.

    learn_rate (Any): The rate, or a schedule of rates.
    scales (dict[str, float]): Pattern of a parameter's name to the factor of its learning rate, as
        in {"encoder.*": 0.04}. The first pattern that matches counts. Names are as in
        `torch.nn.Module.named_parameters`.
    RETURNS (Optimizer): The optimizer.
    """
    return ScaledAdam(learn_rate, scales)


class ScaledAdam(Optimizer):
    """Thinc's Adam, with a factor of the learning rate for parameters of certain names."""

    __slots__ = ["scales"]

    def __init__(self, learn_rate: Any, scales: dict[str, float]) -> None:
        super().__init__(learn_rate, grad_clip=1.0, use_averages=False)
        self.scales = scales

    def __call__(
        self, key: KeyT, weights: FloatsXd, gradient: FloatsXd, *, lr_scale: float = 1.0
    ) -> tuple[FloatsXd, FloatsXd]:
        name = str(key[1])
        for pattern, scale in self.scales.items():
            if fnmatchcase(name, pattern):
                lr_scale *= scale
                break
        return super().__call__(key, weights, gradient, lr_scale=lr_scale)


@spacy.registry.schedules("spacy_lstm_tagger.warmup_cosine.v1")
def warmup_cosine(initial_rate: float, warmup_steps: int, total_steps: int) -> list[float]:
    """Make a learning rate that rises linearly from near 0, then falls to 0 along half a cosine
    period. It is a list and no generator, so that a pipeline can be pickled while it is trained.

    initial_rate (float): The rate after the warm-up.
    warmup_steps (int): Number of steps of the warm-up, less than total_steps.
    total_steps (int): Number of steps with the warm-up.
    RETURNS (list[float]): The rate of each step, and 0. Thinc goes on with the last one.
    """
    rising = [initial_rate * (step + 1) / warmup_steps for step in range(warmup_steps)]
    n_falling = total_steps - warmup_steps
    falling = [initial_rate * (1 + cos(pi * step / n_falling)) / 2 for step in range(n_falling)]
    return [*rising, *falling, 0.0]


@spacy.registry.callbacks("spacy_lstm_tagger.start_student.v1")
def start_student(pipeline: str | None, vectors: str | None) -> Callable[[Language], None]:
    """For `[initialize.after_init]`: a student goes on from a trained pipeline, such as the last
    release, or starts from vectors of words.

    pipeline (str | None): Name or folder of a pipeline with the same network. None for a new one.
    vectors (str | None): See start_from_vectors. A student that goes on needs none.
    RETURNS (Callable[[Language], None]): The callback.
    """
    return start_from_vectors(vectors) if pipeline is None else start_from(pipeline)


def start_from_vectors(path: str | None) -> Callable[[Language], None]:
    """The embeddings of the words of a `tok2vec` start from vectors, in place of random ones.
    Training changes them like all weights. A word that has a vector alone joins the vocabulary. A
    word without a vector, and the unknown word, start from the mean of all, which is 0.

    path (str | None): A file that pipelines/word_vectors.py wrote. Its vectors are as wide as the
        embeddings. None for random ones.
    RETURNS (Callable[[Language], None]): The callback.
    """

    def callback(nlp: Language) -> None:
        if path is None:
            return
        model: Model[Any, Any] = nlp.get_pipe("tok2vec").model
        with numpy.load(path, allow_pickle=True) as file:
            names = file["words"].tolist()
            vectors = file["vectors"] * (INITIAL_STD / file["vectors"].std())
        n_counted = len(vocabulary_of(model))
        change_words(model, [*vocabulary_of(model).words, *names])
        words = vocabulary_of(model).words
        row_of = {word: row for row, word in enumerate(names)}
        embeddings = numpy.zeros((N_SPECIAL + len(words), vectors.shape[1]), dtype="float32")
        for place, word in enumerate(words, start=N_SPECIAL):
            if word in row_of:
                embeddings[place] = vectors[row_of[word]]
        shim = network_shim(model)
        weights = shim.weights()
        assert weights is not None, "the pipeline is initialized"
        expected = weights.arrays[WORDS].shape
        if embeddings.shape != expected:
            raise ValueError(
                f"{path} has vectors of width {embeddings.shape[1]}, but word_width is "
                f"{expected[1]}. Make them with word_vectors.py --width {expected[1]}."
            )
        shim.load(Weights(weights.settings, {**weights.to_float32(), WORDS: embeddings}))
        n_found = sum(word in row_of for word in words[:n_counted])
        msg.info(f"{n_found:,} of {n_counted:,} words start from {path}")
        msg.info(f"{len(words) - n_counted:,} words are in {path} alone")

    return callback


@spacy.registry.callbacks("spacy_lstm_tagger.bfloat16_products.v1")
def bfloat16_products() -> Callable[[Language, dict[str, Any]], None]:
    """For `[training.before_update]`: PyTorch multiplies matrices in bfloat16, and adds up in
    float32. Tagging is not affected, because NumPy does it.

    RETURNS (Callable[[Language, dict[str, Any]], None]): The callback.
    """

    def callback(nlp: Language, info: dict[str, Any]) -> None:
        torch.set_float32_matmul_precision("medium")

    return callback


@spacy.registry.batchers("spacy_lstm_tagger.batch_by_characters.v1")
def batch_by_characters(scale: float) -> Batcher:
    """For a transformer: batches as of `spacy_lstm_tagger.batch_by_corpus.v1`, whose examples have
    similar numbers of characters. A web address is one word of many pieces, and a batch is padded
    to the longest example.

    scale (float): Factor in the size.
    RETURNS (Batcher): The batcher.
    """
    return partial(sorted_batches, scale=scale, length=n_characters)


def n_characters(example: Example) -> int:
    """Count the characters of an example, without whitespace between words."""
    return int(example.predicted.to_array(LENGTH).sum())
