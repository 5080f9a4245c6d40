"""Pipelines and files for `spacy tag-text`."""

import gzip
import lzma

import pytest
from helpers import CORPUS, by_rules, run_command, said


@pytest.fixture(scope="session")
def rules(tmp_path_factory):
    """A pipeline that gives all words the same tag and lemma; not to be changed."""
    path = tmp_path_factory.mktemp("rules") / "model"
    by_rules("X", LEMMA="l").to_disk(path)
    return path


@pytest.fixture
def corpus(tmp_path):
    """A folder of text, of which some is compressed."""
    for name, text in CORPUS.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        if name.endswith(".gz"):
            data = gzip.compress(data)
        if name.endswith(".xz"):
            data = lzma.compress(data)
        path.write_bytes(data)
    return tmp_path / "corpus"


@pytest.fixture
def tag(rules, tmp_path):
    """A function that runs `spacy tag-text` with several files, and returns what it says."""

    def tag(*args, pipeline=rules, exit_code=0):
        done = run_command("tag-text", pipeline, *args, cwd=tmp_path)
        assert done.exit_code == exit_code, done.output
        assert done.stdout == ""
        return said(done)

    return tag
