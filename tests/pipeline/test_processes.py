"""One pipeline in many processes, after its parent has used torch on several threads, which a fork
does not inherit. Each test runs in a process of its own: a hang then ends in an error."""

import subprocess
import sys

import pytest

START = """
import multiprocessing, os, sys, threading
import spacy, torch
from spacy.training import Example
from thinc.api import SGD

TEXTS = ["The dog ate the apple", "Everybody read that book"] * 5

def use_threads():
    assert torch.get_num_threads() == 3
    torch.mm(torch.ones(2000, 200), torch.ones(200, 2000))

def load(path):
    global nlp
    nlp = spacy.load(path)

def tag(text):
    return [token.tag_ for token in nlp(text)]

def tag_all():
    assert tag(TEXTS[0]) == ["DET", "NN", "V", "DET", "NN"]
    assert [[token.tag_ for token in doc] for doc in nlp.pipe(TEXTS)] == list(map(tag, TEXTS))

def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[2])
    torch.set_num_threads(3)
"""
PIPE = """
    load(sys.argv[1])
    tag_all()
    use_threads()
    docs = nlp.pipe(TEXTS, n_process=2, batch_size=2)
    assert [[token.tag_ for token in doc] for doc in docs] == list(map(tag, TEXTS))
"""
# A child that is forked while a thread imports a module waits for it for ever.
IMPORTS_NOTHING = """
    load(sys.argv[1])
    before = set(sys.modules)
    list(nlp.pipe(TEXTS))
    assert set(sys.modules) == before, set(sys.modules) - before
"""
FORKS_WHILE_OTHERS_TAG_AND_TRAIN = """
    load(sys.argv[1])
    examples = [Example.from_dict(nlp.make_doc(TEXTS[0]), {"tags": tag(TEXTS[0])})]
    done = threading.Event()

    def loop(work):
        while not done.is_set():
            work()

    works = [tag_all, lambda: nlp.update(examples, sgd=SGD(0.0)), nlp.to_bytes]
    threads = [threading.Thread(target=loop, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            in_child(tag_all)
    finally:
        done.set()
        for thread in threads:
            thread.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs os.fork")
@pytest.mark.parametrize(
    ("task", "start_method"),
    [
        pytest.param(PIPE, "fork", id="pipe-fork"),
        pytest.param(PIPE, "spawn", id="pipe-spawn"),
        pytest.param(IMPORTS_NOTHING, "fork", id="imports-nothing"),
        pytest.param(FORKS_WHILE_OTHERS_TAG_AND_TRAIN, "fork", id="forks-while-others-work"),
    ],
)
def test_several_processes_give_the_tags_of_one(trained, task, start_method, tmp_path):
    trained.to_disk(tmp_path / "model")
    (tmp_path / "script.py").write_text(START + task)
    command = [sys.executable, tmp_path / "script.py", tmp_path / "model", start_method]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
