"""Training that is stopped from outside, and goes on from what was saved."""

import signal
import subprocess
import sys
import time

import pytest
import spacy
from helpers import ROOT
from spacy.util import load_config

from spacy_lstm_tagger.cli.convert import convert_tags


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stopped")
    for part in ("train", "dev"):
        convert_tags(ROOT / f"corpus/en_sample-{part}.conllu", folder / f"{part}.spacy")
    config = load_config(ROOT / "configs/default.cfg")
    config["paths"].update({p: str(folder / f"{p}.spacy") for p in ("train", "dev")})
    config["training"].update(eval_frequency=20, max_steps=10_000, patience=0)
    config.to_disk(folder / "train.cfg")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_training_goes_on_where_it_was_stopped(folder, tmp_path, stop):
    command = [sys.executable, "-m", "spacy", "train"]
    process = subprocess.Popen(
        [*command, folder / "train.cfg", "--output", tmp_path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # What runs in the background of a shell ignores it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 100
    saves = set()  # times of the last file of a save
    while len(saves) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        saves |= {path.stat().st_mtime for path in tmp_path.glob("model-last/vocab/strings.json")}
        time.sleep(0.1)
    time.sleep(0.3)  # until that save is done, and before the next
    process.send_signal(stop)
    try:
        process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()

    before = accuracy(folder, tmp_path / "model-last")
    config = load_config(folder / "train.cfg")
    config["components"]["lstm_tagger"] = {"source": str(tmp_path / "model-last")}
    config["training"].update(max_steps=80, eval_frequency=40)
    config.to_disk(tmp_path / "resume.cfg")
    subprocess.run(
        [*command, tmp_path / "resume.cfg", "--output", tmp_path / "resumed"],
        check=True,
        capture_output=True,
    )
    assert accuracy(folder, tmp_path / "resumed/model-best") > before


def accuracy(folder, pipeline):
    nlp = spacy.load(pipeline)
    corpus = spacy.registry.readers.get("spacy.Corpus.v1")(folder / "dev.spacy", gold_preproc=True)
    return nlp.evaluate(list(corpus(nlp)))["tag_acc"]
