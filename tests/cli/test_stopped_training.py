"""Training that is stopped from outside, and goes on from what was saved."""

import subprocess
import sys

import pytest
import spacy
from helpers import ROOT
from spacy.training import Corpus
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config

from spacy_lstm_tagger.cli.convert import convert_tags

STOP_AT = 15  # a step after a save, and before the next one

# The signal comes at the same step on every machine.
STOP = """
import os, signal, spacy

@spacy.registry.callbacks("stop.v1")
def make_stop(signal_name: str, step: int):
    def stop(nlp, progress):
        if progress["step"] == step:
            # What runs in the background of a shell ignores SIGINT.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.kill(os.getpid(), getattr(signal, signal_name))

    return stop
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stopped")
    for part in ("train", "dev"):
        convert_tags(ROOT / f"corpus/en_sample-{part}.conllu", folder / f"{part}.spacy")
    (folder / "stop.py").write_text(STOP)
    return folder


def load_training(folder, **settings):
    """The default config, with few steps and evaluations."""
    config = load_config(ROOT / "configs/default.cfg")
    config["paths"].update({part: str(folder / f"{part}.spacy") for part in ("train", "dev")})
    config["training"].update(eval_frequency=10, **settings)
    return config


@pytest.mark.slow
@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGKILL"])
def test_training_goes_on_where_it_was_stopped(folder, tmp_path, signal_name):
    stop = {"@callbacks": "stop.v1", "signal_name": signal_name, "step": STOP_AT}
    load_training(folder, before_update=stop).to_disk(tmp_path / "train.cfg")
    command = [sys.executable, "-m", "spacy", "train", tmp_path / "train.cfg"]
    options = ["--code", folder / "stop.py", "--output", tmp_path]
    stopped = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300)
    assert "TAG_ACC" in stopped.stdout
    assert stopped.returncode != 0

    before = accuracy(folder, tmp_path / "model-last")
    config = load_training(folder, max_steps=20)
    config["components"]["lstm_tagger"] = {"source": str(tmp_path / "model-last")}
    (tmp_path / "resumed").mkdir()
    train(init_nlp(config), tmp_path / "resumed")
    assert accuracy(folder, tmp_path / "resumed/model-best") > before > 0


def accuracy(folder, pipeline):
    nlp = spacy.load(pipeline)
    return nlp.evaluate(list(Corpus(folder / "dev.spacy", gold_preproc=True)(nlp)))["tag_acc"]
