"""spaCy's commands, and ours among them."""

import shutil
import subprocess
import sys

import pytest
import spacy
import srsly
from helpers import make_nlp, run_command
from spacy.tokens import Doc, DocBin

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


@pytest.mark.slow
def test_streamed_corpus_with_labels_and_words_of_init_labels(folder):
    run("init", "labels", "config.cfg", "labels", cwd=folder)
    data = srsly.read_json(folder / f"labels/{NAME}.json")
    assert "NN" in data["labels"]
    assert "the" in data["words"]
    assert data["morphology"]["NN"].startswith("POS=NOUN")
    config = spacy.util.load_config(folder / "config.cfg")
    config["training"]["max_epochs"] = -1
    config["corpora"]["train"]["limit"] = 2
    config["initialize"]["components"] = {
        NAME: {"labels": {"@readers": "spacy.read_labels.v1", "path": f"labels/{NAME}.json"}}
    }
    config.to_disk(folder / "stream.cfg")
    run("train", "stream.cfg", "-o", "stream", cwd=folder)
    assert spacy.load(folder / "stream/model-last").get_pipe(NAME).label_data == data


@pytest.fixture
def small(tmp_path):
    """A pipeline, and Docs of two sentences, one without boundaries, and one of one token."""
    nlp = make_nlp(n_updates=5)
    nlp.to_disk(tmp_path / "model")
    words, gold = ["The", "dog", "That", "book"], ["DET", "NN", "DET", "V"]
    plain = Doc(nlp.vocab, words=words, tags=gold)
    cut = Doc(nlp.vocab, words=words, tags=gold, sent_starts=[True, False, True, False])
    DocBin(docs=[cut, plain]).to_disk(tmp_path / "data.spacy")
    return tmp_path


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # of spaCy
def test_package_names_what_it_needs(small):
    (small / "packages").mkdir()
    run("package", "model", "packages", "--name", "t", "--build", "none", cwd=small)
    meta = srsly.read_json(next((small / "packages").glob("*/meta.json")))
    assert any(need.startswith("spacy-lstm-tagger>=") for need in meta["requirements"])


@pytest.mark.parametrize("options", [[], ["-G"]])
def test_data_without_sentence_boundaries(small, options):
    for command in ("report-tags", "evaluate"):
        run(command, "model", "data.spacy", *options, cwd=small)
