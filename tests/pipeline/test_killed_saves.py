"""What a killed save leaves is the old component, the new one, or files that are refused."""

import os
import re
import shutil
import signal
import sys
import warnings

import pytest
import spacy
from helpers import LSTM, SMALL_MODEL
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model_from_config

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked and killed"),
]

# What Python tells an audit hook before it opens or changes a file.
CHANGES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir")


# What the error for files of two saves says.
REFUSED = re.compile("saved together|not from the same save")


NAMES = ["lstm_tagger", "lstm_morphologizer", "tag_lemmatizer", "space_ruler"]


def make_pipeline(tag):
    """A pipeline that has learned one sentence."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    nlp.add_pipe("lstm_morphologizer", config={"model": {"tok2vec": LSTM}})
    nlp.add_pipe("tag_lemmatizer")
    words = ["The", "dog"]
    gold = Doc(nlp.vocab, words=words, tags=["DET", tag], pos=["DET", tag], lemmas=["the", tag])
    optimizer = nlp.initialize(lambda: [Example(nlp.make_doc("The dog"), gold)])
    for _ in range(20):
        nlp.update([Example(nlp.make_doc("The dog"), gold)], sgd=optimizer)
    nlp.add_pipe("space_ruler").add([[{"ORTH": "mice"}]], {"TAG": tag})
    return nlp


@pytest.fixture(scope="module")
def old():
    return make_pipeline("NOUN")


@pytest.fixture(scope="module")
def new():
    return make_pipeline("PROPN")


def save_and_kill(pipe, folder, n_changes):
    """Save a component or a pipeline in a process that is killed before a change to the files.
    Return whether it was killed, or had saved by then."""
    with warnings.catch_warnings():
        # From Python 3.12 on: the new process has no threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        left = n_changes

        def kill(event, arguments):
            nonlocal left
            if event in CHANGES and str(folder) in str(arguments[0]):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        try:
            pipe.to_disk(folder)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def saves(pipe, old, tmp_path, step=1):
    """Save over an old folder, killed at each change to the files, or at some. Yield the folders;
    the last save was not killed."""
    n_changes = 0
    was_killed = True
    while was_killed:
        folder = tmp_path / str(n_changes)
        shutil.copytree(old, folder)
        was_killed = save_and_kill(pipe, folder, n_changes)
        yield folder
        n_changes += step


def load(nlp, name, folder):
    """Load a component of a pipeline, and return it as bytes; None if it is refused."""
    loaded = load_model_from_config(nlp.config, auto_fill=True).get_pipe(name)
    try:
        return loaded.from_disk(folder).to_bytes(exclude=["vocab"])
    except ValueError as error:
        if not REFUSED.search(str(error)):
            raise
        return None


@pytest.mark.parametrize("name", NAMES)
def test_a_component(name, old, new, tmp_path):
    for folder, nlp in (("old", old), ("new", new)):
        nlp.get_pipe(name).to_disk(tmp_path / folder)
    states = [load(old, name, tmp_path / "old"), None, load(old, name, tmp_path / "new")]
    folders = saves(new.get_pipe(name), tmp_path / "old", tmp_path)
    found = [states.index(load(old, name, folder)) for folder in folders]
    # Old, then maybe files of both saves, then new.
    assert found == sorted(found)
    assert {0, 2} <= set(found)


def annotations(nlp):
    return [text for token in nlp("The dog") for text in (token.tag_, token.pos_)]


def test_a_pipeline(old, new, tmp_path):
    old.to_disk(tmp_path / "old")
    first = annotations(old)
    last = annotations(new)
    assert first == ["DET", "DET", "NOUN", "NOUN"]
    assert last == ["DET", "DET", "PROPN", "PROPN"]
    found = []
    for folder in saves(new, tmp_path / "old", tmp_path, step=7):
        try:
            found.append(annotations(spacy.load(folder)))
        except ValueError as error:
            if not REFUSED.search(str(error)):
                raise
    # Each component is the old one or the new one.
    for mixed in found:
        assert all(text in both for text, *both in zip(mixed, first, last, strict=True))
    assert found[0] == first
    assert found[-1] == last
