"""A tagger in other people's programs: web servers with threads, notebooks that set torch's
defaults, trainers that save, servers that fork. spaCy's own tagger runs the same programs."""

import copy
import gc
import pickle
import subprocess
import sys
import types
from functools import cache

import numpy
import pytest
import spacy
import torch
from hosts import (
    COMPONENTS,
    HOSTS,
    OTHER_ORDERS,
    assert_same,
    assert_tags_as_fresh,
    clean_host,
    component_bytes,
    default_dtype,
    deterministic,
    distance,
    fresh,
    host,
    host_settings,
    learn,
    make_docs,
    make_tagged,
    matmul_precision,
    meanwhile,
    start,
)
from thinc.api import SGD, fix_random_seed

from spacy_lstm_tagger.stream import TagStream


def first_of(values):
    """All of the values, of which the fast loop tries the first."""
    first, *others = values
    return [first, *(pytest.param(value, marks=pytest.mark.slow) for value in others)]


OURS = [name for name, (factory, _) in COMPONENTS.items() if factory == "lstm_tagger"]
in_any_host = pytest.mark.parametrize("setting", HOSTS)
of_any_component = pytest.mark.parametrize(
    "name", first_of(["lstm_tagger", "letters", "encoder", "tagger"])
)
beside_spacys = pytest.mark.parametrize("name", first_of(["lstm_tagger", "tagger"]))


@cache
def trained(name):
    """The bytes of a pipeline that has learned, without its tokenizer, which takes longest."""
    with clean_host():
        return learn(start(name)).to_bytes(exclude=["tokenizer"])


def load(name, data=None):
    """A pipeline, loaded under the settings of the host program."""
    factory, config = COMPONENTS[name]
    nlp = spacy.blank("xx")
    nlp.add_pipe(factory, name="tagger", config=config)
    return nlp.from_bytes(data or trained(name))


def predict(nlp, docs):
    return nlp.get_pipe("tagger").model.predict(docs)


def assert_learned_the_same(nlp, expected, docs, setting):
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert nlp.to_bytes() == expected.to_bytes()


# Settings of torch


@in_any_host
@of_any_component
def test_loaded_in_any_setting_it_tags_and_learns_as_ever(name, setting):
    expected = load(name)
    with host(setting):
        nlp = load(name)
    docs = make_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))
    assert_same(predict(nlp, docs[:1]), predict(expected, docs[:1]))
    assert_learned_the_same(learn(nlp), learn(expected), docs, setting)


@in_any_host
@of_any_component
def test_tags_are_the_same_in_any_setting(name, setting):
    expected, nlp = load(name), load(name)
    docs = make_docs(nlp)
    for batch in (docs[:1], docs, make_docs(nlp, n_docs=1, n_tokens=700), make_docs(nlp, 3, 0)):
        scores = predict(expected, batch)
        with host(setting):
            assert_same(predict(nlp, batch), scores)
            tagged = list(nlp.pipe(doc.copy() for doc in batch))
            one_by_one = [nlp(doc.copy()) for doc in batch]
        tags = [[token.tag_ for token in doc] for doc in expected.pipe(batch)]
        assert [[token.tag_ for token in doc] for doc in tagged] == tags
        if name != "bfloat16":  # its outputs depend on the batch
            assert [[token.tag_ for token in doc] for doc in one_by_one] == tags
    with host(setting):
        in_host = component_bytes(nlp.get_pipe("tagger"))
    assert in_host == component_bytes(expected.get_pipe("tagger"))


@in_any_host
@of_any_component
def test_trains_to_the_same_weights_in_any_setting(name, setting):
    expected = learn(start(name), drop=0.3)
    with host(setting):
        nlp = learn(start(name), drop=0.3)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert component_bytes(pipe) == component_bytes(expected.get_pipe("tagger"))
    assert_tags_as_fresh(name, pipe, docs)


@in_any_host
@beside_spacys
def test_training_goes_on_where_the_setting_changes(name, setting):
    expected, nlp = load(name), load(name)
    docs = make_docs(nlp)
    for seed in range(2):
        with host(setting):
            learn(nlp, n_updates=1, seed=seed)
            predict(nlp, docs)
        learn(nlp, n_updates=1, seed=seed)
        predict(nlp, docs)
    for seed in (0, 0, 1, 1):
        learn(expected, n_updates=1, seed=seed)
    assert_learned_the_same(nlp, expected, docs, setting)
    assert_same(predict(nlp, docs), predict(expected, docs))


