"""`spacy report-tags`."""

import json
import os
import re
import shutil

import pytest
import spacy
from helpers import by_rules, run_command, said
from spacy.tokens import Doc, DocBin
from thinc.api import Config

pytest.importorskip("sklearn")

WORDS = ["The", "dog", "do-n't", "bark"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    nlp = by_rules("NN", {"The": "DT", "bark": "VB"}, POS="NOUN")
    nlp.to_disk(folder / "good")
    by_rules("NN", {"The": "DT"}).to_disk(folder / "bad")
    spacy.blank("xx").to_disk(folder / "untagged")
    options = {"tags": ["DT", "NN", "MD", "VB"], "pos": ["DET", "NOUN", "AUX", "VERB"]}
    sent_starts = [True, False, True, False]
    docs = [Doc(nlp.vocab, words=WORDS, sent_starts=sent_starts, **options)]
    docs.append(Doc(nlp.vocab, words=WORDS, **options))
    DocBin(docs=docs).to_disk(folder / "data.spacy")
    (folder / "damaged.spacy").write_bytes((folder / "data.spacy").read_bytes()[:-20])
    (folder / "data.conllu").write_text("1\tdog" + "\t_" * 8)
    return folder


def tree(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(folder, *args):
    return run_command("report-tags", *args, cwd=folder)


def report(folder, *args):
    """What the command prints, if it ends well."""
    done = run(folder, *args)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_files(folder):
    files = ["--html", "out/r.html", "--json", "r.json", "--csv", "r.csv", "--markdown", "r.md"]
    args = ["good", "data.spacy", "--train", "data.spacy", "--compare", "bad", *files, "-G"]
    printed = report(folder, *args)
    assert printed.startswith("good tags 75.00 % of 8 tokens right; the difference from bad may")
    assert "NN instead of MD: 2 times, e.g. do-n't" in printed
    whole = json.loads((folder / "r.json").read_text())
    assert list(whole["pipelines"]) == ["good", "bad"]
    assert whole["about"]["data"] == "data.spacy"
    assert "</html>" in (folder / "out/r.html").read_text()
    assert (folder / "r.csv").read_text().count("\n") == 1 + 4
    assert (folder / "r.md").read_text().startswith("good tags ")


def test_a_name_that_is_no_text(folder):
    name = os.fsdecode(b"m\xfcll.spacy")
    shutil.copy(folder / "data.spacy", folder / name)
    report(folder, "good", name, "--html", "named.html", "--json", "named.json")
    shown = "m\N{REPLACEMENT CHARACTER}ll.spacy"
    assert shown in (folder / "named.html").read_text(encoding="utf8")
    assert json.loads((folder / "named.json").read_text())["about"]["data"] == shown


def test_a_pipeline_with_components_of_a_file(folder):
    (folder / "code.py").write_text(
        "from spacy.language import Language\n\n\n"
        "@Language.component('of_a_file')\ndef of_a_file(doc):\n    return doc\n"
    )
    shutil.copytree(folder / "good", folder / "with-code")
    config = Config().from_disk(folder / "with-code/config.cfg")
    config["nlp"]["pipeline"].append("of_a_file")
    config["components"]["of_a_file"] = {"factory": "of_a_file"}
    config.to_disk(folder / "with-code/config.cfg")
    assert "of_a_file" in said(run(folder, "with-code", "data.spacy", "-G"))
    report(folder, "with-code", "data.spacy", "-G", "--code", "code.py")


def test_a_folder_with_a_file_for_each_kind_of_text(folder):
    for kind in ("news/court", "web/chat"):
        path = folder / f"kinds/{kind}.spacy"
        path.parent.mkdir(parents=True)
        shutil.copy(folder / "data.spacy", path)
    printed = report(folder, "good", "kinds", "--compare", "bad", "-G")
    assert re.search(r"^news/court +75\.00 % \(.* 50\.00 %", printed, re.M)
    assert re.search(r"^web/chat +75\.00 % \(", printed, re.M)


def test_a_pipeline_is_called_by_the_name_of_its_folder(folder):
    shutil.copytree(folder / "good", folder / "own/model-best")
    shutil.copytree(folder / "bad", folder / "own/model-last")
    absolute = str(folder / "own/model-best")
    assert report(folder, absolute, "data.spacy").startswith("own tags")
    both = report(folder, "own/model-best", "data.spacy", "--compare", "own/model-last")
    assert both.startswith("own/model-best tags")
    assert "the difference from own/model-last" in both


@pytest.mark.parametrize("options", [[], ["-G"]])
def test_the_scores_of_spacy_evaluate(folder, options):
    assert report(folder, "good", "data.spacy", *options, "--json", "r.json", "--quiet") == ""
    run_command("evaluate", "good", "data.spacy", *options, "--output", "e.json", cwd=folder)
    measures = json.loads((folder / "r.json").read_text())["pipelines"]["good"]["measures"]
    evaluated = json.loads((folder / "e.json").read_text())
    assert measures["pos_acc"]["value"] == pytest.approx(evaluated["pos_acc"])
    if options:
        assert measures["accuracy"]["value"] == pytest.approx(evaluated["tag_acc"])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["good", "data.conllu"], "python -m spacy convert-tags"),
        (["good", "data.spacy", "--train", "data.conllu"], "python -m spacy convert-tags"),
        (["good", "damaged.spacy"], "damaged.spacy is damaged or not a DocBin: [E1014]"),
        (["good", "nothing.spacy"], "'nothing.spacy' does not exist"),
        (["good", "data.spacy", "--html", "bad"], "'bad' is a directory"),
        (["good", "data.spacy", "--html", "data.spacy/r.html"], "data.spacy"),
        (["good", "data.spacy", "--compare", "good"], "--compare names good itself"),
        (["untagged", "data.spacy"], "The pipeline sets no tags; its components are []"),
        (["", "data.spacy"], "Can't load the pipeline"),
        (["good", "data.spacy", "--compare", ""], "Can't load the pipeline"),
        (["good", "data.spacy", "--json", "-"], "Name a file in place of -"),
        (["good", "data.spacy", "--json", "data.spacy"], "is there for something else"),
        (["good", "data.spacy", "--json", "r", "--csv", "r"], "is there for something else"),
    ],
)
def test_a_report_that_can_not_be_made(folder, args, message):
    before = tree(folder)
    done = run(folder, *args)
    assert done.exit_code in (1, 2)
    assert message in said(done)
    assert tree(folder) == before


def test_outputs_are_checked_before_the_work(folder, monkeypatch):
    (folder / "file").touch()
    monkeypatch.setattr("spacy_lstm_tagger.tools.cli.report.load_pipeline", None)
    done = run(folder, "good", "data.spacy", "--html", "ok.html", "--csv", "file/errors.csv")
    assert done.exit_code == 1
    assert "file" in said(done)
    assert not (folder / "ok.html").exists()
    assert not list(folder.glob(".*.unfinished"))
