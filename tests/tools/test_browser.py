import numpy
import pytest
import spacy
from browser import ABOUT, SCHEMES, WIDTHS, chromium, problems
from spacy.tokens import Doc

from spacy_lstm_tagger.tools.report import TaggedTokens, compare, make_page, measure
from spacy_lstm_tagger.tools.visualizer import render

pytestmark = pytest.mark.slow
FINE = {(width, scheme): {} for width in WIDTHS for scheme in SCHEMES}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def make_tokens(seed, n_tags=40, n_sents=60, length=30):
    """A tagger that is wrong in a fifth of the tokens, on a text with a word wider than a phone."""
    draw = numpy.random.default_rng(seed)
    gold = numpy.array([f"TAG{i % n_tags}" for i in range(n_sents * length)])
    wrong = draw.random(len(gold)) < 0.2
    words = [["x" * 120, *["word"] * (length - 1)] for _ in range(n_sents)]
    sent = numpy.repeat(numpy.arange(n_sents), length)
    return TaggedTokens(
        doc=sent,
        position=numpy.tile(numpy.arange(length), n_sents),
        words=words,
        sents=[(i, 0, length) for i in range(n_sents)],
        sent=sent,
        gold=gold,
        tags=numpy.where(wrong, draw.permutation(gold), gold),
        confidence=draw.random(len(gold)),
        tag_acc=0.8,
    )


def test_a_report_in_a_browser(browser):
    first, second = make_tokens(0), make_tokens(1)
    names = ["a_name_longer_than_a_line_of_a_phone_" * 2, "a/long/path/to/the/second"]
    reports = {name: measure(each) for name, each in zip(names, (first, second), strict=True)}
    page = make_page(ABOUT, reports, compare(first, second))
    assert problems(browser, page) == FINE


def test_drawn_tags_in_a_browser(browser):
    nlp = spacy.blank("en")
    words = [
        {
            "text": "word" * 30 * (i % 4 == 0) + "w",
            "tag": "TAG",
            "pos": "NOUN",
            "gold": "OTHER",
            "prob": i / 30,
            "best": [["TAG", i / 30], ["OTHER", 0.1]],
        }
        for i in range(30)
    ]
    assert problems(browser, render({"words": words}, manual=True, page=True)) == FINE
    with pytest.warns(UserWarning, match="no probabilities"):
        page = render(Doc(nlp.vocab, words=["a"], tags=["X"]), page=True)
    assert problems(browser, page) == FINE


def test_best_tags_are_shown_by_the_keyboard(browser):
    word = {"text": "dog", "tag": "NN", "prob": 0.6, "best": [["NN", 0.6], ["VB", 0.4]]}
    page = browser.new_page()
    page.set_content(render({"words": [word]}, manual=True, page=True))
    best = page.get_by_text("VB 40.0 %")
    assert not best.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert best.is_visible()


def test_problems_are_found(browser):
    html = """<html><body style="background: #fff"><p id="a" style="color: #ddd">pale</p>
        <p id="a" style="width: 2000px">wide</p></body></html>"""
    for found in problems(browser, html).values():
        assert found["overflow"] > 0
        assert found["ids"] == ["a"]
        assert {"color-contrast", "html-has-lang"} <= {rule for rule, _ in found["axe"]}
