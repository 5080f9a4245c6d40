"""Pairs of nouns in raw text."""

import random

import pytest
from commands import is_heading
from compounds import Compounds, noun
from sentences import word

pytest.importorskip("spacy_lookups_data")
TEXT = (
    "He gave her the gift cards, and a book club met.\n"
    "They had to book hotels. The trade grew fast. The book reviews all of them.\n"
    "It came with a book club!\nHe wrote of send buttons.\n"
)


@pytest.fixture
def compounds(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf8")
    # "Send" is no noun.
    return Compounds.of([path], ["gift", "book", "trade", "send"])


def test_a_pair_follows_an_article_and_ends_the_phrase(compounds):
    assert compounds.pairs == [("book", "club"), ("gift", "cards")]


def test_drawn_pairs_are_two_nouns(compounds):
    draw = random.Random(0)
    drawn = [compounds.draw(draw) for _ in range(50)]
    found = {tuple((token.word, token.xpos, token.lemma) for token in pair) for pair in drawn}
    assert found == {
        (("gift", "NN", "gift"), ("cards", "NNS", "")),
        (("book", "NN", "book"), ("club", "NN", "club")),
    }


def test_what_is_a_noun():
    assert [noun(text).xpos for text in ("cities", "boxes", "table")] == ["NNS", "NNS", "NN"]
    assert [noun(text).xpos for text in ("gas", "glass", "bus", "basis")] == ["NN"] * 4
    assert noun("quickly") is None
    assert noun("free") is None


def test_a_command_that_is_a_known_pair(compounds):
    gift = word("Gift", "VB", "VERB")
    assert is_heading([gift, word("cards", "NNS", "NOUN")], compounds)
    assert not is_heading([gift, word("them", "PRP", "PRON")], compounds)
