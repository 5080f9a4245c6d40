"""Same seed, same data: same model, also in another process and on another number of threads."""

import subprocess
import sys

import pytest
from helpers import ROOT

SCRIPT = """
import sys
from hashlib import sha256

import torch
from helpers import make_nlp, tags

torch.set_num_threads(int(sys.argv[1]))
nlp = make_nlp(n_updates=10, adversarial=0.03)
doc = nlp("The dog ate the apple that everybody read")
print(sha256(nlp.get_pipe("lstm_tagger").to_bytes(exclude=["vocab"])).hexdigest())
print(*tags(doc))
"""


def run(n_threads):
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(n_threads)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "tests"), "PYTHONHASHSEED": "random"},
    )
    return result.stdout.split("\n", 1)


@pytest.fixture(scope="module")
def once():
    return run(1)


def test_another_process_makes_the_same_model_bit_for_bit(once):
    assert run(1) == once


def test_another_number_of_threads_gives_the_same_tags(once):
    assert run(2)[1] == once[1]
