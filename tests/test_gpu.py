"""Training on a GPU: skipped without one. Tagging is on the CPU, whatever trains."""

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


def scores_in_training(nlp):
    """What the network in PyTorch says, and the device on which it says it."""
    model = nlp.get_pipe("lstm_tagger").model
    scores, _ = model.begin_update([nlp.make_doc(text) for text, _ in TAGGED])
    device = model.get_ref("tok2vec").shims[0].learner.device.type
    return [model.ops.to_numpy(of_doc) for of_doc in scores], device


@gpu
def test_trains_on_a_gpu_as_on_a_cpu_and_tags_the_same(on_gpu, tmp_path):
    nlp = make_nlp(n_updates=8)
    texts = [text for text, _ in TAGGED]
    assert [tags(doc) for doc in nlp.pipe(texts)] == [gold for _, gold in TAGGED]
    expected, device = scores_in_training(nlp)
    assert device == "cuda"
    nlp.to_disk(tmp_path)
    spacy.require_cpu()
    other = spacy.load(tmp_path)
    scores, device = scores_in_training(other)
    assert device == "cpu"
    for on_cpu, on_device in zip(scores, expected, strict=True):
        assert_allclose(on_cpu, on_device, atol=1e-4)
    assert [tags(doc) for doc in other.pipe(texts)] == [gold for _, gold in TAGGED]
