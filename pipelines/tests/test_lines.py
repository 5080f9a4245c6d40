"""Texts whose lines have no line breaks."""

import random

from lines import is_unmarked, line
from sentences import comma, word

STOP = word(".", ".", "PUNCT", space=False)
HEADING = [word("Opening", "NN", "NOUN"), word("hours", "NNS", "NOUN")]
GREETING = [word("Hi", "UH", "INTJ", space=False), comma()]
SENTENCE = [word("We", "PRP", "PRON"), word("left", "VBD", "VERB", space=False), STOP]


def words(sentence):
    return [token.word for token in sentence]


def test_lines_that_no_mark_ends():
    assert is_unmarked(HEADING)
    assert not is_unmarked(GREETING)
    assert not is_unmarked(SENTENCE)


def test_lines_are_headings_and_sentences_with_and_without_their_mark():
    draw = random.Random(0)
    lines = [line([HEADING], [SENTENCE], draw) for _ in range(100)]
    assert {tuple(words(line)) for line in lines} == {
        ("Opening", "hours"),
        ("We", "left"),
        ("We", "left", "."),
    }
    assert all(line[-1].space for line in lines)


def test_the_treebank_stays_as_it_is():
    line([HEADING], [SENTENCE], random.Random(0))
    assert not SENTENCE[-1].space
