"""Whitespace tokens: the words are tagged as if they were not there."""

import numpy
import pytest
import spacy
from helpers import LOG_PROBS, LSTM, TAGGED, make_listening_nlp, make_nlp, tags
from spacy.tokens import Doc
from spacy.training import Example

SPACED = [
    ("The dog\n\nate  the apple ", ["DET", "NN", "_SP", "V", "_SP", "DET", "NN"]),
    ("  Everybody read\tthat book", ["_SP", "NN", "V", "_SP", "DET", "NN"]),
]
WORDS = ["the", "dog", "read", "an", "unseen", "apple"]


def make_listener():
    with pytest.warns(UserWarning, match="counted over"):
        return make_listening_nlp(LSTM, n_updates=2)


def scores(nlp, words):
    """The log-probabilities of the words that are not whitespace, and all tags."""
    doc = Doc(nlp.vocab, words=words)
    doc = nlp(doc, **LOG_PROBS)
    return doc._.tag_log_probs[[not token.is_space for token in doc]], tags(doc)


@pytest.mark.parametrize("make", [lambda: make_nlp(n_updates=2), make_listener])
@pytest.mark.parametrize("words", [WORDS, WORDS * 100])
def test_the_words_have_the_same_log_probabilities(make, words):
    nlp = make()
    expected, expected_tags = scores(nlp, words)
    spaced = [" ", *(part for word in words for part in (word, "\n\n")), "\t"]
    found, found_tags = scores(nlp, spaced)
    numpy.testing.assert_allclose(found, expected, atol=1e-5)
    assert found_tags == ["_SP", *(t for tag in expected_tags for t in (tag, "_SP")), "_SP"]


@pytest.mark.parametrize("words", [[], [" "], ["\n", "  "]])
def test_docs_without_words(words):
    nlp = make_nlp(n_updates=1)
    assert tags(nlp(Doc(nlp.vocab, words=words))) == ["_SP"] * len(words)
    log_probs = nlp(Doc(nlp.vocab, words=words), **LOG_PROBS)._.tag_log_probs
    assert log_probs.shape == (len(words), 3)
    numpy.testing.assert_allclose(numpy.exp(log_probs), 1 / 3, rtol=1e-6)


@pytest.mark.parametrize("adversarial", [0.0, 0.03])
def test_training_is_the_same_as_without_them(adversarial):
    trained = []
    for data in (TAGGED, SPACED):
        nlp = make_nlp(data, n_updates=2, adversarial=adversarial, label_smoothing=0.1)
        assert "_SP" not in nlp.get_pipe("lstm_tagger").labels
        trained.append(scores(nlp, WORDS))
    (expected, expected_tags), (found, found_tags) = trained
    assert found_tags == expected_tags
    numpy.testing.assert_allclose(found, expected, atol=1e-5)


def test_whitespace_that_only_the_tokenizer_sees_has_no_gold_tag():
    nlp = make_nlp(n_updates=1)
    doc = nlp.make_doc("The dog  ate")
    example = Example.from_dict(doc, {"words": ["The", "dog", "ate"], "tags": ["DET", "NN", "V"]})
    losses = nlp.get_pipe("lstm_tagger").update([example])
    plain = Example.from_dict(nlp.make_doc("The dog ate"), {"tags": ["DET", "NN", "V"]})
    assert nlp.get_pipe("lstm_tagger").update([plain]) == pytest.approx(losses)


@pytest.mark.parametrize("space_tag", ["_SP", "SPACE", None])
def test_their_tag_is_a_setting(space_tag, tmp_path):
    nlp = make_nlp(n_updates=1, space_tag=space_tag)
    nlp.to_disk(tmp_path)
    for pipeline in (nlp, spacy.load(tmp_path)):
        assert tags(pipeline("The \n dog"))[1] == (space_tag or "")


def test_a_tag_that_is_also_a_word_of_a_memory_zone(trained, tmp_path):
    trained.to_disk(tmp_path, exclude=["vocab"])
    nlp = spacy.load(tmp_path, exclude=["vocab"])
    with nlp.memory_zone():
        nlp("DET NN V")
    with nlp.memory_zone():
        assert tags(nlp("The dog")) == ["DET", "NN"]


def test_a_vocab_that_lacks_their_tag_gets_it(trained, tmp_path):
    trained.to_disk(tmp_path, exclude=["vocab"])
    sourced = spacy.blank("xx")
    sourced.add_pipe("lstm_tagger", source=trained)
    for nlp in (sourced, spacy.load(tmp_path, exclude=["vocab"])):
        for _ in range(2):
            with nlp.memory_zone():
                assert tags(nlp("The \n dog")) == ["DET", "_SP", "NN"]
        assert tags(nlp("The \n dog")) == ["DET", "_SP", "NN"]