@in_any_host
@beside_spacys
def test_rehearses_in_any_setting(name, setting):
    def rehearse(nlp):
        fix_random_seed(0)
        sgd = nlp.resume_training()
        learn(nlp, n_updates=1)
        nlp.rehearse(make_tagged(nlp, n_docs=8, n_tokens=20), sgd=sgd)
        return nlp

    expected, nlp = rehearse(load(name)), load(name)
    with host(setting):
        rehearse(nlp)
    assert_learned_the_same(nlp, expected, make_docs(nlp), setting)


@in_any_host
@beside_spacys
def test_averages_are_used_in_any_setting(name, setting):
    nlp = load(name)
    docs, sgd = make_docs(nlp), SGD(0.1, use_averages=True)
    nlp.update(make_tagged(nlp), sgd=sgd)
    nlp.update(make_tagged(nlp), sgd=sgd)
    own = predict(nlp, docs)
    with nlp.use_params(sgd.averages):
        averaged = predict(nlp, docs)
    assert abs(averaged[0] - own[0]).max() > 1e-4
    with host(setting):
        with nlp.use_params(sgd.averages):
            assert_same(predict(nlp, docs), averaged)
        assert_same(predict(nlp, docs), own)


@in_any_host
@pytest.mark.parametrize("name", first_of(["lstm_tagger", "encoder"]))
def test_calibrates_in_any_setting(name, setting):
    expected, nlp = load(name), load(name)
    temperature = expected.get_pipe("tagger").calibrate(make_tagged(nlp))
    assert temperature != pytest.approx(1)
    with host(setting):
        assert nlp.get_pipe("tagger").calibrate(make_tagged(nlp)) == pytest.approx(temperature)
    docs = make_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))


@in_any_host
def test_tags_a_stream_in_any_setting(setting):
    nlp = load("one direction")
    (doc,) = make_docs(nlp, n_docs=1, n_tokens=20)
    words, (expected,) = [token.text for token in doc], predict(nlp, [doc])
    with host(setting):
        stream = TagStream(load("one direction"), "tagger")
        first = [stream.log_probs(word) for word in words[:10]]
        state = stream.to_bytes()
    stream = TagStream(nlp, "tagger").from_bytes(state)
    second = [stream.log_probs(word) for word in words[10:15]]
    with host(setting):
        stream = TagStream(nlp, "tagger").from_bytes(stream.to_bytes())
        third = [stream.log_probs(word) for word in words[15:]]
    assert_same([numpy.array(first + second + third)], [expected])


@in_any_host
@beside_spacys
def test_copies_made_in_any_setting_tag_and_learn_as_ever(name, setting):
    expected = load(name)
    docs = make_docs(expected)
    scores = predict(expected, docs)
    learned = component_bytes(learn(expected).get_pipe("tagger"))
    for make_copy in (copy.deepcopy, lambda pipe: pickle.loads(pickle.dumps(pipe))):
        nlp = load(name)
        predict(nlp, docs)
        with host(setting):
            copied = make_copy(nlp.get_pipe("tagger"))
            model = nlp.get_pipe("tagger").model.copy()
            assert_same(copied.model.predict(docs), scores)
            assert_same(model.predict(docs), scores)
        assert_same(copied.model.predict(docs), scores)
        assert_same(model.predict(docs), scores)
        assert component_bytes(learn(copied)) == learned


@in_any_host
def test_errors_in_any_setting_leave_it_and_the_pipeline_alone(setting):
    nlp = load("lstm_tagger")
    before, docs, pipe = nlp.to_bytes(), make_docs(nlp), nlp.get_pipe("tagger")
    with host(setting):
        with pytest.raises(ValueError, match="damaged"):
            nlp.from_bytes(before[:-1] + b"!")
        with pytest.raises(ValueError, match="no examples"):
            pipe.calibrate([])
        with pytest.raises(TypeError):
            pipe.update(docs)
        with pytest.raises(ZeroDivisionError):
            nlp.update(make_tagged(nlp), sgd=lambda key, weights, gradient: 1 / 0, drop=0.1)
    assert nlp.to_bytes() == before
    assert_tags_as_fresh("lstm_tagger", pipe, docs)


@beside_spacys
def test_the_settings_are_the_hosts_own_between_the_docs_of_a_stream(name):
    nlp = load(name)
    before = host_settings()
    docs = nlp.pipe(make_docs(nlp), batch_size=4)
    for doc in docs:
        assert doc[0].tag_
        assert host_settings() == before
        break
    with torch.inference_mode(), default_dtype(torch.float64):
        in_host = host_settings()
        next(docs)
        assert host_settings() == in_host
    assert all(doc[0].tag_ for doc in docs)
    assert host_settings() == before


