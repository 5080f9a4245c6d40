"""The page of a report as a browser shows it."""

import shutil

import numpy
import pytest
import spacy
from helpers import by_rules
from spacy.tokens import Doc

pytest.importorskip("sklearn")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
playwright = pytest.importorskip("playwright.sync_api")

from spacy_lstm_tagger import report  # noqa: E402

pytestmark = pytest.mark.slow
# The page scrolls sideways by so many pixels.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOUBLED_IDS = """[...document.querySelectorAll("[id]")].map(e => e.id)
    .filter((id, i, all) => all.indexOf(id) !== i)"""
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


@pytest.fixture(scope="module")
def browser():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("install Chromium to run this")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screens(browser, page, width, scheme):
    """A page does not scroll sideways, asks no other place for anything, and axe-core finds nothing
    wrong with it, such as its contrast."""
    viewport = {"width": width, "height": 800}
    screen = browser.new_page(viewport=viewport, color_scheme=scheme, offline=True)
    requests = []
    screen.on("request", lambda request: requests.append(request.url))
    screen.set_content(page)
    violations = axe.Axe().run(screen).response["violations"]
    assert [(rule["id"], node["html"]) for rule in violations for node in rule["nodes"]] == []
    assert screen.evaluate(OVERFLOW) == 0
    assert screen.evaluate(DOUBLED_IDS) == []
    assert requests == []
    screen.close()


def test_paper_is_white_and_wide_enough(browser, page):
    paper = browser.new_page(color_scheme="dark", viewport={"width": A4, "height": 1000})
    paper.emulate_media(media="print")
    paper.set_content(page)
    color = paper.evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == "rgb(255, 255, 255)"
    assert paper.evaluate(TOO_WIDE) == []
    paper.close()
