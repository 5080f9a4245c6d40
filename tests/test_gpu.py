"""Training and tagging on a GPU: skipped without one."""

import pytest
import spacy
import torch
from helpers import TAGGED, make_nlp, tags
from numpy.testing import assert_allclose

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")


@pytest.fixture
def on_gpu():
    spacy.require_gpu()
    yield
    spacy.require_cpu()


@gpu
def test_trains_on_gpu_and_tags_the_same_on_cpu(on_gpu, tmp_path):
    nlp = make_nlp(n_updates=8)
    texts = [text for text, _ in TAGGED]
    assert [tags(doc) for doc in nlp.pipe(texts)] == [gold for _, gold in TAGGED]
    model = nlp.get_pipe("lstm_tagger").model
    assert model.get_ref("tok2vec").shims[0].learner.device.type == "cuda"
    expected = [scores.get() for scores in model.predict([nlp.make_doc(text) for text in texts])]
    nlp.to_disk(tmp_path)
    spacy.require_cpu()
    other = spacy.load(tmp_path)
    scores = other.get_pipe("lstm_tagger").model.predict([other.make_doc(text) for text in texts])
    for on_cpu, on_device in zip(scores, expected, strict=True):
        assert_allclose(on_cpu, on_device, atol=1e-4)
