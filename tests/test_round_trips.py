"""A pipeline that is saved, pickled or copied does what it did, whatever its components know."""

import copy

import pytest
from helpers import COPIES, TAGGED, WITH_AN_ERROR, make_examples
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.training import Example

TEXTS = [*(text for text, _ in TAGGED), "Nobody read the unseen newspaper (1) x-y", "", "a \n b"]


def with_lexicon(nlp, folder):
    lexicon = nlp.get_pipe("lstm_tagger").lexicon
    lexicon["dog"] = ["V", "DET"]
    lexicon["read"] = ["V", "POS=VERB|Tense=Past"]
    lexicon.any_case["apple"] = ["DET"]


def calibrated(nlp, folder):
    nlp.get_pipe("lstm_tagger").calibrate(make_examples(nlp, WITH_AN_ERROR))


def with_lemmas(nlp, folder):
    words = ["ate", "read", "dogs", "apples"]
    doc = Doc(nlp.vocab, words=words, tags=["V", "V", "NN", "NN"])
    for token, lemma in zip(doc, ["eat", "read", "dog", "apple"], strict=True):
        token.lemma_ = lemma
    nlp.add_pipe("tag_lemmatizer").initialize(lambda: [Example(doc.copy(), doc)])


CHANGES = [with_lexicon, calibrated, with_lemmas]


def annotations(nlp, text):
    doc = nlp(text)
    return [(t.text, t.tag_, t.pos_, str(t.morph), t.lemma_) for t in doc]


def log_probs(nlp, text):
    return nlp.get_pipe("lstm_tagger").model.predict([nlp.make_doc(text)])[0]


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_pipeline_learns_changes_something(trained, tmp_path, change):
    nlp = copy.deepcopy(trained)
    change(nlp, tmp_path)
    assert any(
        annotations(nlp, text) != annotations(trained, text)
        or abs(log_probs(nlp, text) - log_probs(trained, text)).max(initial=0) > 1e-3
        for text in TEXTS
    )


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("way", COPIES)
def test_a_copy_does_the_same(trained, tmp_path, change, way):
    nlp = copy.deepcopy(trained)
    change(nlp, tmp_path)
    copied = COPIES[way](nlp, tmp_path / "saved")
    assert copied.pipe_names == nlp.pipe_names
    for name in nlp.pipe_names:
        saved = nlp.get_pipe(name).to_bytes(exclude=["vocab"])
        assert copied.get_pipe(name).to_bytes(exclude=["vocab"]) == saved
    for text in TEXTS:
        assert annotations(copied, text) == annotations(nlp, text)
        assert_allclose(log_probs(copied, text), log_probs(nlp, text), rtol=0, atol=1e-5)
