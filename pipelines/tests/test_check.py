"""Inputs of the workflow that are missing or different."""

import shutil
import subprocess
import sys
from hashlib import sha256

import pytest
import srsly
from check import main
from helpers import ROOT

FOLDER = ROOT / "pipelines"
INPUTS = srsly.read_yaml(FOLDER / "project.yml")["inputs"]


@pytest.fixture
def check(tmp_path):
    """A function that checks the folders, with the digests that they have now."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "en_ewt").mkdir()
    files = {"treebanks/en_ewt/dev.conllu": "1\tdogs\n", "raw/books.txt": "Dogs bark\n"}
    inputs = []
    for file, text in files.items():
        path = tmp_path / file.removeprefix("treebanks/")
        path.write_text(text)
        digest = sha256(text.encode()).hexdigest()
        inputs.append({"file": file, "source": "https://example.org, tag r2.16", "sha256": digest})
    srsly.write_yaml(tmp_path / "inputs.yml", {"inputs": inputs})
    (tmp_path / "inputs.json").write_text("{}")
    folders = {"treebanks": tmp_path, "raw": tmp_path / "raw", "transformer": tmp_path}
    return lambda: main(tmp_path / "inputs.yml", tmp_path / "inputs.json", **folders)


def test_the_digests_of_right_inputs_are_written(check, tmp_path):
    check()
    written = srsly.read_json(tmp_path / "inputs.json")
    assert written["raw/books.txt"] == sha256(b"Dogs bark\n").hexdigest()


def test_a_flipped_byte(check, tmp_path):
    path = tmp_path / "raw/books.txt"
    path.write_bytes(b"Dogs barj\n")
    with pytest.raises(ValueError, match=r"raw/books.txt is another file.*example.org, tag r2.16"):
        check()


def test_all_that_is_missing_is_named(check, tmp_path):
    shutil.rmtree(tmp_path / "raw")
    shutil.rmtree(tmp_path / "en_ewt")
    with pytest.raises(ValueError, match=r"(?s)dev.conllu is missing.*books.txt is missing"):
        check()


def test_the_lab_book_has_the_digests():
    """Of the transformer, the weights."""
    page = (ROOT / "benchmarks/distillation.md").read_text(encoding="utf8")
    for needed in INPUTS:
        if needed["file"].endswith((".conllu", ".xz", ".safetensors")):
            assert f"| `{needed['sha256']}` |" in page, needed["file"]


def test_the_inputs_of_the_release(treebanks, tmp_path):
    """A treebank of another tag ends the command with its name."""
    needed = [of for of in INPUTS if of["file"].startswith("treebanks/")]
    srsly.write_yaml(tmp_path / "inputs.yml", {"inputs": needed})
    for name in {of["file"].split("/")[1] for of in needed}:
        shutil.copytree(treebanks / name, tmp_path / name)
    folders = [f"--{name}={tmp_path}" for name in ("treebanks", "raw", "transformer")]
    paths = [tmp_path / "inputs.yml", tmp_path / "inputs.json"]
    command = [sys.executable, FOLDER / "check.py", *paths, *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    other = tmp_path / "en_ewt/en_ewt-ud-dev.conllu"
    # As of a later tag: one lemma was corrected.
    other.write_text(other.read_text("utf8").replace("\tbe\t", "\tBe\t", 1), "utf8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "en_ewt-ud-dev.conllu is another file" in said
    assert "UD_English-EWT, tag r2.16" in said
