"""Models that earlier versions saved load, and tag the same.

The folder of a version was written by that version:

    python tests/pipeline/test_saved_models.py
"""

import os
import shutil
import subprocess

import numpy
import pytest
import spacy
import srsly
from helpers import ROOT, make_nlp, tags

import spacy_lstm_tagger

ASSETS = ROOT / "tests/assets"
NONE_YET = pytest.param(ASSETS, marks=pytest.mark.skip(reason="no version has been saved"))
FOLDERS = sorted(ASSETS.glob("*/")) or [NONE_YET]
TEXT = "The dog that read the book ate 3 Äpfel"


@pytest.mark.filterwarnings("ignore:.W095")  # of another version of spaCy
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_of_an_earlier_version(folder):
    nlp, expected = spacy.load(folder / "model"), srsly.read_json(folder / "expected.json")
    doc = nlp(TEXT)
    assert tags(doc) == expected["tags"]
    numpy.testing.assert_allclose(doc._.tag_log_probs, expected["log_probs"], atol=1e-4)


TEXT_FILES = ["lstm_tagger/cfg", "meta.json", "config.cfg"]


@pytest.fixture
def folder(trained, tmp_path):
    trained.to_disk(tmp_path / "model")
    return tmp_path / "model"


def to_crlf(path):
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def test_line_ends_of_windows(trained, folder):
    for name in TEXT_FILES:
        to_crlf(folder / name)
    assert spacy.load(folder).to_bytes() == trained.to_bytes()


def test_a_model_is_not_text(folder):
    path = folder / "lstm_tagger/model"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(ValueError, match="Can't load component 'lstm_tagger'"):
        spacy.load(folder)


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_a_pipeline_from_git_with_line_ends_of_windows(trained, folder, tmp_path):
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments):
        command = ["git", "-c", "user.name=name", "-c", "user.email=e@mail", *arguments]
        subprocess.run(command, check=True, cwd=folder, env=os.environ | settings)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "A pipeline")
    git("-c", "core.autocrlf=true", "clone", "-q", ".", str(tmp_path / "clone"))
    assert b"\r\n" in (tmp_path / "clone/lstm_tagger/cfg").read_bytes()
    assert spacy.load(tmp_path / "clone").to_bytes() == trained.to_bytes()


def write():
    sizes = {"width": 16, "char_width": 8, "feature_width": 8, "feature_rows": 100, "min_freq": 1}
    nlp = make_nlp(n_updates=200, model={"tok2vec": sizes}, log_probs=True)
    doc, folder = nlp(TEXT), ASSETS / spacy_lstm_tagger.__version__
    folder.mkdir(parents=True)
    nlp.to_disk(folder / "model")
    expected = {"tags": tags(doc), "log_probs": doc._.tag_log_probs.tolist()}
    srsly.write_json(folder / "expected.json", expected)


if __name__ == "__main__":
    write()
