"""Mistakes that users make with commands: a message and no traceback, and no work before it."""

import os

import pytest
import spacy
import srsly
from helpers import ONE_WAY, make_nlp, run_command, said
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.pipeline import LSTMTagger
from spacy_lstm_tagger.tools.report import versions

COMMANDS = {
    "convert-tags": ["convert-tags", "data.tsv", "{}.spacy"],
    "calibrate-tags": ["calibrate-tags", "model", "data.spacy", "{}"],
    "report-tags --html": ["report-tags", "model", "data.spacy", "--html", "{}"],
    "report-tags --csv": ["report-tags", "model", "data.spacy", "--csv", "{}"],
    "tag-stream --state": ["tag-stream", "stream", "--state", "{}"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mistakes")
    nlp = make_nlp(n_updates=5)
    nlp.to_disk(folder / "model")
    make_nlp(model=ONE_WAY).to_disk(folder / "stream")
    doc = Doc(nlp.vocab, words=["The", "dog"], tags=["DET", "NN"])
    DocBin(docs=[doc]).to_disk(folder / "data.spacy")
    (folder / "damaged.spacy").write_bytes((folder / "data.spacy").read_bytes()[:-20])
    (folder / "data.tsv").write_text("The\tDET\ndog\tNN\n")
    return folder


@pytest.fixture
def no_work(monkeypatch):
    def work(*_, **__):
        raise AssertionError("It tags before it knows that it can't write.")

    monkeypatch.setattr(LSTMTagger, "pipe", work)
    monkeypatch.setattr("spacy_lstm_tagger.cli.convert.open_lines", work)


def fail(folder, *args):
    """What a command says that fails."""
    done = run_command(*args, cwd=folder, text="The dog\n")
    assert done.exit_code in (1, 2)
    return said(done)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs a folder in which no one can write")
def test_an_output_that_can_not_be_written_is_known_before_the_work(folder, command):
    assert "Can't write /proc/out" in fail(folder, *(arg.format("/proc/out") for arg in command))


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_output_of_the_wrong_kind(folder, tmp_path, command):
    """A folder for a file, or a file for a folder."""
    path = tmp_path / "out.spacy"
    if command[0] == "calibrate-tags":
        path.write_text("")
    else:
        path.mkdir()
    output = path.with_suffix("") if command[0] == "convert-tags" else path
    message = fail(folder, *(arg.format(output) for arg in command))
    assert "is a file" in message or "is a directory" in message


@pytest.mark.parametrize("command", ["report-tags", "calibrate-tags", "tag-stream"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("numpy", "package without a meta.json, so not a pipeline"),
        ("data.spacy", "data.spacy is a file. A pipeline is a folder or an installed package"),
        ("nothing", "Can't load the pipeline nothing: [E050]"),
        ("broken", "Can't load the pipeline broken: "),
    ],
)
def test_what_is_no_pipeline(folder, tmp_path, command, name, message):
    nlp = spacy.load(folder / "model")
    nlp.to_disk(folder / "broken")
    srsly.write_json(folder / "broken/vocab/strings.json", None)
    data = {"report-tags": ["data.spacy"], "calibrate-tags": ["data.spacy", str(tmp_path / "out")]}
    assert message in fail(folder, command, name, *data.get(command, []))


@pytest.mark.parametrize("command", ["report-tags", "calibrate-tags"])
def test_a_damaged_file_is_named(folder, tmp_path, command):
    output = [str(tmp_path / "out")] if command == "calibrate-tags" else []
    message = fail(folder, command, "model", "damaged.spacy", *output)
    assert "damaged.spacy is damaged or not a DocBin: [E1014]" in message


def test_a_report_names_the_versions_of_what_is_installed(monkeypatch):
    pytest.importorskip("torch")
    assert list(versions()) == ["spacy-lstm-tagger", "spaCy", "PyTorch", "Python"]
    monkeypatch.setattr("spacy_lstm_tagger.tools.report.PACKAGES", {"A": "spacy", "B": "no-such"})
    assert list(versions()) == ["A", "Python"]
