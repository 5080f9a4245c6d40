"""Same seed, same data: same model, also in another process and on another number of threads."""

import subprocess
import sys
from hashlib import sha256

import pytest
import torch
from helpers import ROOT, make_nlp, tags


def train():
    """A checksum of a model, and the tags that it gives."""
    nlp = make_nlp(n_updates=5, adversarial=0.03)
    doc = nlp("The dog ate the apple that everybody read")
    model = nlp.get_pipe("lstm_tagger").to_bytes(exclude=["vocab"])
    return sha256(model).hexdigest(), " ".join(tags(doc))


def train_in_another_process():
    result = subprocess.run(
        [sys.executable, __file__],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "tests"), "PYTHONHASHSEED": "random"},
    )
    return tuple(result.stdout.splitlines())


@pytest.fixture
def set_num_threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.slow
def test_another_process_makes_the_same_model_bit_for_bit(set_num_threads):
    set_num_threads(1)
    assert train_in_another_process() == train()


@pytest.mark.slow
def test_another_number_of_threads_gives_the_same_tags(set_num_threads):
    given = {}
    for n_threads in (1, 2):
        set_num_threads(n_threads)
        _, given[n_threads] = train()
    assert given[1] == given[2]


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(*train(), sep="\n")
