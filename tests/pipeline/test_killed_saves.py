"""A save that is killed loses nothing: what is loaded is the old component, or the new one."""

import os
import shutil
import sys
import warnings

import pytest
import spacy
from helpers import LSTM, make_nlp
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model_from_config

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked and killed"),
]

# What Python tells an audit hook before it opens or changes a file.
CHANGES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir")


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
    """Save a component in a process that is killed before a change to the files. Return whether it
    was killed, or had saved by then."""
    with warnings.catch_warnings():
        # From Python 3.12 on: the new process has no threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        left = n_changes

        def kill(event, _):
            nonlocal left
            left -= event in CHANGES
            if left < 0:
                os._exit(9)

        sys.addaudithook(kill)
        pipe.to_disk(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


def load(nlp, folder):
    """Load the component of a pipeline, and return what it is as bytes."""
    new = load_model_from_config(nlp.config, auto_fill=True)
    return new.get_pipe(nlp.pipe_names[0]).from_disk(folder).to_bytes(exclude=["vocab"])


@pytest.mark.parametrize(
    ("make", "old", "new"),
    [
        (make_tagger, "NN", "NOUN"),
        (make_lemmatizer, "mouse", "mousie"),
        (make_ruler, "NNS", "NN"),
        (make_morphologizer, "NOUN", "X"),
    ],
)
def test_a_killed_save_leaves_the_old_component_or_the_new_one(make, old, new, tmp_path):
    old_nlp = make(old)
    new_nlp = make(new)
    old_nlp.get_pipe(old_nlp.pipe_names[0]).to_disk(tmp_path / "old")
    pipe = new_nlp.get_pipe(new_nlp.pipe_names[0])
    pipe.to_disk(tmp_path / "new")
    states = [load(old_nlp, tmp_path / "old"), load(old_nlp, tmp_path / "new")]
    found = []
    was_killed = True
    while was_killed:
        folder = tmp_path / str(len(found))
        shutil.copytree(tmp_path / "old", folder)
        was_killed = save_and_kill(pipe, folder, len(found))
        found.append(states.index(load(old_nlp, folder)))
        # The next save is not disturbed by what the killed one has left.
        pipe.to_disk(folder)
        assert load(old_nlp, folder) == states[1]
        shutil.rmtree(folder)
    # Once a save is complete, no kill brings the old one back.
    assert found == sorted(found)
    assert set(found) == {0, 1}
    assert len(found) > 10
