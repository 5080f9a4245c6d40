"""The tokenizer of en_lstm_web, in its package and given to another English pipeline."""

import pytest
import spacy
from web_tokenizer import set_tokenizer


@pytest.fixture(scope="module", params=["given", "shipped"])
def nlp(request, web):
    if request.param == "shipped":
        return web
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
        ("e-mail.example.com non-a@b.com y2k", "e-mail.example.com non-a@b.com y2k"),
    ],
)
def test_words_are_split_as_in_the_treebank(nlp, text, words):
    assert [token.text for token in nlp.make_doc(text)] == words.split()


def test_runs_of_punctuation_take_no_long_time_to_split(nlp):
    for text in ("a" + "!?" * 4000 + "b", "=" * 8000, "a" + "=-" * 4000 + "b"):
        assert nlp.make_doc(text).text == text  # with a search at each place, it takes minutes
