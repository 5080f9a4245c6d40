import numpy
import pytest
import spacy
from helpers import make_nlp
from numpy.testing import assert_allclose
from spacy.tokens import Doc, DocBin

TEXT = "The dog ate that book"


@pytest.fixture(scope="module")
def nlp():
    return make_nlp(n_updates=20, log_probs=True)


def test_a_doc_has_the_log_probabilities_of_all_labels(nlp):
    doc = nlp(TEXT)
    log_probs = doc._.tag_log_probs
    assert (log_probs.shape, log_probs.dtype) == ((5, 3), "float32")
    assert_allclose(numpy.exp(log_probs).sum(axis=1), 1, atol=1e-5)
    assert doc._.tag_labels == ("DET", "NN", "V")
    assert [doc._.tag_labels[i] for i in log_probs.argmax(axis=1)] == [t.tag_ for t in doc]


def test_a_token_has_that_of_its_tag_and_the_best_tags(nlp):
    doc = nlp(TEXT)
    for token, row in zip(doc, doc._.tag_log_probs, strict=True):
        assert token._.tag_log_prob == row.max()
        best = token._.best_tags(2)
        assert best[0] == (token.tag_, row.max())
        assert best[1][1] == sorted(row)[-2]
        assert len(token._.best_tags(10)) == 3


def test_it_can_be_chosen_for_one_call(nlp):
    choice = {"lstm_tagger": {"log_probs": False}}
    assert nlp(TEXT, component_cfg=choice)._.tag_log_probs is None
    (doc,) = nlp.pipe([TEXT], component_cfg=choice)
    assert doc._.tag_log_probs is None
    with pytest.raises(ValueError, match="log_probs = true"):
        doc[0]._.best_tags()
    assert doc[0]._.tag_log_prob is None


def test_off_by_default():
    assert spacy.blank("en").add_pipe("lstm_tagger").log_probs is False


@pytest.mark.parametrize("n_process", [1, 2])
def test_nlp_pipe_gives_the_same(nlp, n_process):
    texts = [TEXT, "", "That dog"] * 3
    for doc, text in zip(nlp.pipe(texts, n_process=n_process), texts, strict=True):
        expected = nlp(text)._.tag_log_probs
        assert doc._.tag_log_probs.shape == expected.shape
        assert_allclose(doc._.tag_log_probs, expected, atol=1e-5)


def test_it_survives_saving_docs(nlp):
    doc = nlp(TEXT)
    docs = DocBin(store_user_data=True, docs=[doc])
    copies = [Doc(nlp.vocab).from_bytes(doc.to_bytes())]
    copies += DocBin().from_bytes(docs.to_bytes()).get_docs(nlp.vocab)
    for copied in copies:
        assert (copied._.tag_log_probs == doc._.tag_log_probs).all()
        assert tuple(copied._.tag_labels) == doc._.tag_labels
        assert copied[0]._.best_tags(1) == doc[0]._.best_tags(1)


def test_it_can_be_chosen_when_a_pipeline_is_loaded(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    quiet = spacy.load(tmp_path, config={"components.lstm_tagger.log_probs": False})
    assert quiet(TEXT)._.tag_log_probs is None
    assert (spacy.load(tmp_path)(TEXT)._.tag_log_probs == nlp(TEXT)._.tag_log_probs).all()


def test_the_choice_for_one_call_can_be_used_again(nlp):
    choice = {"lstm_tagger": {"log_probs": True}}
    for _ in range(2):
        assert nlp(TEXT, component_cfg=choice)._.tag_log_probs is not None
        list(nlp.pipe([TEXT], component_cfg=choice))


def test_other_tokens_than_were_tagged_have_none(nlp):
    doc = nlp(TEXT)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert doc[1]._.tag_log_prob is None
    with pytest.raises(ValueError, match="merge or split"):
        doc[1]._.best_tags()
