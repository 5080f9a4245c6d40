"""The mean of a student and of the pipeline that it went on from."""

import pytest
import spacy
from numpy.testing import assert_allclose
from spacy.tokens import Doc

from spacy_lstm_tagger.models.vocabulary import nodes_with_vocabulary


def averaged(folder, student, start, share):
    """The mean of two pipelines, saved and loaded."""
    pytest.importorskip("torch")
    from average import main as average

    student.to_disk(folder / "student")
    start.to_disk(folder / "start")
    average(folder / "student", str(folder / "start"), folder / "mean", share=share, code=None)
    return spacy.load(folder / "mean")


def weights(nlp):
    """The embeddings of the LSTM, and the output layer of the tagger."""
    output_layer = nlp.get_pipe("tagger").model.get_ref("output_layer")
    return embeddings(lstm_of(nlp)), output_layer.get_param("W")


def lstm_of(nlp):
    """The layer that has the vocabulary."""
    (node,) = nodes_with_vocabulary(nlp.get_pipe("tok2vec").model)
    return node


def embeddings(node):
    return node.shims[0].weights().to_float32()["embedding.words.weight"]


def row_of(nlp, word):
    """The embedding of a word."""
    node = lstm_of(nlp)
    (row,) = node.attrs["vocabulary"].rows([word])
    return embeddings(node)[row]


def test_each_weight_is_the_mean_of_both(random_pipeline, tmp_path):
    words = ["dogs", "sleep"]
    student = random_pipeline(words)
    start = random_pipeline(words)
    nlp = averaged(tmp_path, student, start, share=0.75)
    for mean, own, its in zip(*map(weights, (nlp, student, start)), strict=True):
        assert abs(own - its).max() > 1e-3
        assert_allclose(mean, 0.75 * own + 0.25 * its, rtol=1e-5, atol=1e-6)
    assert [token.tag_ for token in nlp(Doc(nlp.vocab, words=words))]


def test_a_word_is_averaged_with_itself(random_pipeline, tmp_path):
    """The two pipelines have rows for other words, in another order."""
    student = random_pipeline(["dogs", "sleep"])
    start = random_pipeline(["sleep", "eat"])
    mean = averaged(tmp_path, student, start, share=0.5)
    words, expected = (lstm_of(nlp).attrs["vocabulary"].words for nlp in (mean, student))
    assert words == expected
    # The start does not know "dogs": it is unknown there.
    for word in ("sleep", "dogs"):
        own, its, found = (row_of(nlp, word) for nlp in (student, start, mean))
        assert_allclose(found, (own + its) / 2, rtol=1e-5, atol=1e-6, err_msg=word)
