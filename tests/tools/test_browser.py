import numpy
import pytest
from browser import ABOUT, SCHEMES, WIDTHS, chromium, make_tokens, problems
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_lstm_tagger.tools.report import compare, make_page, measure

pytestmark = pytest.mark.slow
FINE = {(width, scheme): {} for width in WIDTHS for scheme in SCHEMES}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def random_tokens(seed, n_tags=40, n_sents=60, length=30):
    """A tagger that is wrong in a fifth of the tokens, on a text with a word wider than a phone."""
    draw, tags = numpy.random.default_rng(seed), [f"TAG{i}" for i in range(n_tags)]
    words, vocab = ["x" * 120, *["word"] * (length - 1)], Vocab()
    gold = [[tags[(i * length + j) % n_tags] for j in range(length)] for i in range(n_sents)]
    docs = [Doc(vocab, words=words, tags=of_doc) for of_doc in gold]
    right = numpy.concatenate(gold)
    guessed = numpy.where(draw.random(len(right)) < 0.2, draw.permutation(right), right)
    return make_tokens(docs, guessed, draw.random(len(right)))


def test_a_report_in_a_browser(browser):
    first, second = random_tokens(0), random_tokens(1)
    names = ["a_name_longer_than_a_line_of_a_phone_" * 2, "a/long/path/to/the/second"]
    reports = {name: measure(each) for name, each in zip(names, (first, second), strict=True)}
    page = make_page(ABOUT, reports, compare(first, second))
    assert problems(browser, page) == FINE


def test_tables_are_sorted_and_filtered(browser):
    page = browser.new_page()
    tokens = random_tokens(0, n_tags=4)
    page.set_content(make_page(ABOUT, {"ours": measure(tokens)}, None))
    heads = page.locator("#tags-table").locator("xpath=ancestor::table").locator("tbody th")
    assert heads.all_inner_texts() == ["TAG0", "TAG1", "TAG2", "TAG3"]
    for _ in range(2):
        page.get_by_role("button", name="Tag", exact=True).press("Enter")
    assert heads.all_inner_texts() == ["TAG0", "TAG1", "TAG2", "TAG3"]
    page.get_by_role("button", name="Tag", exact=True).click()
    assert heads.all_inner_texts() == ["TAG3", "TAG2", "TAG1", "TAG0"]
    page.get_by_label("Show only the tag").fill("tag2")
    assert [head.inner_text() for head in heads.all() if head.is_visible()] == ["TAG2"]


def test_paper_is_white(browser):
    page = browser.new_page(color_scheme="dark")
    page.emulate_media(media="print")
    page.set_content(make_page(ABOUT, {"ours": measure(random_tokens(0, n_tags=4))}, None))
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == "rgb(255, 255, 255)"
