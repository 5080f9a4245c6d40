"""The projections of words, which are kept until the weights change."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy
import pytest
import torch
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.vocab import Vocab
from spacy_lstm_tagger.models.projections import Projections
from thinc.api import Adam

from spacy_lstm_tagger.models import build_lstm_tok2vec, count_words, projections

SIZES = {"width": 8, "word_width": 5, "feature_width": 3, "feature_rows": 20, "char_width": 4}
TEXTS = [
    "a dog , a cat",
    "a dog and a great many more two words",
    "a dog ,",
    "cat",
] * 8  # enough for `fast_lstm`


def make_docs(texts=TEXTS):
    vocab = Vocab()
    return [Doc(vocab, words=text.split()) for text in texts]


def make_model(docs, **config):
    model = build_lstm_tok2vec(**{**SIZES, "min_freq": 1, **config})
    count_words(model, docs)
    model.initialize(X=docs)
    return model


def hidden(model, docs):
    return numpy.concatenate(model.predict(docs))


def fresh(model, **config):
    """A model with the same weights that has not predicted yet."""
    return build_lstm_tok2vec(**SIZES, **config).from_bytes(model.to_bytes())


def project_new_into(calls, keys):
    """Projects a word to its key, and keeps the keys of each call."""

    def project_new(positions):
        new = [keys[position] for position in positions]
        calls.append(new)
        return torch.tensor(new, dtype=torch.float32).reshape(-1, 1, 1)

    return project_new


def test_each_word_is_projected_once():
    words, calls = Projections(), []
    for keys in ([3, 1, 2], [1, 2], [2, 5, 3, 4]):
        found = words.project(keys, project_new_into(calls, keys))
        assert found.flatten().tolist() == keys
    assert calls == [[3, 1, 2], [5, 4]]


def test_as_many_words_are_kept_as_there_is_room_for(monkeypatch):
    monkeypatch.setattr(projections, "MAX_WORDS", 3)
    monkeypatch.setattr(projections, "MAX_MISSES", 2)
    words, calls = Projections(), []
    for keys in ([1, 2], [3, 4], [1, 3, 4, 5]):
        assert not words.is_outdated
        found = words.project(keys, project_new_into(calls, keys))
        assert found.flatten().tolist() == keys
    assert calls == [[1, 2], [3, 4], [4, 5]]
    assert words.is_outdated


def test_threads_that_fill_it_at_once_find_what_they_put_there():
    keys = list(range(2000))
    for _ in range(20):
        words, start = Projections(), Barrier(4)

        def work(words=words, start=start):
            start.wait()
            for i in range(0, len(keys), 100):
                part = keys[i : i + 100]
                found = words.project(part, project_new_into([], part))
                assert found.flatten().tolist() == part

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(work) for _ in range(4)]:
                done.result()
        assert words.project(keys, project_new_into([], keys)).flatten().tolist() == keys


@pytest.mark.parametrize("n_docs", [1, 3, 16])
@pytest.mark.parametrize("max_words", [0, 5, 10_000])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_outputs_are_the_same_before_and_after(precision, max_words, n_docs, monkeypatch):
    monkeypatch.setattr(projections, "MAX_WORDS", max_words)
    docs = make_docs()
    model = make_model(docs[:1], precision=precision)
    expected = hidden(fresh(model, precision=precision), docs)
    tolerance = 1e-6 if precision == "float32" else 0.02
    for batch in (docs[:n_docs], docs[:2], docs[:n_docs], docs):
        at = sum(len(doc) for doc in batch)
        assert_allclose(hidden(model, batch), expected[:at], atol=tolerance)


def test_an_empty_vocabulary():
    docs = make_docs()
    model = make_model(docs, min_freq=100)
    assert len(model.attrs["vocabulary"]) == 0
    first = hidden(model, docs)
    assert_allclose(hidden(model, docs), first, atol=1e-6)
    assert_allclose(hidden(fresh(model), docs), first, atol=1e-6)


def test_nothing_is_kept_when_the_optimizer_changes_the_weights():
    docs = make_docs()
    model = make_model(docs)
    before = hidden(model, docs)
    _, backprop = model.begin_update(docs)
    backprop([numpy.ones((len(doc), 8), dtype="f") for doc in docs])
    model.finish_update(Adam(0.1))
    after = hidden(model, docs)
    assert (before != after).any()
    assert_allclose(after, hidden(fresh(model), docs), atol=1e-6)


def test_nothing_is_kept_when_a_program_edits_the_weights():
    docs = make_docs()
    model = make_model(docs)
    before = hidden(model, docs)
    with torch.no_grad():
        model.shims[0].module.embedding.words.weight.mul_(-2)
    after = hidden(model, docs)
    assert (before != after).any()
    assert_allclose(after, hidden(fresh(model), docs), atol=1e-6)


@pytest.mark.parametrize("make_copy", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_it_does_not_travel(make_copy):
    docs = make_docs()
    model = make_model(docs)
    size = len(pickle.dumps(model))
    expected = hidden(model, docs)
    assert abs(len(pickle.dumps(model)) - size) < 100
    copied = make_copy(model)
    torch.nn.init.zeros_(copied.shims[0].module.sequence.lstm.weight_hh_l0)
    assert (hidden(copied, docs) != expected).any()
    assert_allclose(hidden(model, docs), expected, atol=1e-6)
