import pytest
import spacy
from browser import SCHEMES, WIDTHS, chromium, problems
from spacy.tokens import Doc

from spacy_lstm_tagger.tools.visualizer import render

pytestmark = pytest.mark.slow
FINE = {(width, scheme): {} for width in WIDTHS for scheme in SCHEMES}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def test_paper_is_white(browser):
    page = browser.new_page(color_scheme="dark")
    page.emulate_media(media="print")
    page.set_content(render({"words": []}, manual=True, page=True))
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == "rgb(255, 255, 255)"


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
