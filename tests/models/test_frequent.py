"""The projections of frequent words, which are kept until the weights change."""

import copy
import pickle

import numpy
import pytest
import torch
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import Adam

from spacy_lstm_tagger.models import build_lstm_tok2vec, count_words, frequent
from spacy_lstm_tagger.models.frequent import FrequentWords

SIZES = {"width": 8, "word_width": 5, "feature_width": 3, "feature_rows": 20, "char_width": 4}
# Enough Docs for the fast path, over frequent, rare and unseen words.
TEXTS = ["a dog , a cat", "a dog and a great many more two words", "a dog ,", "cat"] * 4


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


def test_each_word_is_projected_once():
    rows, calls = numpy.array([3, 0, 1, 0, 2]), []

    def project_new(positions):
        calls.append(positions.tolist())
        return torch.from_numpy(positions * 10.0).reshape(-1, 1, 1)

    words = FrequentWords(n_words=2)  # rows 1 and 2; row 0 stands for all unknown words
    for _ in range(2):
        assert words.project(rows, project_new).flatten().tolist() == [0, 10, 20, 30, 40]
    assert words.project(rows[[2, 4]], project_new).flatten().tolist() == [20, 40]
    assert calls == [[0, 1, 2, 3, 4], [0, 1, 3]]


@pytest.mark.parametrize("max_frequent", [0, 5, 10_000])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_outputs_are_the_same_before_and_after(precision, max_frequent, monkeypatch):
    monkeypatch.setattr(frequent, "MAX_FREQUENT", max_frequent)
    docs = make_docs()
    model = make_model(docs[:1], precision=precision)
    expected = hidden(fresh(model, precision=precision), docs)
    tolerance = 1e-6 if precision == "float32" else 0.02
    for batch in (docs, docs[:9], docs):
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
