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


def load_training(folder, **settings):
    """The default config, with few steps and evaluations."""
    config = load_config(ROOT / "configs/default.cfg")
    config["paths"].update({part: str(folder / f"{part}.spacy") for part in ("train", "dev")})
    config["training"].update(eval_frequency=10, **settings)
    return config


@pytest.mark.slow
@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGKILL"])
def test_training_goes_on_where_it_was_stopped(corpora, tmp_path, signal_name):
    (tmp_path / "stop.py").write_text(STOP)
    stop = {"@callbacks": "stop.v1", "signal_name": signal_name, "step": STOP_AT}
    load_training(corpora, before_update=stop).to_disk(tmp_path / "train.cfg")
    command = [sys.executable, "-m", "spacy", "train", tmp_path / "train.cfg"]
    options = ["--code", tmp_path / "stop.py", "--output", tmp_path]
    stopped = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300)
    assert "TAG_ACC" in stopped.stdout
    assert stopped.returncode != 0

    before = accuracy(corpora, tmp_path / "model-last")
    config = load_training(corpora, max_steps=20)
    config["components"]["lstm_tagger"] = {"source": str(tmp_path / "model-last")}
    (tmp_path / "resumed").mkdir()
    train(init_nlp(config), tmp_path / "resumed")
    assert accuracy(corpora, tmp_path / "resumed/model-best") > before > 0


def accuracy(folder, pipeline):
    nlp = spacy.load(pipeline)
    return nlp.evaluate(list(Corpus(folder / "dev.spacy", gold_preproc=True)(nlp)))["tag_acc"]
