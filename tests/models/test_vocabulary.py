"""Rows of words and characters in the embedding tables."""

import numpy
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from spacy.tokens import Doc

from spacy_lstm_tagger.models.tok2vec import build_lstm_tok2vec
from spacy_lstm_tagger.models.vocabulary import (
    MAX_CHARACTERS,
    WordVocabulary,
    change_words,
    set_words,
)
from spacy_lstm_tagger.models.word_inputs import UNKNOWN, UNKNOWN_CHARACTER


@given(st.sets(st.text(min_size=1)), st.lists(st.text()))
def test_vocabulary_has_a_row_for_each_word_and_one_for_all_others(words, others):
    vocabulary = WordVocabulary(words)
    assert len(vocabulary) == len(words)
    assert vocabulary.rows(vocabulary.words).tolist() == list(range(1, len(words) + 1))
    for other, row in zip(others, vocabulary.rows(others), strict=True):
        assert bool(row == UNKNOWN) is (other not in words)


@given(st.sets(st.text(min_size=1)))
def test_with_LOWER_a_word_has_one_row_in_any_case(words):
    vocabulary = WordVocabulary(words, attr="LOWER")
    assert vocabulary.words == list(dict.fromkeys(vocabulary.words))
    rows = vocabulary.rows(list(words)).tolist()
    assert [vocabulary.words[row - 1] for row in rows] == [word.lower() for word in words]
    assert vocabulary.replace(vocabulary.words).words == vocabulary.words


def test_with_LOWER_words_are_counted_in_any_case_and_the_alphabet_has_capitals():
    vocabulary = WordVocabulary(attr="LOWER", min_freq=2).count(
        {"The": 1, "the": 1, "a": 3, "X": 1}
    )
    assert vocabulary.words == ["a", "the"]
    assert vocabulary.rows(["the", "The", "THE", "x"]).tolist() == [2, 2, 2, UNKNOWN]
    assert character_rows(vocabulary, ["Xt", "tE"])[0][0] == UNKNOWN_CHARACTER
    assert UNKNOWN_CHARACTER not in character_rows(vocabulary, ["the", "THE"])[1]


def test_vocabulary_has_frequent_words_first_and_leaves_rare_ones_out():
    assert WordVocabulary(min_freq=2).count({"a": 2, "b": 1, "c": 3}).words == ["c", "a"]


def character_rows(vocabulary, words):
    """The rows of the characters of each word."""
    rows, lengths = vocabulary.character_rows(words)
    assert lengths.sum() == len(rows)
    return [row.tolist() for row in numpy.split(rows, numpy.cumsum(lengths)[:-1])]


def test_each_character_of_the_words_has_a_row_and_all_others_share_one():
    vocabulary = WordVocabulary(["cab", "é"])  # a, b, c, é
    assert character_rows(vocabulary, ["abc", "éa", "xa"]) == [
        [1, 2, 3],
        [4, 1],
        [UNKNOWN_CHARACTER, 1],
    ]


def test_an_empty_word_has_one_character_that_is_not_known():
    assert character_rows(WordVocabulary(["a"]), ["", "a"]) == [[UNKNOWN_CHARACTER], [1]]
    assert character_rows(WordVocabulary(), ["a"]) == [[UNKNOWN_CHARACTER]]


def test_of_a_long_word_both_ends_are_read():
    half = MAX_CHARACTERS // 2
    vocabulary = WordVocabulary(["abc"])
    whole, long = character_rows(
        vocabulary, ["a" * half + "c" * half, "a" * half + "b" + "c" * half]
    )
    assert whole == long == [1] * half + [3] * half


def test_other_words_for_a_network_that_has_weights():
    pytest.importorskip("torch")
    model = build_lstm_tok2vec(width=8, char_width=4)
    with pytest.raises(ValueError, match="has no weights"):
        change_words(model, ["dog"])
    set_words(model, ["dog", "cat", "ox"])
    model.initialize()
    docs = [Doc(spacy.blank("xx").vocab, words=[word]) for word in ("dog", "zebra", "x")]
    dog, unknown, ends_with_x = model.predict(docs)
    # "z" is new, and "x" is gone.
    change_words(model, ["dog", "zebra"])
    assert model.attrs["vocabulary"].words == ["dog", "zebra"]
    new_dog, zebra, new_x = model.predict(docs)
    assert_allclose(new_dog, dog, rtol=1e-5)
    # A new word starts as the unknown word, and a new letter as the unknown letter.
    assert_allclose(zebra, unknown, rtol=1e-5)
    assert (new_x != ends_with_x).any()
