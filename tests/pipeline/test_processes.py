"""One pipeline in many processes, after its parent has used torch on several threads, which a fork
does not inherit. Each test runs in a process of its own: a hang then ends in an error."""

import subprocess
import sys

import pytest

START = """
import multiprocessing, os, signal, sys, threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
import spacy, torch

TEXTS = ["The dog ate the apple", "Everybody read that book"] * 5

def tag(text):
    return [token.tag_ for token in nlp(text)]

def load(path):
    global nlp
    nlp = spacy.load(path)

def die(text):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[2])
    torch.set_num_threads(2)
    torch.mm(torch.ones(1000, 1000), torch.ones(1000, 1000))
    load(sys.argv[1])
    one = [tag(text) for text in TEXTS]
    assert one[0] == ["DET", "NN", "V", "DET", "NN"]
"""
PIPE = """
    docs = nlp.pipe(TEXTS, n_process=2, batch_size=2)
    assert [[token.tag_ for token in doc] for doc in docs] == one
"""
EXECUTOR = """
    with ProcessPoolExecutor(2, initializer=load, initargs=[sys.argv[1]]) as pool:
        assert list(pool.map(tag, TEXTS)) == one
        try:
            pool.submit(die, "text").result()
        except BrokenProcessPool:
            sys.exit()
    sys.exit("a killed worker gave no error")
"""
KILLED_WORKER = """
    def endless():
        yield from TEXTS * 10
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
        while True:
            yield from TEXTS

    try:
        for doc in nlp.pipe(endless(), n_process=2, batch_size=2):
            pass
    except EOFError:
        sys.exit()
    sys.exit("a killed worker gave no error")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "start_method"),
    [
        pytest.param(PIPE, "fork", id="pipe-fork"),
        pytest.param(PIPE, "spawn", id="pipe-spawn"),
        pytest.param(EXECUTOR, "fork", id="executor-fork"),
        pytest.param(EXECUTOR, "spawn", id="executor-spawn"),
        # After a fork, the other workers keep the pipe of the killed one open, so spaCy waits on.
        pytest.param(KILLED_WORKER, "spawn", id="killed-worker"),
    ],
)
def test_several_processes_give_the_tags_of_one(trained, task, start_method, tmp_path):
    trained.to_disk(tmp_path / "model")
    (tmp_path / "script.py").write_text(START + task)
    command = [sys.executable, tmp_path / "script.py", tmp_path / "model", start_method]
    subprocess.run(command, check=True, timeout=300)
