"""A tagger in programs that set torch as they need it, whose threads tag, train, save, load and
copy at once, and that change its weights on their own. test_hostile_host.py does more of the same,
with other components and with more settings at once."""

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
import torch
from helpers import memory
from hosts import (
    HOSTS,
    OTHER_ORDERS,
    assert_same,
    assert_tags_as_fresh,
    component_bytes,
    default_dtype,
    deterministic,
    distance,
    fresh,
    host,
    host_of_the_same_precision,
    host_settings,
    learn,
    load,
    make_docs,
    make_tagged,
    matmul_precision,
    meanwhile,
    predict,
    start,
)
from thinc.api import SGD


@pytest.mark.parametrize("setting", HOSTS)
def test_learns_the_same_in_any_setting(setting):
    with host(setting):
        nlp = learn(start("lstm_tagger"), drop=0.3)
        with host_of_the_same_precision():
            expected = learn(start("lstm_tagger"), drop=0.3)
        scores = predict(nlp, make_docs(nlp))
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    assert_same(predict(nlp, docs), scores)
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert component_bytes(pipe) == component_bytes(expected.get_pipe("tagger"))
    assert_tags_as_fresh("lstm_tagger", pipe, docs)


def test_other_threads_never_see_settings_that_are_not_the_hosts():
    nlp, other = load("lstm_tagger"), load("lstm_tagger")
    docs, examples = make_docs(nlp), make_tagged(nlp)
    data = nlp.to_bytes()

    def work():
        predict(nlp, docs)
        other.update(examples, sgd=SGD(0.0))
        other.from_bytes(data)

    with default_dtype(torch.float64), deterministic(), matmul_precision("medium"):
        before = host_settings()
        with meanwhile(work):
            seen = [host_settings() for _ in range(5_000)]
    assert all(settings == before for settings in seen)


@pytest.fixture
def many_switches():
    """Python goes from one thread to another so often that a missing lock shows in few calls."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


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
    ("part", "n_docs", "n_tokens"),
    [
        ("tagger", 40, 38),
        pytest.param("tagger", 1, 20, marks=pytest.mark.slow),
        pytest.param("tagger", 20, 900, marks=pytest.mark.slow),
        pytest.param("tok2vec alone", 20, 900, marks=pytest.mark.slow),
    ],
)
def test_each_call_sees_the_weights_of_one_moment(how, part, n_docs, n_tokens, many_switches):
    nlp = load("lstm_tagger")
    docs = make_docs(nlp, n_docs, n_tokens)

    def predict_part(pipe):
        return (pipe.model if part == "tagger" else pipe.model.get_ref("tok2vec")).predict(docs)

    states, change = two_states(nlp, how)
    expected = [predict_part(fresh("lstm_tagger", state)) for state in states]
    assert distance(*expected) > 0.1
    with meanwhile(change):
        for _ in range(30):
            scores = predict_part(nlp.get_pipe("tagger"))
            assert min(distance(scores, state) for state in expected) < 1e-5


@pytest.mark.parametrize("how", ["an update", "averages", "a load"])
def test_each_save_and_copy_has_the_weights_of_one_moment(how, many_switches, tmp_path):
    nlp, other = load("lstm_tagger"), load("lstm_tagger").get_pipe("tagger")
    pipe = nlp.get_pipe("tagger")
    states, change = two_states(nlp, how)
    with meanwhile(change):
        for _ in range(20):
            assert component_bytes(pipe) in states
            pipe.to_disk(tmp_path, exclude=["vocab"])
            assert component_bytes(other.from_disk(tmp_path, exclude=["vocab"])) in states
            assert component_bytes(copy.deepcopy(pipe)) in states


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


def test_what_was_made_of_the_weights_is_not_pickled_or_copied():
    nlp = load("lstm_tagger")
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    size, copied_size = len(pickle.dumps(pipe.model)), memory(pipe.model.copy())
    for _ in nlp.pipe(docs):
        pass
    assert len(pickle.dumps(pipe.model)) <= size
    assert memory(pipe.model.copy()) <= copied_size
    assert memory(copy.deepcopy(pipe).model) <= copied_size
    assert memory(pickle.loads(pickle.dumps(pipe)).model) <= copied_size