@beside_spacys
def test_other_threads_never_see_settings_that_are_not_the_hosts(name):
    nlp, other = load(name), load(name)
    docs, examples = make_docs(nlp), make_tagged(nlp)
    data = nlp.to_bytes()

    def work():
        predict(nlp, docs)
        other.update(examples, sgd=SGD(0.0))
        other.from_bytes(data)

    with default_dtype(torch.float64), deterministic(), matmul_precision("medium"):
        before = host_settings()
        with meanwhile(work):
            seen = [host_settings() for _ in range(20_000)]
    assert all(settings == before for settings in seen)


# Threads


@pytest.fixture
def many_switches():
    """Python goes from one thread to another so often that a missing lock shows in few calls."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("name", first_of(["wide", "tagger"]))
def test_after_it_learned_while_it_tagged_its_tags_are_those_of_its_weights(name):
    nlp = start(name, n_words=6000)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    examples = make_tagged(nlp, n_docs=4, n_tokens=5)
    for _ in range(5):
        with meanwhile(lambda: predict(nlp, docs), n_threads=2):
            for _ in range(5):
                nlp.update(examples, sgd=SGD(1.0))
        assert_tags_as_fresh(name, pipe, docs)


@beside_spacys
def test_dropout_of_a_thread_that_trains_is_not_seen_by_one_that_tags(name):
    nlp = load(name)
    docs, examples = make_docs(nlp), make_tagged(nlp)
    scores = predict(nlp, docs)
    tags = [[token.tag_ for token in doc] for doc in nlp.pipe(doc.copy() for doc in docs)]
    with meanwhile(lambda: nlp.update(examples, sgd=SGD(0.0), drop=0.5)):
        for _ in range(20):
            tagged = list(nlp.pipe(doc.copy() for doc in docs))
            assert [[token.tag_ for token in doc] for doc in tagged] == tags
            assert_same(predict(nlp, docs), scores)


@beside_spacys
def test_it_learns_the_same_while_others_tag(name):
    expected, nlp = learn(load(name), drop=0.3), load(name)
    docs = make_docs(nlp)
    with meanwhile(lambda: predict(nlp, docs), n_threads=2):
        learn(nlp, drop=0.3)
    assert component_bytes(nlp.get_pipe("tagger")) == component_bytes(expected.get_pipe("tagger"))


# spaCy's tagger is no peer here: it reads each weight as it stands at that moment.
@pytest.mark.parametrize("how", ["an update", "averages", "a load"])
@pytest.mark.parametrize(
    ("n_docs", "n_tokens"),
    [(1, 20), (20, 75), pytest.param(20, 900, marks=pytest.mark.slow)],
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


# Weights in other hands


@torch.no_grad()
def add(module):
    for parameter in module.parameters():
        parameter.add_(torch.linspace(0, 1, parameter.numel()).view_as(parameter))


def load_state(module):
    state = module.state_dict()
    module.load_state_dict({name: value * 1.5 for name, value in state.items()})


def replace_data(module):
    for parameter in module.parameters():
        parameter.data = parameter.data * 1.5


def step(module):
    for parameter in module.parameters():
        parameter.grad = parameter.detach().clone()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize("edit", [add, load_state, replace_data, step])
@pytest.mark.parametrize("name", first_of(OURS))
def test_weights_edited_after_a_tagging_count_as_those_edited_before(name, edit):
    edited_before, nlp = load(name), load(name)
    docs = make_docs(nlp)
    own = predict(nlp, docs)
    for pipeline in (edited_before, nlp):
        for node in pipeline.get_pipe("tagger").model.walk():
            for shim in node.shims:
                edit(shim.module)
    expected = predict(edited_before, docs)
    assert distance(own, expected) > 1e-3
    assert_same(predict(nlp, docs), expected)
    assert_same(predict(nlp, docs[:1]), predict(edited_before, docs[:1]))


@beside_spacys
def test_after_an_optimizer_was_interrupted_its_tags_are_those_of_its_weights(name):
    nlp = load(name)
    docs, n_calls = make_docs(nlp), 0

    def interrupted(key, weights, gradient):
        nonlocal n_calls
        n_calls += 1
        if n_calls > 3:
            raise KeyboardInterrupt
        return weights * 1.5, gradient

    pipe = nlp.get_pipe("tagger")
    pipe.update(make_tagged(nlp))
    predict(nlp, docs)
    with pytest.raises(KeyboardInterrupt):
        pipe.finish_update(interrupted)
    assert_tags_as_fresh(name, pipe, docs)
    assert_tags_as_fresh(name, learn(nlp).get_pipe("tagger"), docs)


@pytest.mark.parametrize("name", first_of(COMPONENTS))
def test_what_was_made_of_the_weights_is_not_pickled_or_copied(name):
    nlp = load(name)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    size, copied_size = len(pickle.dumps(pipe)), memory(pipe.model.copy())
    for _ in nlp.pipe(docs):
        pass
    assert len(pickle.dumps(pipe)) <= size
    assert memory(pipe.model.copy()) <= copied_size
    assert memory(copy.deepcopy(pipe).model) <= copied_size
    assert memory(pickle.loads(pickle.dumps(pipe)).model) <= copied_size


def memory(model):
    """Bytes of the arrays and tensors that can be reached from a model."""
    shared = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    seen, todo, size = {id(model)}, [model], 0
    while todo:
        found = todo.pop()
        if isinstance(found, numpy.ndarray | torch.Tensor):
            size += found.nbytes
        for referent in gc.get_referents(found):
            if id(referent) not in seen and not isinstance(referent, shared):
                seen.add(id(referent))
                todo.append(referent)
    return size


# Forks: each program is a process of its own, so that a hang ends in an error.

FORK = """
import os, sys, threading, spacy, torch

