"""The mean of a student and of the pipeline that it went on from."""

import pytest
import spacy
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.models.vocabulary import nodes_with_vocabulary

WORDS = ["dogs", "sleep"]
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": 8}


def make_pipeline(path, words=WORDS):
    """A pipeline with random weights."""
    nlp = spacy.blank("en")
    lstm = {"@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1", "width": 8, "min_freq": 1}
    nlp.add_pipe("tok2vec", config={"model": lstm})
    model = {"@architectures": "spacy.Tagger.v2", "tok2vec": LISTENER}
    nlp.add_pipe("tagger", config={"model": model})
    gold = {"tags": ["NNS", "VBP"]}
    optimizer = nlp.initialize(lambda: [Example.from_dict(Doc(nlp.vocab, words=words), gold)])
    nlp.update([Example.from_dict(Doc(nlp.vocab, words=words), gold)], sgd=optimizer)
    nlp.to_disk(path)
    return nlp


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


def test_each_weight_is_the_mean_of_both(tmp_path):
    pytest.importorskip("torch")
    from average import main as average

    student = weights(make_pipeline(tmp_path / "student"))
    start = weights(make_pipeline(tmp_path / "start"))
    average(tmp_path / "student", str(tmp_path / "start"), tmp_path / "mean", share=0.75, code=None)
    nlp = spacy.load(tmp_path / "mean")
    for mean, own, its in zip(weights(nlp), student, start, strict=True):
        assert abs(own - its).max() > 1e-3
        assert_allclose(mean, 0.75 * own + 0.25 * its, rtol=1e-5, atol=1e-6)
    assert [token.tag_ for token in nlp(Doc(nlp.vocab, words=WORDS))]


def test_a_word_is_averaged_with_itself(tmp_path):
    """The two pipelines have rows for other words, in another order."""
    pytest.importorskip("torch")
    from average import main as average

    student = make_pipeline(tmp_path / "student", words=["dogs", "sleep"])
    start = make_pipeline(tmp_path / "start", words=["sleep", "eat"])
    average(tmp_path / "student", str(tmp_path / "start"), tmp_path / "mean", share=0.5, code=None)
    mean = spacy.load(tmp_path / "mean")
    words, expected = (lstm_of(nlp).attrs["vocabulary"].words for nlp in (mean, student))
    assert words == expected
    own, its, found = (row_of(nlp, "sleep") for nlp in (student, start, mean))
    assert_allclose(found, (own + its) / 2, rtol=1e-5, atol=1e-6)
    # The start does not know it: it is unknown there.
    own, its, found = (row_of(nlp, "dogs") for nlp in (student, start, mean))
    assert_allclose(found, (own + its) / 2, rtol=1e-5, atol=1e-6)


def row_of(nlp, word):
    """The embedding of a word."""
    node = lstm_of(nlp)
    (row,) = node.attrs["vocabulary"].rows([word])
    return embeddings(node)[row]
