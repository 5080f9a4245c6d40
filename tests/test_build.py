"""What the distributions contain. An earlier build in the same folder adds nothing to them."""

import shutil
import subprocess
import sys
import tarfile
import tomllib
from email import message_from_bytes
from zipfile import ZipFile

import pytest
from helpers import ROOT, WEB

pytest.importorskip("hatchling")
pytestmark = pytest.mark.slow
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
FILES = ("pyproject.toml", "README.md", "LICENSE", "spacy_lstm_tagger", "tests")


def build(folder, kind):
    """Build a distribution of what is in a folder, and return its path."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", folder]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = (folder / "dist").iterdir()
    return path


def wheel(folder):
    """Build a wheel, and return its files. The wheel itself is deleted."""
    path = build(folder, "wheel")
    with ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    path.unlink()
    return files


@pytest.fixture
def copied(tmp_path):
    """Copies files of the project into a new folder. Their times are new, too."""

    def copy(name, names, source=ROOT):
        (tmp_path / name).mkdir()
        for file in names:
            if (source / file).is_dir():
                shutil.copytree(source / file, tmp_path / name / file, copy_function=shutil.copy)
            else:
                shutil.copy(source / file, tmp_path / name)
        return tmp_path / name

    return copy


def test_two_source_distributions_are_the_same_and_have_no_tests(copied):
    first, second = (build(copied(name, FILES), "sdist") for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "spacy_lstm_tagger/files.py"} <= names
    assert "spacy_lstm_tagger/tools/reporting/templates/page.html" in names
    assert not [name for name in names if name.startswith("tests")]


def test_a_wheel_has_no_module_that_was_deleted(copied):
    folder = copied("project", FILES)
    (folder / "spacy_lstm_tagger/deleted.py").touch()
    before = wheel(folder)
    (folder / "spacy_lstm_tagger/deleted.py").unlink()
    after = wheel(folder)
    assert before.keys() - after.keys() == {"spacy_lstm_tagger/deleted.py"}
    assert "spacy_lstm_tagger/py.typed" in after
    # In this file, `spacy package` finds what a pipeline needs.
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"][
        "version"
    ]
    assert f"spacy_lstm_tagger-{version}.dist-info/top_level.txt" in after


def test_a_wheel_of_the_pipeline_has_one_version_and_says_what_it_needs(copied):
    package = ROOT / "pipelines/en_lstm_web"
    names = ("MANIFEST.in", "README.md", "en_lstm_web", "meta.json", "setup.py")
    folder = copied("pipeline", names, package)
    wheel(folder)
    (folder / "en_lstm_web" / WEB.name).rename(folder / "en_lstm_web/en_lstm_web-9.0.0")
    meta = (folder / "meta.json").read_text(encoding="utf8")
    version = WEB.name.partition("-")[2]
    (folder / "meta.json").write_text(meta.replace(f'"{version}"', '"9.0.0"'), encoding="utf8")
    files = wheel(folder)
    folders = {name.split("/")[1] for name in files if name.startswith("en_lstm_web/")}
    assert folders == {"__init__.py", "meta.json", "en_lstm_web-9.0.0"}
    metadata = message_from_bytes(files["en_lstm_web-9.0.0.dist-info/METADATA"])
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    classifiers = {*PROJECT["classifiers"], "Natural Language :: English"} - {"Typing :: Typed"}
    assert set(metadata.get_all("Classifier")) == classifiers
    assert "english" in metadata["Keywords"]
    urls = {f"{name}, {url}" for name, url in PROJECT["urls"].items()}
    assert set(metadata.get_all("Project-URL")) == urls
    assert metadata["Author-email"] is None
