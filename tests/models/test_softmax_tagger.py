"""The softmax layer of the morphologizer, beside spaCy's."""

import numpy
import pytest
import spacy
from numpy.testing import assert_allclose
from spacy.ml.models.tagger import build_tagger_model
from spacy.ml.models.tok2vec import build_hash_embed_cnn_tok2vec

from spacy_lstm_tagger.models.softmax_tagger import build_softmax_tagger, softmax_of

SMALL = {"width": 8, "depth": 1, "embed_size": 50, "window_size": 1, "maxout_pieces": 2}
TOK2VEC = {**SMALL, "subword_features": False, "pretrained_vectors": False}


@pytest.fixture
def models():
    """Ours and spaCy's, with the same weights."""
    ours, theirs = (
        build(build_hash_embed_cnn_tok2vec(**TOK2VEC), nO=5)
        for build in (build_softmax_tagger, build_tagger_model)
    )
    for model in (ours, theirs):
        model.initialize()
    weights = numpy.random.default_rng(0).normal(size=(5, 8)).astype("float32")
    softmax_of(theirs).set_param("W", weights)
    ours.from_bytes(theirs.to_bytes())
    return ours, theirs


def test_it_learns_what_spacys_learns(models):
    docs = [spacy.blank("en")(text) for text in ("The dog ate", "An apple", "")]
    rng = numpy.random.default_rng(1)
    gradient = [rng.normal(size=(len(doc), 5)).astype("float32") for doc in docs]
    learned = []
    for model in models:
        scores, backprop = model.begin_update(docs)
        backprop(gradient)
        first = model.get_ref("tok2vec").layers[0]
        arrays = [numpy.concatenate(scores)]
        for node in (softmax_of(model), *first.walk()):
            arrays += [node.get_grad(name) for name in node.param_names if node.has_grad(name)]
        learned.append(arrays)
    assert len(learned[0]) > 3
    for found, expected in zip(*learned, strict=True):
        assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
