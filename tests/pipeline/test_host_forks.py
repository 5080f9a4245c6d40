"""A tagger in programs that fork. Each is a process of its own, so that a hang ends in an error."""

import subprocess
import sys

import pytest
from hosts import load, make_docs

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
# A child that is forked while a thread imports a module waits for it for ever.
IMPORTS_NOTHING = """
nlp = spacy.load(path)
before = set(sys.modules)
list(nlp.pipe(texts))
assert set(sys.modules) == before, set(sys.modules) - before
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
        pytest.param("lstm_tagger", IMPORTS_NOTHING, id="a prediction imports nothing"),
        pytest.param("letters", IMPORTS_NOTHING, id="nor does one of letters"),
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
