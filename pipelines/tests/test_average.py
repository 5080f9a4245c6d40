"""pipelines/average.py: the mean of two states of one training."""

import numpy
import pytest
import spacy
from average import main as average
from helpers import tags

TEXT = "They are waiting for the last train."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """en_lstm_web, and the same with another output of the senter."""
    folder = tmp_path_factory.mktemp("average")
    nlp = spacy.load("en_lstm_web")
    nlp.to_disk(folder / "first")
    senter = nlp.get_pipe("senter")
    output = senter.model.get_ref("output_layer")
    output.set_param("b", output.get_param("b") + numpy.array([0, 4], dtype="float32"))
    nlp.to_disk(folder / "second")
    return folder


def test_the_mean_lies_between_the_two(folder):
    average(folder / "first", folder / "second", folder / "new/mean", share=0.75)
    biases = {}
    for name in ("first", "second", "new/mean"):
        nlp = spacy.load(folder / name)
        biases[name] = nlp.get_pipe("senter").model.get_ref("output_layer").get_param("b")
    assert biases["new/mean"] == pytest.approx(biases["first"] + [0, 3], abs=1e-3)


def test_the_mean_of_one_network_with_itself_is_the_network(folder):
    average(folder / "first", folder / "first", folder / "same", share=0.5)
    before = spacy.load(folder / "first")
    after = spacy.load(folder / "same")
    assert tags(after(TEXT)) == tags(before(TEXT))
    assert after(TEXT).vector == pytest.approx(before(TEXT).vector)
    (probs,) = after.get_pipe("tagger").probabilities([after(TEXT)])
    (expected,) = before.get_pipe("tagger").probabilities([before(TEXT)])
    assert probs.probs == pytest.approx(expected.probs, abs=1e-5)
