import copy

import numpy
import pytest
import spacy
from helpers import LOG_PROBS, TAGGED, make_nlp, tags
from numpy.testing import assert_allclose
from spacy.tokens import Doc, DocBin, Token
from spacy.tokens.underscore import Underscore

from spacy_lstm_tagger import install_extensions

TEXT = "The dog ate that book"
OTHER_TAGS = {"DET": "D", "NN": "N", "V": "W"}


@pytest.fixture(scope="module")
def nlp():
    return make_nlp(n_updates=4, log_probs=True)


def test_a_doc_has_the_log_probabilities_of_all_labels(nlp):
    doc = nlp(TEXT)
    log_probs = doc._.tag_log_probs
    assert (log_probs.shape, log_probs.dtype) == ((5, 3), "float32")
    assert_allclose(numpy.exp(log_probs).sum(axis=1), 1, atol=1e-5)
    assert log_probs.base is None  # who keeps a Doc does not keep its batch
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


def test_probabilities_are_found_without_setting_anything(nlp):
    doc = nlp.make_doc("The \n dog")
    (found,) = nlp.get_pipe("lstm_tagger").probabilities([doc])
    assert not doc.has_annotation("TAG")
    assert not doc.user_data
    assert found.labels == ("DET", "NN", "V")
    assert_allclose(found.probs, numpy.exp(nlp(doc)._.tag_log_probs), rtol=1e-5)
    assert found.of_tags(doc) == [found.probs[0].max(), None, found.probs[2].max()]


def test_it_can_be_chosen_for_one_call(nlp):
    choice = {"lstm_tagger": {"log_probs": False}}
    assert nlp(TEXT, component_cfg=choice)._.tag_log_probs is None
    (doc,) = nlp.pipe([TEXT], component_cfg=choice)
    assert doc._.tag_log_probs is None
    with pytest.raises(ValueError, match="log_probs = true"):
        doc[0]._.best_tags()
    assert doc[0]._.tag_log_prob is None


def test_white_space_without_a_tag_does_not_remove_them(nlp):
    pipe = copy.deepcopy(nlp).get_pipe("lstm_tagger")
    pipe.space_tag = None
    doc = pipe(nlp.make_doc("The  dog"))
    assert pipe(doc)[0]._.tag_prob is not None


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
    found = spacy.load(tmp_path)(TEXT)._.tag_log_probs
    assert_allclose(found, nlp(TEXT)._.tag_log_probs, atol=1e-5)


def test_other_tokens_than_were_tagged_have_none(nlp):
    doc = nlp(TEXT)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert doc[1]._.tag_log_prob is None
    with pytest.raises(ValueError, match="merge or split"):
        doc[1]._.best_tags()
    # As many tokens as before, and not the same.
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[1], ["a", "te"], heads=[doc[1], doc[1]])
    assert len(doc) == len(doc._.tag_log_probs)
    assert doc[1]._.tag_log_prob is None
    with pytest.raises(ValueError, match="merge or split"):
        doc[1]._.best_tags()


def test_they_are_those_of_the_tagger_that_set_the_tags(nlp):
    others = [(text, [OTHER_TAGS[tag] for tag in gold]) for text, gold in TAGGED]
    other = make_nlp(others, n_updates=4, overwrite=True).get_pipe("lstm_tagger")
    first, doc = nlp.get_pipe("lstm_tagger"), nlp(TEXT)
    assert doc._.tag_labels == ("DET", "NN", "V")
    for pipe in (other, first):  # which does not overwrite
        pipe(doc, log_probs=True)
        assert doc._.tag_labels == ("D", "N", "W")
        assert [token._.best_tags(1)[0][0] for token in doc] == tags(doc)
    assert other(doc, log_probs=False)._.tag_log_probs is None
    assert not doc.user_data


def test_tags_that_were_there_have_the_log_probability_that_the_tagger_gives_them(nlp):
    words = TEXT.split()
    expected = nlp(TEXT)._.tag_log_probs
    some = nlp(Doc(nlp.vocab, words=words, tags=["V", "X", "", "", ""]))
    assert_allclose(some._.tag_log_probs, expected, atol=1e-5)
    assert some[0]._.tag_log_prob == pytest.approx(expected[0, 2], abs=1e-5)
    assert some[1]._.tag_log_prob is None  # X is no label
    all_ = nlp(Doc(nlp.vocab, words=words, tags=["V"] * 5))
    assert all_._.tag_log_probs is None


@pytest.fixture
def no_attributes(monkeypatch):
    """As in a program that has set no custom attribute."""
    for kind in ("doc", "span", "token"):
        monkeypatch.setattr(Underscore, f"{kind}_extensions", {})


def test_an_attribute_of_somebody_else_stays(no_attributes):
    Token.set_extension("best_tags", default="mine")
    quiet = make_nlp(n_updates=1)
    assert quiet(TEXT)[0]._.best_tags == "mine"
    with pytest.raises(ValueError, match=r"Token._.best_tags. .* log_probs = false"):
        quiet(TEXT, **LOG_PROBS)
    with pytest.raises(ValueError, match=r"Token._.best_tags"):
        spacy.blank("xx").add_pipe("lstm_tagger", config={"log_probs": True})
    assert not Doc.has_extension("tag_log_probs")
    assert quiet(TEXT)[0]._.best_tags == "mine"


@pytest.fixture
def saved(nlp):
    return nlp(TEXT).to_bytes()


def test_docs_that_were_saved_elsewhere(saved, no_attributes):
    doc = Doc(spacy.blank("xx").vocab).from_bytes(saved)
    assert not Doc.has_extension("tag_log_probs")
    for _ in range(2):
        install_extensions()
    assert doc._.tag_log_probs.shape == (5, 3)
    assert doc[0]._.best_tags(1) == [("DET", doc[0]._.tag_log_prob)]
