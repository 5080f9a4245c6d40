"""A program that does all that programs do to a tagger, in any order.

After each step the tagger has the weights of one to which the same was done in a clean program, and
gives what one gives that has just loaded them; torch's settings are as the program left them.

To let it run for hours, on other steps each time:

    HOSTILE_MINUTES=120 pytest -s tests/pipeline/test_hostile_host.py
"""

import contextlib
import copy
import os
import pickle
import signal
import tempfile
import time
import warnings

import numpy
import pytest
import spacy
import torch
from hosts import (
    COMPONENTS,
    HOSTS,
    OTHER_ORDERS,
    assert_same,
    clean_host,
    component_bytes,
    distance,
    fresh,
    host_of_the_same_precision,
    host_settings,
    interrupted,
    learn,
    make_docs,
    make_tagged,
    meanwhile,
    trained,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from spacy.training import Example
from thinc.api import SGD, fix_random_seed

from spacy_lstm_tagger.models.numpy_network import get_num_threads, set_num_threads
from spacy_lstm_tagger.models.shim import network_shims
from spacy_lstm_tagger.models.weights import EIGHT_BIT_VERSION, HALF_VERSION

CHILD_SECONDS = 60  # after which a child hangs

# Docs, tokens of each: none, empty ones, one, some, more words than are worth a cache, a long one.
BATCHES = [(0, 0), (3, 0), (1, 7), (9, 4), (40, 38), (1, 700)]
batches = st.sampled_from(BATCHES)
seeds = st.integers(0, 3)


class Program(RuleBasedStateMachine):
    names: list[str]  # of the components
    n_steps = 0

    def __init__(self):
        super().__init__()
        self.context = contextlib.ExitStack()
        self.host, self.settings = [], host_settings()
        self.n_threads = get_num_threads()

    def teardown(self):
        self.context.close()
        set_num_threads(self.n_threads)

    @initialize(data=st.data(), is_curious=st.booleans())
    def load_a_pipeline(self, data, is_curious):
        self.name = data.draw(st.sampled_from(self.names))
        self.is_curious = is_curious  # whether it tags after each step
        self.data = trained(self.name)
        self.pipe = fresh(self.name, self.data)

    # What has to be so after each step

    @invariant()
    def settings_of_torch_are_the_programs_own(self):
        type(self).n_steps += 1  # each step ends here
        assert host_settings() == self.settings

    @invariant()
    def weights_are_those_of_a_clean_program(self):
        assert component_bytes(self.pipe) == self.data

    @invariant()
    def tags_are_those_of_its_weights(self):
        if self.is_curious:
            for batch in ((1, 7), (40, 38)):
                docs = make_docs(self.pipe, *batch)
                assert_same(scores(self.pipe, docs), self.expected(docs))

    def expected(self, docs, data=None):
        """The scores of a component that has just been loaded in a clean program."""
        with clean_host():
            return scores(fresh(self.name, data or self.data), docs)

    @property
    def rounding(self):
        """How much what was learned may differ."""
        if set(OTHER_ORDERS).isdisjoint(self.host):
            return 0
        # Where factors are rounded to three digits, another order may round them to others.
        return 0.02 if "medium precision" in self.host else 1e-4

    def change(self, work, beside=None):
        """Do something that changes weights, and before that the same to another component in a
        clean program.

        beside: A context in which other threads work.
        """
        with host_of_the_same_precision():
            twin = fresh(self.name, self.data)
            work(twin)
            self.data = component_bytes(twin)
        with beside or contextlib.nullcontext():
            work(self.pipe)
        if self.rounding:
            docs, own = make_docs(self.pipe), component_bytes(self.pipe)
            assert distance(self.expected(docs), self.expected(docs, own)) < self.rounding
            self.data = own

    # The program's own settings

    @rule(setting=st.sampled_from(sorted(HOSTS)))
    def set_torch(self, setting):
        if setting not in self.host:
            self.context.enter_context(HOSTS[setting]())
            self.host.append(setting)
            self.settings = host_settings()

    @precondition(lambda self: self.host)
    @rule()
    def reset_torch(self):
        self.context.close()
        self.host, self.settings = [], host_settings()

    @rule(n_threads=st.integers(1, 3))
    def set_threads(self, n_threads):
        set_num_threads(n_threads)

    # What it does with the pipeline

    @rule(batch=batches, offset=st.integers(0, 5000))
    def tag(self, batch, offset):
        docs = make_docs(self.pipe, *batch, offset)
        expected = self.expected(docs)
        assert_same(scores(self.pipe, docs), expected)
        tags = [[self.pipe.labels[i] for i in best.argmax(axis=1)] for best in expected]
        for doc, doc_tags in zip(self.pipe.pipe(iter(docs), batch_size=50), tags, strict=True):
            assert host_settings() == self.settings
            assert [token.tag_ for token in doc] == doc_tags
        for doc, doc_tags in zip(make_docs(self.pipe, *batch, offset)[:3], tags, strict=False):
            assert [token.tag_ for token in self.pipe(doc)] == doc_tags

    @rule(batch=batches, seed=seeds, drop=st.sampled_from([0.0, 0.3]))
    def update(self, batch, seed, drop):
        def work(pipe):
            fix_random_seed(seed)
            pipe.update(make_tagged(pipe, *batch, seed), sgd=SGD(0.01), drop=drop)

        self.change(work)

    @rule(seed=seeds)
    def start_again(self, seed):
        def work(pipe):
            fix_random_seed(seed)
            examples = make_tagged(pipe)
            pipe.initialize(lambda: examples)
            learn(pipe, seed=seed)

        self.change(work)

    @rule(seed=seeds)
    def rehearse(self, seed):
        def work(pipe):
            fix_random_seed(seed)
            sgd = SGD(0.01)
            pipe._rehearsal_model = copy.deepcopy(pipe.model)  # as nlp.resume_training does
            learn(pipe, n_updates=1, seed=seed)
            pipe.rehearse(make_tagged(pipe, 8, 20), sgd=sgd, drop=0.1)

        self.change(work)

    @rule()
    def calibrate(self):
        def work(pipe):
            (doc,) = make_docs(pipe, n_docs=1)
            wrong = Example.from_dict(doc, {"tags": ["A"] * len(doc)})
            pipe.calibrate([*make_tagged(pipe), wrong])

        self.change(work)

    @rule(label=st.sampled_from(["D", "E"]))
    def add_a_label(self, label):
        self.change(lambda pipe: pipe.add_label(label))

    @rule()
    def look_at_the_modules(self):
        for module in modules(self.pipe):
            assert not any(part.training for part in module.modules())

    @rule()
    def edit_the_weights(self):
        with clean_host(), torch.no_grad():
            for values in weights(self.pipe):
                values *= 1.01
        self.data = component_bytes(self.pipe)

    @rule(batch=batches)
    def use_averages(self, batch):
        with clean_host():
            twin = fresh(self.name, self.data)
            sgd = SGD(0.1, use_averages=True)
            twin.update(make_tagged(twin), sgd=sgd)
            twin.update(make_tagged(twin), sgd=sgd)
        # An average is kept under the id of its node or module.
        ids = {a.id: b.id for a, b in zip(nodes(twin), nodes(self.pipe), strict=True)}
        averages = {(ids[key], name): value for (key, name), value in sgd.averages.items()}
        docs, own = make_docs(self.pipe, *batch), copies(weights(self.pipe))
        with self.pipe.model.use_params(averages):
            averaged = component_bytes(self.pipe)
            assert_same(scores(self.pipe, docs), self.expected(docs, averaged))
        assert averaged != self.data
        for values, before in zip(copies(weights(self.pipe)), own, strict=True):
            assert (values == before).all()
        self.data = component_bytes(self.pipe)  # where they were rounded, they count as changed

    @rule()
    def interrupt_an_update(self):
        with pytest.raises(KeyboardInterrupt):
            self.pipe.update(make_tagged(self.pipe), sgd=interrupted(2, 0.99))
        self.data, docs = component_bytes(self.pipe), make_docs(self.pipe)
        assert_same(scores(self.pipe, docs), self.expected(docs))
        self.pipe = fresh(self.name, self.data)  # without the gradient that was not used

    @rule()
    def fail_to_load(self):
        with pytest.raises(ValueError, match="Can't load component"):
            self.pipe.from_bytes(self.data[: len(self.data) // 2], exclude=["vocab"])

    @rule(how=st.sampled_from(["bytes", "the same component", "disk"]))
    def save_and_load(self, how):
        if how == "the same component":
            self.pipe.from_bytes(component_bytes(self.pipe), exclude=["vocab"])
            return
        nlp = spacy.blank("xx")
        pipe = nlp.add_pipe("lstm_tagger", name="tagger", config=COMPONENTS[self.name])
        pipe.from_bytes(component_bytes(self.pipe), exclude=["vocab"])
        if how == "disk":
            with tempfile.TemporaryDirectory() as folder:
                nlp.to_disk(folder)
                pipe = spacy.load(folder).get_pipe("tagger")
        self.pipe = pipe

    @rule(version=st.sampled_from([HALF_VERSION, EIGHT_BIT_VERSION]))
    def save_rounded_and_load(self, version):
        for shim in network_shims(self.pipe.model):
            shim.save_version = version
        self.data = component_bytes(self.pipe)
        self.pipe.from_bytes(self.data, exclude=["vocab"])

    @rule(how=st.sampled_from(["copy", "pickle"]))
    def copy(self, how):
        docs = make_docs(self.pipe)
        assert_same(self.pipe.model.copy().predict(docs), self.expected(docs))
        self.pipe = (
            copy.deepcopy(self.pipe) if how == "copy" else pickle.loads(pickle.dumps(self.pipe))
        )

    @rule(batch=batches)
    def fork(self, batch):
        docs = make_docs(self.pipe, *batch)
        expected = self.expected(docs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
            child = os.fork()
        if child == 0:
            try:
                assert_same(scores(self.pipe, docs), expected)
                os._exit(0)
            finally:
                os._exit(1)
        end = time.monotonic() + CHILD_SECONDS
        while (status := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.005)
        assert status == (child, 0)

    @rule(batch=batches, seed=seeds)
    def tag_in_threads_while_it_learns(self, batch, seed):
        docs = make_docs(self.pipe, *batch)
        states, seen = [self.expected(docs)], []

        def work(pipe):
            fix_random_seed(seed)
            for _ in range(3):
                pipe.update(make_tagged(pipe, 2, 5), sgd=SGD(0.1), drop=0.3)
                if pipe is not self.pipe:
                    states.append(self.expected(docs, component_bytes(pipe)))

        tag = meanwhile(lambda: seen.append(scores(self.pipe, docs)), n_threads=2)
        self.change(work, beside=tag)
        rounding = max(self.rounding, 1e-5)
        for found in seen:
            assert min(distance(found, state) for state in states) < rounding


def scores(pipe, docs):
    """For each Doc, (n_tokens, n_tags)."""
    if not any(len(doc) for doc in docs):  # for which a tagger does not ask its model
        return [numpy.zeros((0, len(pipe.labels)), dtype="float32") for _ in docs]
    return pipe.model.predict(docs)


def nodes(pipe):
    """The layers and PyTorch modules of a component."""
    for node in pipe.model.walk():
        yield from (node, *node.shims)


def modules(pipe):
    return [node.module for node in nodes(pipe) if hasattr(node, "module")]


def weights(pipe):
    """The arrays and tensors that training changes."""
    for node in pipe.model.walk():
        yield from (node.get_param(name) for name in node.param_names if node.has_param(name))
    for module in modules(pipe):
        yield from module.parameters()


def copies(values):
    return [numpy.array(v.detach().numpy() if hasattr(v, "detach") else v) for v in values]


def run(program, max_examples, **options):
    run_state_machine_as_test(
        program,
        settings=settings(
            max_examples=max_examples,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize(
    ("names", "max_examples"),
    [
        pytest.param(["lstm_tagger"], 2, id="lstm_tagger"),
        pytest.param(
            ["lstm_tagger", "letters", "one direction"],
            12,
            id="any lstm_tagger",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_tagger_is_itself_whatever_a_program_does(names, max_examples):
    program = type("Program", (Program,), {"names": names})
    end = time.monotonic() + 60 * float(os.environ.get("HOSTILE_MINUTES", "0"))
    steps = {"max_examples": max_examples, "stateful_step_count": 12}
    run(program, **steps, derandomize=True, phases=[Phase.generate])
    while time.monotonic() < end:
        run(program, max_examples=10, stateful_step_count=40)
        print(f"{program.n_steps:,} steps")
