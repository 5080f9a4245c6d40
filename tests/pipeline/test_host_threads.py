"""A tagger in programs whose threads tag, train, save, load and copy at once."""

import copy
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from hosts import (
    assert_same,
    assert_tags_as_fresh,
    component_bytes,
    distance,
    fresh,
    load,
    make_docs,
    make_tagged,
    meanwhile,
    predict,
    start,
)
from thinc.api import SGD

from spacy_lstm_tagger.models import tok2vec


@pytest.fixture
def many_switches():
    """Python goes from one thread to another so often that a missing lock shows in few calls."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_after_it_learned_while_it_tagged_its_tags_are_those_of_its_weights():
    nlp = start("wide", n_words=6000)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    examples = make_tagged(nlp, n_docs=4, n_tokens=5)
    for _ in range(5):
        with meanwhile(lambda: predict(nlp, docs), n_threads=2):
            for _ in range(5):
                nlp.update(examples, sgd=SGD(1.0))
        assert_tags_as_fresh("wide", pipe, docs)


def test_tags_are_those_of_one_thread_while_another_pipeline_trains():
    nlp, other = load("lstm_tagger"), load("lstm_tagger")
    docs, examples = make_docs(nlp), make_tagged(other)
    scores = predict(nlp, docs)
    training = meanwhile(lambda: other.update(examples, sgd=SGD(0.1), drop=0.2))
    with training, ThreadPoolExecutor(16) as pool:
        for found in pool.map(lambda _: predict(nlp, docs), range(64)):
            assert_same(found, scores)


@pytest.mark.parametrize("how", ["an update", "averages", "a load"])
@pytest.mark.parametrize(
    ("n_docs", "n_tokens"),
    [(40, 38), *(pytest.param(*size, marks=pytest.mark.slow) for size in [(1, 20), (20, 900)])],
)
def test_each_call_sees_the_weights_of_one_moment(how, n_docs, n_tokens, many_switches):
    nlp = load("lstm_tagger")
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp, n_docs, n_tokens)
    states, change = two_states(nlp, how)
    expected = [fresh("lstm_tagger", state).model.predict(docs) for state in states]
    assert distance(*expected) > 0.1
    with meanwhile(change):
        for _ in range(30):
            scores = pipe.model.predict(docs)
            assert min(distance(scores, state) for state in expected) < 1e-5


def test_each_call_of_a_tok2vec_alone_does_too(many_switches, monkeypatch):
    monkeypatch.setattr(tok2vec, "MAX_TOKENS", 100)
    nlp = load("lstm_tagger")
    docs = make_docs(nlp, n_docs=8, n_tokens=60)
    states, change = two_states(nlp, "averages")

    def hidden(pipe):
        return pipe.model.get_ref("tok2vec").predict(docs)

    expected = [hidden(fresh("lstm_tagger", state)) for state in states]
    assert distance(*expected) > 0.1
    with meanwhile(change):
        for _ in range(50):
            found = hidden(nlp.get_pipe("tagger"))
            assert min(distance(found, state) for state in expected) < 1e-5


@pytest.mark.parametrize("how", ["an update", "averages", "a load"])
def test_each_save_has_the_weights_of_one_moment(how, many_switches, tmp_path):
    nlp, other = load("lstm_tagger"), load("lstm_tagger").get_pipe("tagger")
    pipe = nlp.get_pipe("tagger")
    states, change = two_states(nlp, how)
    with meanwhile(change):
        for _ in range(20):
            assert component_bytes(pipe) in states
            pipe.to_disk(tmp_path, exclude=["vocab"])
            assert component_bytes(other.from_disk(tmp_path, exclude=["vocab"])) in states


@pytest.mark.parametrize("how", ["an update", "averages", "a load"])
def test_each_copy_has_the_weights_of_one_moment(how, many_switches):
    nlp = load("lstm_tagger")
    states, change = two_states(nlp, how)
    with meanwhile(change):
        for _ in range(20):
            assert component_bytes(copy.deepcopy(nlp.get_pipe("tagger"))) in states


def two_states(nlp, how):
    """Two states of a component's weights, as bytes, and a function that changes all of them from
    one state to the other and back."""
    pipe, examples, other = nlp.get_pipe("tagger"), make_tagged(nlp, n_docs=2, n_tokens=5), {}

    def flip(key, weights, gradient):
        noise = numpy.random.default_rng(len(other)).normal(scale=0.5, size=weights.shape)
        now = other.get(key, weights + noise.astype("float32"))
        other[key] = weights.copy()
        return now, gradient

    def update():
        nlp.update(examples, sgd=flip, drop=0.1)

    def use_averages():
        with nlp.use_params(other):
            pass

    states = []
    for _ in range(2):
        states.append(component_bytes(pipe))
        update()

    def load_both():
        for state in states:
            pipe.from_bytes(state, exclude=["vocab"])

    assert component_bytes(pipe) == states[0]
    return states, {"an update": update, "averages": use_averages, "a load": load_both}[how]
