"""Tests that test_without_torch.py runs in a program that can't import PyTorch."""

import os
from pathlib import Path

import numpy
import pytest
import spacy
import srsly
from helpers import COPIES, ROOT, WITH_AN_ERROR, make_examples, run_command, tags
from thinc.compat import has_torch

from spacy_lstm_tagger.tools.probabilities import pipe_probs

FOLDER = Path(os.environ["SAVED_WITH_TORCH"])
EXPECTED = srsly.read_json(FOLDER / "expected.json")  # by PyTorch
TEXT, TAGS = EXPECTED["text"], EXPECTED["tags"]
INSTALL = "PyTorch is not installed.*pip install torch"


@pytest.fixture
def nlp():
    assert not has_torch
    return spacy.load(FOLDER / "model")


@pytest.fixture
def tagger(nlp):
    return nlp.get_pipe("lstm_tagger")


def test_tags_and_probabilities_are_those_of_pytorch(nlp):
    doc = nlp(TEXT)
    assert tags(doc) == TAGS
    expected = EXPECTED["log_probs"]
    numpy.testing.assert_allclose(doc._.tag_log_probs, expected, atol=1e-4)
    ((_, found),) = pipe_probs(nlp, [TEXT])
    numpy.testing.assert_allclose(found.probs, numpy.exp(expected), atol=1e-4)


def test_processes(nlp):
    assert [tags(doc) for doc in nlp.pipe([TEXT] * 4, n_process=2, batch_size=2)] == [TAGS] * 4


def test_copies_and_files(nlp, tmp_path):
    for way, make_copy in COPIES.items():
        copied = make_copy(nlp, tmp_path / way)
        assert tags(copied(TEXT)) == TAGS, way


def test_calibration(nlp, tagger):
    before = nlp(TEXT)
    assert tagger.calibrate(make_examples(nlp, WITH_AN_ERROR)) != 1
    after = nlp(TEXT)
    assert tags(after) == tags(before)
    assert not numpy.allclose(after._.tag_log_probs, before._.tag_log_probs)


def test_commands(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf8")
    tagged = (ROOT / "corpus/lesson.txt").read_text("utf8") + "The/DET dog/V\n"
    (tmp_path / "tagged.txt").write_text(tagged, encoding="utf8")
    for args in (
        ["apply", FOLDER / "model", tmp_path / "text.txt", tmp_path / "text.spacy"],
        ["convert-tags", tmp_path / "tagged.txt", tmp_path / "data.spacy"],
        ["report-tags", FOLDER / "model", tmp_path / "data.spacy"],
        ["label-tags", FOLDER / "model", tmp_path / "text.txt", tmp_path / "labelled"],
    ):
        done = run_command(*args)
        assert done.exit_code == 0, (args, done.output)


def test_a_new_tag(nlp, tagger):
    assert tagger.add_label("X") == 1
    assert tags(nlp(TEXT)) == TAGS


def test_what_learns_says_what_to_install(nlp):
    examples = make_examples(nlp)
    with pytest.raises(ImportError, match=INSTALL):
        nlp.update(examples)
    assert tags(nlp(TEXT)) == TAGS
    with pytest.raises(ImportError, match=INSTALL):
        nlp.initialize(lambda: examples)


def test_a_new_tagger_says_what_to_install():
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_tagger").add_label("NN")
    with pytest.raises(ImportError, match=INSTALL):
        nlp.initialize(lambda: make_examples(nlp))
