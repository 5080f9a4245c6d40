"""From words to hidden states, and the projections of words, which are kept."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy
import pytest
import torch
from helpers import memory
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import fix_random_seed

from spacy_lstm_tagger.models import limits
from spacy_lstm_tagger.models.convert_words import batch_inputs
from spacy_lstm_tagger.models.numpy_network import projection_cache as cache_module
from spacy_lstm_tagger.models.numpy_network.projection_cache import ProjectionCache
from spacy_lstm_tagger.models.tok2vec import build_lstm_tok2vec
from spacy_lstm_tagger.models.vocabulary import count_vocabulary
from spacy_lstm_tagger.models.whitespace import Batch
from spacy_lstm_tagger.models.windows import CONTEXT

SIZES = {"width": 8, "word_width": 5, "prefixes": [3], "suffixes": [2], "min_freq": 1}
TEXTS = ["a dog , a cat", "a dog and a great many more two words", "a dog ,", "cat"] * 8
PLAIN = {"prefixes": [], "suffixes": [], "shape": False}


def make_docs(texts=TEXTS):
    vocab = Vocab()
    vocab.reset_vectors(width=6)
    for word in ("dog", "cat", "great"):
        vocab.set_vector(word, numpy.random.default_rng(len(word)).normal(size=6).astype("f"))
    return [Doc(vocab, words=text.split()) for text in texts]


def make_model(docs, **config):
    fix_random_seed(0)
    model = build_lstm_tok2vec(**{**SIZES, **config})
    count_vocabulary(model, docs)
    model.initialize(X=docs)
    return model


def hidden(model, docs):
    return numpy.concatenate(model.predict(docs))


def by_pytorch(model, docs):
    """What the network in PyTorch gives, without windows."""
    learner = model.shims[0].learner
    with torch.no_grad():
        return learner.module(*learner._tensors(batch_inputs(model, Batch(docs).sequences)))[0]


def fresh(model, **config):
    """A model with the same weights that has not predicted yet."""
    return build_lstm_tok2vec(**{**SIZES, **config}).from_bytes(model.to_bytes())


@pytest.mark.parametrize(
    "config",
    [
        {"depth": 2},
        {"bidirectional": False},
        {"hidden_width": 2},
        {"hidden_width": 5, "bidirectional": False, "depth": 2},
        {"hidden_width": 3, "window_size": 1, "width": 7},
        {"hidden_width": 4, "window_size": 2, "char_width": 4},
        {"char_width": 4, "bidirectional": False},
        {"include_static_vectors": True},
        {"char_width": 4, "include_static_vectors": True, "word_width": 0},
        PLAIN,
        {**PLAIN, "word_width": 0, "char_width": 6},
        {"min_freq": 100},  # an empty vocabulary
    ],
)
def test_it_gives_what_pytorch_gives(config):
    docs = make_docs()
    model = make_model(docs[1:2], **config)
    with torch.no_grad():
        for weights in model.shims[0].module.parameters():
            weights += 0.1 * torch.randn_like(weights)  # biases are zeros at first
    model.shims[0].weights_changed()
    expected = by_pytorch(model, docs)
    for _ in range(2):
        assert_allclose(hidden(model, docs), expected, atol=2e-6)


@pytest.mark.parametrize("window_size", [2, CONTEXT])
def test_in_windows_of_a_long_doc_it_gives_what_pytorch_gives_for_the_whole(
    window_size, monkeypatch
):
    monkeypatch.setattr(limits, "TOKENS", 1_000)  # several groups of windows
    words = numpy.random.default_rng(0).choice(["a", "dog", ",", "cat", "many"], 3_000)
    docs = make_docs([" ".join(words), "a dog"])
    model = make_model(docs, hidden_width=4, window_size=window_size, **PLAIN)
    expected = by_pytorch(model, docs)
    assert_allclose(hidden(model, docs), expected, atol=2e-6)


@pytest.mark.parametrize(("rounding", "size"), [("float16", 0.52), ("int8", 0.3)])
def test_rounded_tables_take_no_more_memory_than_their_files(rounding, size):
    docs = make_docs()
    model = make_model(docs)
    exact = fresh(model)
    model.shims[0].rounding = rounding
    rounded = fresh(model)
    assert memory(rounded.shims[0].compiled) < size * memory(exact.shims[0].compiled)
    assert_allclose(hidden(rounded, docs), hidden(exact, docs), atol=0.02)
    assert_allclose(hidden(rounded, docs), by_pytorch(rounded, docs), atol=2e-6)


def find(projections, keys, calls):
    """Find words, each of which is projected to its key, and keep the keys of each call."""

    def project_new(new, rows):
        calls.append(new)
        rows[:, 0] = new

    table, rows = projections.find(numpy.array(keys, dtype="uint64"), project_new)
    assert table[rows].flatten().tolist() == keys


def test_a_word_is_projected_once():
    projections, calls = ProjectionCache(1, n_rows=100), []
    for keys in ([1, 2], [3, 4, 3], [1, 5, 3, 4, 5, 1], [2, 1]):
        find(projections, keys, calls)
    assert calls == [[1, 2], [3, 4], [5]]


def test_words_that_come_back_while_a_table_fills_are_kept():
    projections, calls = ProjectionCache(1, n_rows=4), []
    for rare in range(100, 200):
        find(projections, [1, 2, rare], calls)
    assert calls == [[1, 2, 100], *([rare] for rare in range(101, 200))]


def test_words_that_do_not_come_back_are_forgotten():
    projections, calls = ProjectionCache(1, n_rows=4), []
    for start in range(0, 8000, 4):
        find(projections, list(range(start, start + 4)), calls)
    find(projections, [0, 7999], calls)
    assert calls[-1] == [0]
    assert memory(projections) < 5_000


def test_a_batch_may_have_more_words_than_a_table():
    projections, calls = ProjectionCache(1, n_rows=2), []
    for _ in range(3):
        find(projections, list(range(50)), calls)
    assert len(calls) == 1


@pytest.mark.parametrize("n_words", [10_000, 300])
def test_threads_that_fill_it_at_once_find_what_they_put_there(n_words):
    keys = list(range(2000))
    for _ in range(20):
        projections, start = ProjectionCache(1, n_rows=n_words), Barrier(4)

        def work(projections=projections, start=start):
            start.wait()
            for i in range(0, len(keys), 100):
                find(projections, keys[i : i + 100], [])

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(work) for _ in range(4)]:
                done.result()
        find(projections, keys, [])


@pytest.mark.parametrize("n_docs", [1, 3, 16])
@pytest.mark.parametrize("n_words", [0, 5, 10_000])
def test_outputs_are_the_same_before_and_after(n_words, n_docs, monkeypatch):
    # A table has room for the projections of so many words: four gates each.
    monkeypatch.setattr(cache_module, "TABLE_BYTES", 4 * n_words * 4 * SIZES["width"])
    docs = make_docs()
    model = make_model(docs[:1])
    expected = hidden(fresh(model), docs)
    for batch in (docs[:n_docs], docs[:2], docs[:n_docs], docs):
        at = sum(len(doc) for doc in batch)
        assert_allclose(hidden(model, batch), expected[:at], atol=1e-6)


def test_a_value_of_a_feature_is_projected_once():
    docs = make_docs(["dog", "dot", "Dot", "don't"])
    model = make_model(docs)
    kept = model.shims[0].compiled.word_projection.cached_features
    assert list(kept) == [1, 2]
    hidden(model, docs)
    # -og, -ot, -'t; xxx, Xxx, xxx'x
    assert [feature.projections.table.n_reserved for feature in kept.values()] == [3, 3]
    # One ending is new.
    hidden(model, make_docs(["dig"]))
    assert [feature.projections.table.n_reserved for feature in kept.values()] == [4, 3]


def test_vectors_that_a_program_changes_count():
    docs, config = make_docs(), {"include_static_vectors": True}
    model = make_model(docs, **config)
    before = hidden(model, docs)
    docs[0].vocab.set_vector("dog", numpy.arange(6, dtype="f"))
    after = hidden(model, docs)
    assert (before != after).any()
    assert_allclose(after, hidden(fresh(model, **config), docs), atol=1e-6)


@pytest.mark.slow
def test_threads_find_their_words_while_tables_are_replaced():
    projections = ProjectionCache(4, n_rows=3_000)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def project(keys, rows):
        time.sleep(0.0005)
        rows[:] = numpy.array(keys)[:, None]

    def find_words(seed):
        draw = numpy.random.default_rng(seed)
        for _ in range(600):
            keys = draw.integers(1, 20_000, 1_500)
            rows, index = projections.find(keys.astype("uint64"), project)
            assert (rows[index, 0] == keys).all()

    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(find_words, range(4)))
    finally:
        sys.setswitchinterval(interval)
