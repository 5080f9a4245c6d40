from itertools import islice

import pytest
from helpers import reader_of

from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus


def corpus(word, n_docs, n_words):
    return reader_of(*[" ".join([word] * n_words)] * n_docs)


def words_of(examples):
    return [token.text for example in examples for token in example.reference]


def test_each_corpus_has_its_share_at_any_moment(blank):
    corpora = {"gold": corpus("g", 10, 6), "labelled": corpus("l", 100, 10)}
    mixed = MixedCorpus(corpora, {"gold": 1, "labelled": 3})
    for n_examples in (20, 60, 120):
        words = words_of(islice(mixed(blank), n_examples))
        assert words.count("g") / len(words) == pytest.approx(1 / 4, abs=0.08)


def test_it_ends_when_each_corpus_was_read(blank):
    corpora = {"gold": corpus("g", 2, 5), "labelled": corpus("l", 30, 10)}
    words = words_of(MixedCorpus(corpora, {"gold": 0.5, "labelled": 0.5})(blank))
    assert words.count("l") == 300  # once
    assert words.count("g") == pytest.approx(300, abs=10)  # again and again


def test_it_repeats(blank):
    corpora = {"gold": corpus("g", 3, 7), "labelled": corpus("l", 9, 4)}
    mixed = MixedCorpus(corpora, {"gold": 0.3, "labelled": 0.7})
    assert words_of(mixed(blank)) == words_of(mixed(blank))


def test_an_empty_corpus(blank):
    mixed = MixedCorpus({"a": corpus("a", 0, 1), "b": corpus("b", 1, 1)}, {"a": 1, "b": 1})
    with pytest.raises(ValueError, match="Corpus 'a' has no examples"):
        list(mixed(blank))


def test_docs_without_words_come_to_an_end(blank):
    corpora = {"empty": corpus("e", 2, 0), "text": corpus("t", 4, 5)}
    examples = list(islice(MixedCorpus(corpora, {"empty": 1, "text": 1})(blank), 1000))
    assert words_of(examples).count("t") == 20
    assert len(examples) < 1000


def test_a_corpus_of_one_word_is_read_again_and_again(blank):
    corpora = {"word": corpus("w", 1, 1), "text": corpus("t", 4, 5)}
    words = words_of(MixedCorpus(corpora, {"word": 1, "text": 1})(blank))
    assert words.count("t") == 20
    assert words.count("w") == pytest.approx(20, abs=5)


def test_a_reader_that_can_be_read_once_is_named(blank):
    once = corpus("a", 1, 2)(blank)
    corpora = {"stream": lambda _: once, "file": corpus("b", 9, 2)}
    mixed = MixedCorpus(corpora, {"stream": 1.0, "file": 1.0})
    with pytest.raises(ValueError, match="'stream' has no examples when it is read again"):
        list(mixed(blank))