def in_child(work):
    \"\"\"Fork, and do something in the child.\"\"\"
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0

def use_threads():
    assert torch.get_num_threads() == 3
    torch.mm(torch.ones(2000, 200), torch.ones(200, 2000))

def tag():
    assert [[t.tag_ for t in doc] for doc in nlp.pipe(texts)] == tags

torch.set_num_threads(3)
path, texts = sys.argv[1], [" ".join(sys.argv[2:])] * 20
"""
NEVER_TAGGED = """
nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")

def work():
    assert torch.get_num_threads() == 3, torch.get_num_threads()
    assert nlp(texts[0]).has_annotation("SENT_START")

in_child(work)
"""
TAGGED = """
nlp = spacy.load(path)
tags = [[t.tag_ for t in doc] for doc in nlp.pipe(texts)]
use_threads()
for _ in range(3):
    in_child(tag)
in_child(lambda: in_child(tag))
tag()
use_threads()
"""
LOADED = """
nlp = spacy.load(path)
use_threads()

def work():
    assert all(t.tag_ for doc in nlp.pipe(texts) for t in doc)

in_child(work)
"""
LOADS_IN_CHILD = """
spacy.blank("en")
use_threads()

def work():
    nlp = spacy.load(path)
    assert all(t.tag_ for doc in nlp.pipe(texts) for t in doc)

in_child(work)
"""
WHILE_OTHERS_TAG_AND_TRAIN = """
from spacy.training import Example
from thinc.api import SGD
nlp = spacy.load(path)
tags = [[t.tag_ for t in doc] for doc in nlp.pipe(texts)]
examples = [Example.from_dict(nlp.make_doc(texts[0]), {"tags": tags[0]})]
done = threading.Event()

def loop(work):
    while not done.is_set():
        work()

works = [lambda: list(nlp.pipe(texts)), lambda: nlp.update(examples, sgd=SGD(0.0)), nlp.to_bytes]
threads = [threading.Thread(target=loop, args=[work]) for work in works]
for thread in threads:
    thread.start()
try:
    for _ in range(10):
        in_child(tag)
finally:
    done.set()
    for thread in threads:
        thread.join()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "program"),
    [
        pytest.param("lstm_tagger", NEVER_TAGGED, id="never tagged"),
        pytest.param("lstm_tagger", TAGGED, id="tagged"),
        pytest.param("lstm_tagger", LOADED, id="loaded"),
        pytest.param("lstm_tagger", LOADS_IN_CHILD, id="loads in the child"),
        pytest.param("lstm_tagger", WHILE_OTHERS_TAG_AND_TRAIN, id="while others tag and train"),
        pytest.param("tagger", TAGGED, id="spaCy's, tagged"),
        # spaCy's tagger is no peer while others tag and train: its child hung in 3 of 12 runs.
    ],
)
def test_a_program_forks_and_its_children_tag(name, program, tmp_path):
    nlp = load(name)
    nlp.to_disk(tmp_path / "model")
    (tmp_path / "program.py").write_text(FORK + program)
    words = [token.text for token in make_docs(nlp, n_docs=1)[0]]
    command = [sys.executable, tmp_path / "program.py", tmp_path / "model", *words]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
