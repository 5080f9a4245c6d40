"""The tokenizer of en_lstm_web, given to another English pipeline."""

import pytest
import spacy
from web_tokenizer import set_tokenizer


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("en")
    set_tokenizer(nlp)
    return nlp


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wow!!! E-mail my co-workers.", "Wow !!! E-mail my co-workers ."),
        ("Call 713-555-0142 at 7:30PM...", "Call 713-555-0142 at 7:30 PM ..."),
        ("No?! id and/or 10k. =======", "No ?! id and / or 10 k . ======="),
        ("Is it the U.S.? No.", "Is it the U.S. ? No ."),
        ("From AT&T. He does R&D.", "From AT&T . He does R&D ."),
    ],
)
def test_words_are_split_as_in_the_treebank(nlp, text, words):
    assert [token.text for token in nlp(text)] == words.split()
