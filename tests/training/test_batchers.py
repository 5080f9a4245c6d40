import random

import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.training.batchers import batch_by_corpus


def make_examples(*lengths):
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=["a"] * length) for length in lengths]
    return [Example(doc, doc.copy()) for doc in docs]


def words_of(batch):
    return sum(len(example.predicted) for example in batch)


@pytest.mark.parametrize(("n_words", "size"), [(400, 40), (10_000, 200)])
def test_the_size_follows_the_square_root_of_the_corpus(n_words, size):
    examples = make_examples(*[10] * (n_words // 10))
    batches = list(batch_by_corpus(scale=2.0)(examples))
    assert {words_of(batch) for batch in batches} == {size}
    assert sum(map(len, batches)) == len(examples)


def test_the_size_has_a_limit():
    batches = list(batch_by_corpus(scale=100.0)(make_examples(*[50] * 200)))
    assert {words_of(batch) for batch in batches} == {2000}


def test_each_example_comes_once_among_others_of_like_length():
    random.seed(0)
    examples = make_examples(*(random.randint(0, 60) for _ in range(2000)))
    batches = list(batch_by_corpus()(examples))
    came = [example for batch in batches for example in batch]
    assert len(came) == len(examples)
    assert {id(example) for example in came} == {id(example) for example in examples}
    spread = [max(map(len_of, batch)) - min(map(len_of, batch)) for batch in batches]
    assert sum(spread) / len(spread) < 15


def test_white_space_does_not_count():
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=["a", "\n", " ", "b"]) for _ in range(200)]
    batches = list(batch_by_corpus(scale=1.0)([Example(doc, doc.copy()) for doc in docs]))
    assert {len(batch) for batch in batches} == {10}


def len_of(example):
    return len(example.predicted)


def test_short_and_long_batches_come_in_a_random_order():
    random.seed(0)
    examples = make_examples(*range(1, 201))
    longest = [max(map(len_of, batch)) for batch in batch_by_corpus(scale=1.0)(examples)]
    assert longest != sorted(longest)


def test_a_long_example_is_a_batch_of_its_own():
    lengths = [words_of(batch) for batch in batch_by_corpus(scale=1.0)(make_examples(5000, 1, 1))]
    assert sorted(lengths) == [2, 5000]


@pytest.mark.parametrize(
    ("lengths", "sizes"), [((1100, 1700), {2800}), ((1100, 1900), {1100, 1900})]
)
def test_a_batch_ends_where_it_is_nearest_to_its_size(lengths, sizes):
    """Which is 2,000 words, since the corpus is a stream."""
    batches = batch_by_corpus()(iter(make_examples(*lengths)))
    assert {words_of(batch) for batch in batches} == sizes


def test_a_streamed_corpus_is_not_read_ahead():
    """As with max_epochs = -1."""
    read = []

    def stream():
        for example in make_examples(*[200] * 190):
            read.append(example)
            yield example

    batches = batch_by_corpus()(stream())
    assert words_of(next(batches)) == 2000
    assert len(read) < 170
    assert sum(map(len, batches)) == 180
