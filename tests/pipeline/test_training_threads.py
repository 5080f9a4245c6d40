"""Training takes one thread of PyTorch, unless the user has chosen a number."""

import os
import subprocess
import sys

import pytest
import torch
from helpers import ROOT, make_examples, make_nlp
from hosts import threads

from spacy_lstm_tagger.models.pytorch.threads import THREAD_VARIABLES


@pytest.fixture
def three_cores(monkeypatch):
    """A computer with three cores, on which nobody has chosen a number of threads."""
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2}, raising=False)
    monkeypatch.setattr(torch, "get_num_interop_threads", lambda: 3)
    with threads(3):
        yield


def threads_of_an_update(**config):
    """The numbers of threads with which a pipeline learns from a batch."""
    nlp = make_nlp(**config)
    seen = set()
    for node in nlp.get_pipe("lstm_tagger").model.walk():
        for shim in node.shims:
            for network in (shim.learner.module, shim.learner.training_module):
                see = lambda *_: seen.add(torch.get_num_threads())  # noqa: E731
                network.register_forward_hook(see)
                for parameter in network.parameters():
                    parameter.register_hook(see)
    nlp.update(make_examples(nlp), sgd=nlp.resume_training())
    return seen


@pytest.mark.parametrize("adversarial", [0.0, 0.03])
def test_an_update_takes_one_thread_and_leaves_the_number_of_the_program(three_cores, adversarial):
    assert threads_of_an_update(adversarial=adversarial) == {1}
    assert torch.get_num_threads() == 3


def test_a_number_that_the_program_has_set_is_taken(three_cores):
    with threads(2):
        assert threads_of_an_update() == {2}


@pytest.mark.parametrize("name", THREAD_VARIABLES)
def test_a_number_in_the_environment_is_taken(three_cores, monkeypatch, name):
    monkeypatch.setenv(name, "3")
    assert threads_of_an_update() == {3}


@pytest.mark.slow
@pytest.mark.parametrize(("given", "expected"), [({}, "{1}"), ({"OMP_NUM_THREADS": "2"}, "{2}")])
def test_in_a_process_of_its_own(given, expected):
    program = "import test_training_threads as test; print(test.threads_of_an_update())"
    kept = {key: value for key, value in os.environ.items() if key not in THREAD_VARIABLES}
    kept["PYTHONPATH"] = os.pathsep.join(str(ROOT / name) for name in ("tests", "tests/pipeline"))
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=kept | given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
