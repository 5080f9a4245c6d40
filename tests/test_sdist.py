"""What the source distribution has, and that two builds of it are the same."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from helpers import ROOT

BUILD = "from setuptools.build_meta import build_sdist; print(build_sdist('dist'))"


def build(folder):
    """Build a source distribution of a copy of the project, and return its path."""
    shutil.copytree(ROOT / "spacy_lstm_tagger", folder / "spacy_lstm_tagger")
    shutil.copytree(ROOT / "tests", folder / "tests")
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, folder)
    (folder / "dist").mkdir()
    command = [sys.executable, "-c", BUILD]
    printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    path = Path(folder / "dist" / printed.split()[-1])
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1764288000"}
    subprocess.run([sys.executable, ROOT / ".ci/sdist.py", path], env=environment, check=True)
    return path


@pytest.mark.slow
def test_two_source_distributions_are_the_same_and_have_no_tests(tmp_path):
    paths = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        paths.append(build(tmp_path / name))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with tarfile.open(paths[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "spacy_lstm_tagger/files.py"} <= names
    assert "spacy_lstm_tagger/tools/reporting/templates/page.html" in names
    assert not [name for name in names if name.startswith("tests")]
