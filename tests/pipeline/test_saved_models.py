"""Files of a pipeline whose line ends Windows or git have changed."""

import os
import shutil
import subprocess

import pytest
import spacy

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
