"""Whatever words come, each gets a tag."""

import numpy
import pytest
from helpers import make_nlp
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

# As spaCy lets them through: without lone surrogates, which have no UTF-8.
letters = st.characters(exclude_categories=["Cs"])
odd = st.sampled_from(
    [
        "\u202e",
        "\u200d",
        "\ufeff",
        "\x00",
        "\n",
        "\t ",
        "e\u0301" * 40,
        "\U0010ffff",
        "İ",
        "ß" * 500,
    ]
)
words = st.text(letters, min_size=1, max_size=50) | odd
docs_of_words = st.lists(st.lists(words, max_size=40), max_size=12)


@pytest.fixture(scope="module")
def nlp():
    tok2vec = {"@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1", "width": 16, "char_width": 8}
    model = {"@architectures": "spacy_lstm_tagger.LSTMTagger.v1", "tok2vec": tok2vec}
    return make_nlp(n_updates=2, model=model, log_probs=True)


def check(docs, labels):
    for doc in docs:
        log_probs = doc._.tag_log_probs
        assert log_probs.shape == (len(doc), len(labels))
        assert numpy.isfinite(log_probs).all()
        numpy.testing.assert_allclose(numpy.exp(log_probs).sum(axis=1), 1, atol=1e-5)
        assert all(token.tag_ in (["_SP"] if token.is_space else labels) for token in doc)


@given(docs_of_words)
def test_any_words_in_any_batch(nlp, batch):
    docs = [Doc(nlp.vocab, words=list(doc_words)) for doc_words in batch]
    check(nlp.pipe(docs), nlp.get_pipe("lstm_tagger").labels)


@given(st.text(letters, max_size=300))
def test_any_text(nlp, text):
    check([nlp(text)], nlp.get_pipe("lstm_tagger").labels)


def test_extreme_lengths_together(nlp):
    words = [["a"], ["b" * 100_000, "c"], [], ["d"] * 20_000, ["e", "\u0301" * 100_000]]
    docs = [Doc(nlp.vocab, words=doc_words) for doc_words in words]
    check(nlp.pipe(docs), nlp.get_pipe("lstm_tagger").labels)
