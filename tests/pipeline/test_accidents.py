"""What can go wrong in training: it works, or the error says what to do, and no model is lost."""

import numpy
import pytest
import spacy
from helpers import make_examples, make_nlp, tags
from thinc.api import Adam


def output_layer(nlp):
    return nlp.get_pipe("lstm_tagger").model.get_ref("output_layer").shims[0].module.affine


@pytest.mark.parametrize(
    "data",
    [
        [("a b a", ["X", "X", "X"])],
        [("a", ["X"])],
        [("a b", ["X", "Y"])],
        [("a b", ["X y", "名詞|é"])],
    ],
    ids=["one tag", "one token", "one sentence", "tags with spaces and Unicode"],
)
def test_tiny_corpora(data, tmp_path):
    nlp = make_nlp(data, n_updates=8)
    nlp.to_disk(tmp_path)
    text, expected = data[0]
    assert tags(spacy.load(tmp_path)(text)) == expected


def test_a_batch_without_tags_changes_nothing():
    nlp = make_nlp()
    before = nlp.get_pipe("lstm_tagger").model.to_bytes()
    losses = nlp.update(make_examples(nlp, [("a b", ["", ""])]), sgd=Adam(0.1))
    assert losses["lstm_tagger"] == 0
    assert nlp.get_pipe("lstm_tagger").model.to_bytes() == before


@pytest.mark.parametrize("labels", [["NN", "NN", "DET", "V"], ["V", "NN", "DET"]])
def test_labels_that_are_doubled_or_in_another_order(labels):
    nlp = spacy.blank("xx")
    examples = make_examples(nlp)
    pipe = nlp.add_pipe("lstm_tagger")
    pipe.initialize(lambda: examples, labels=labels)
    assert list(pipe.labels) == list(dict.fromkeys(labels))
    assert pipe.model.get_dim("nO") == 3


def test_training_that_has_diverged_is_stopped():
    nlp = make_nlp(n_updates=1)
    output_layer(nlp).weight.data[0, 0] = numpy.nan
    with pytest.raises(ValueError, match="E940"):
        nlp.update(make_examples(nlp))


def test_weights_that_are_not_finite_are_not_saved():
    nlp = make_nlp(n_updates=1)
    output_layer(nlp).weight.data[0, 0] = numpy.nan
    with pytest.raises(ValueError, match=r"affine.weight has values that are not finite.*diverged"):
        nlp.to_bytes()


def test_a_saved_model_can_be_loaded_over_weights_that_are_not_finite(trained):
    nlp = make_nlp(n_updates=1)
    output_layer(nlp).weight.data[0, 0] = numpy.nan
    nlp.get_pipe("lstm_tagger").from_bytes(trained.get_pipe("lstm_tagger").to_bytes())
    assert tags(nlp("The dog ate the apple")) == ["DET", "NN", "V", "DET", "NN"]
