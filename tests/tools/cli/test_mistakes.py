"""Mistakes that users make with commands: a message and no traceback, and no work before it."""

import os
import signal
import subprocess
import sys

import pytest
import spacy
import srsly
from helpers import make_nlp, run_command, said
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.files import UNFINISHED


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mistakes")
    nlp = make_nlp(n_updates=5)
    nlp.to_disk(folder / "model")
    doc = Doc(nlp.vocab, words=["The", "dog"], tags=["DET", "NN"])
    DocBin(docs=[doc]).to_disk(folder / "data.spacy")
    (folder / "data.tsv").write_text("The\tDET\ndog\tNN\n")
    (folder / "raw.txt").write_text("The dog\n")
    return folder


def fail(folder, *args):
    """What a command says that fails."""
    done = run_command(*args, cwd=folder, text="The dog\n")
    assert done.exit_code in (1, 2)
    return said(done)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("numpy", "numpy is a package without a meta.json, so not a pipeline"),
        ("data.spacy", "data.spacy is a file. A pipeline is a folder or an installed package"),
        ("nothing", "Can't load the pipeline nothing: [E050]"),
        ("broken", "Can't load the pipeline broken: "),
    ],
)
def test_what_is_no_pipeline(folder, name, message):
    nlp = spacy.load(folder / "model")
    nlp.to_disk(folder / "broken")
    srsly.write_json(folder / "broken/vocab/strings.json", None)
    assert message in fail(folder, "report-tags", name, "data.spacy")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM for a handler")
@pytest.mark.parametrize(
    "command",
    [
        ("convert-tags", "data.tsv", "new.spacy"),
        ("label-tags", "model", "raw.txt", "labelled"),
        ("report-tags", "model", "data.spacy", "--json", "report.json"),
        ("tag-text", "model", "data.tsv", "-o", "new.tsv"),
    ],
)
def test_a_command_that_is_ended_leaves_no_unfinished_file(folder, command, monkeypatch):
    # If the command does not see the signal, nothing happens, and the test goes on.
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    monkeypatch.setattr(os, "fsync", lambda file: os.kill(os.getpid(), signal.SIGTERM))
    try:
        done = run_command(*command, cwd=folder)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done.exit_code == 128 + signal.SIGTERM
    assert not list(folder.rglob(f"*{UNFINISHED}"))


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command",
    [
        ["convert-tags", "data.tsv", "full.spacy"],
        ["label-tags", "model", "raw.txt", "full"],
        ["report-tags", "model", "data.spacy"],
        ["tag-text", "model", "raw.txt"],
        ["tag-text", "model", "raw.txt", "-o", "full.tsv"],
    ],
)
def test_a_full_standard_output(folder, command, unbuffered):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "spacy", *command],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
