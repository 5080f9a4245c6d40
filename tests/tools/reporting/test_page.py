"""The page of a report as a browser shows it."""

import numpy
import pytest
import spacy
from browser import SCHEMES, WIDTHS, chromium, problems
from helpers import by_rules
from spacy.tokens import Doc

from spacy_lstm_tagger import report

pytestmark = pytest.mark.slow
# Width of A4 without its margins, in CSS pixels.
A4 = 718
TOO_WIDE = """[...document.querySelectorAll(".wide")]
    .filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent.trim())"""


@pytest.fixture(scope="module")
def page():
    """The page of two pipelines that confuse 40 tags, with a word wider than a phone."""
    draw = numpy.random.default_rng(0)
    tags = [f"TAG{i}" for i in range(40)]
    pipelines = {}
    for name in ("a_name_longer_than_a_line_of_a_phone_" * 2, "path/to/the/second"):
        guessed = dict(zip(tags, draw.permutation(tags).tolist(), strict=True))
        pipelines[name] = by_rules("X", {**guessed, **dict.fromkeys(tags[:9], tags[9])})
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=[*tags, "x" * 120], tags=[*tags, "X"]) for _ in range(20)]
    return report(pipelines, docs, train=docs[:1]).to_html()


def test_screens(page):
    with chromium() as browser:
        found = problems(browser, page)
    assert found == {(width, scheme): {} for width in WIDTHS for scheme in SCHEMES}


def test_paper_is_white_and_wide_enough(page):
    with chromium() as browser:
        paper = browser.new_page(color_scheme="dark", viewport={"width": A4, "height": 1000})
        paper.emulate_media(media="print")
        paper.set_content(page)
        color = paper.evaluate("getComputedStyle(document.body).backgroundColor")
        assert color == "rgb(255, 255, 255)"
        assert paper.evaluate(TOO_WIDE) == []
