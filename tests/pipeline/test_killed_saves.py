"""What a killed save leaves is the old component, the new one, or files that are refused."""

import os
import re
import shutil
import signal
import sys
import warnings

import pytest
import spacy
from helpers import LSTM, SMALL_MODEL, make_nlp
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


def make_tagger(tag):
    return make_nlp([("The dog", ["DET", tag])])


def make_lemmatizer(lemma):
    nlp = spacy.blank("xx")
    nlp.add_pipe("tag_lemmatizer")
    gold = Doc(nlp.vocab, words=["mice"], tags=["NNS"], lemmas=[lemma])
    nlp.initialize(lambda: [Example(nlp.make_doc("mice"), gold)])
    return nlp


def make_ruler(tag):
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("space_ruler")
    ruler.add([[{"ORTH": "mice"}]], {"TAG": tag})
    return nlp


def make_morphologizer(pos):
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_morphologizer", config={"model": {"tok2vec": LSTM}})
    gold = Doc(nlp.vocab, words=["mice"], pos=[pos])
    nlp.initialize(lambda: [Example(nlp.make_doc("mice"), gold)])
    return nlp


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


def load(nlp, folder):
    """Load the component of a pipeline, and return it as bytes; None if it is refused."""
    new = load_model_from_config(nlp.config, auto_fill=True).get_pipe(nlp.pipe_names[0])
    try:
        return new.from_disk(folder).to_bytes(exclude=["vocab"])
    except ValueError as error:
        if not REFUSED.search(str(error)):
            raise
        return None


@pytest.mark.parametrize(
    ("make", "old", "new"),
    [
        (make_tagger, "NN", "NOUN"),
        (make_lemmatizer, "mouse", "mousie"),
        (make_ruler, "NNS", "NN"),
        (make_morphologizer, "NOUN", "X"),
    ],
)
def test_a_component(make, old, new, tmp_path):
    old_nlp = make(old)
    new_nlp = make(new)
    old_nlp.get_pipe(old_nlp.pipe_names[0]).to_disk(tmp_path / "old")
    pipe = new_nlp.get_pipe(new_nlp.pipe_names[0])
    pipe.to_disk(tmp_path / "new")
    states = [load(old_nlp, tmp_path / "old"), None, load(old_nlp, tmp_path / "new")]
    found = [
        states.index(load(old_nlp, folder)) for folder in saves(pipe, tmp_path / "old", tmp_path)
    ]
    # Old, then maybe files of both saves, then new.
    assert found == sorted(found)
    assert {0, 2} <= set(found)


def make_pipeline(tag):
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    nlp.add_pipe("lstm_morphologizer", config={"model": {"tok2vec": LSTM}})
    nlp.add_pipe("tag_lemmatizer")
    words = ["The", "dog"]
    gold = Doc(nlp.vocab, words=words, tags=["DET", tag], pos=["DET", tag], lemmas=["the", tag])
    optimizer = nlp.initialize(lambda: [Example(nlp.make_doc("The dog"), gold)])
    for _ in range(20):
        nlp.update([Example(nlp.make_doc("The dog"), gold)], sgd=optimizer)
    return nlp


def annotations(nlp):
    return [text for token in nlp("The dog") for text in (token.tag_, token.pos_)]


def test_a_pipeline(tmp_path):
    old = make_pipeline("NOUN")
    new = make_pipeline("PROPN")
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
