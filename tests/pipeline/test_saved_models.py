"""Files of a pipeline whose line ends Windows or git have changed."""

import os
import shutil
import subprocess

import pytest
import spacy


@pytest.fixture
def folder(trained, tmp_path):
    trained.to_disk(tmp_path / "model")
    return tmp_path / "model"


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
