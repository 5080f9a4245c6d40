"""The README: its figures, its pictures, and how a package index shows it."""

import re
import runpy
from html import unescape

import figures
import pytest
from helpers import ROOT

README = (ROOT / "README.md").read_text(encoding="utf8")
FIGURES = figures.read_figures(ROOT)


def wrong(name, figure):
    """The share of wrong tags, as in "3.6%"."""
    return f"{100 - FIGURES['held_out'][name][figure]:.1f}%"


def fewer(label):
    """By how many percent `en_lstm_web` has fewer errors on the test sets that are new to both
    pipelines, as in "15 to 41". Tweets and talk with children have no XPOS, articles no UPOS."""
    ours, peer = (FIGURES["held_out"][name] for name in ("en_lstm_web", "en_core_web_sm"))
    found = [
        100 - 100 * (100 - ours[name]) / (100 - peer[name])
        for test_set in ("six", "pud", "gentle", "craft", "tweets", "children")
        if (name := f"{test_set}_{label}") in ours
    ]
    return f"{min(found):.0f} to {max(found):.0f}"


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_its_numbers_are_those_of_figures_json(page):
    ranges = FIGURES["speed"]["ranges"]
    expected = {wrong(name, "ewt_xpos") for name in FIGURES["held_out"]}
    expected |= {wrong(name, "six_xpos") for name in FIGURES["held_out"]}
    expected.add(f"{FIGURES['fewer_errors']['xpos']}% fewer tagging errors")
    expected |= {ranges["batches"], f"{ranges['short']} times"}
    text = " ".join((ROOT / page).read_text(encoding="utf8").split())
    assert {figure for figure in expected if figure not in text} == set()
    # The picture of a word has two more.
    shares = re.findall(r"(?:\d+ to )?[\d.]+%", text)
    assert {share for share in shares if share not in " ".join(expected)} <= {"67%", "30%"}


def test_the_readme_names_each_range_of_speed():
    text = " ".join(README.split())
    for name in ("batches", "batches_20", "short", "threads", "same"):
        assert FIGURES["speed"]["ranges"][name] in text, name


@pytest.mark.parametrize("label", ["xpos", "upos"])
def test_the_first_sentence_has_the_fewest_and_the_most(label):
    assert FIGURES["fewer_errors"][label] == fewer(label)


@pytest.mark.parametrize("row", ["batches", "batches_20", "short", "same"])
def test_a_range_of_speed_is_over_all_processors(row):
    of_processors = [of[row] for of in FIGURES["speed"]["processors"].values() if of[row]]
    ends = [float(end) for cell in of_processors for end in cell.split(" to ")]
    assert FIGURES["speed"]["ranges"][row] == f"{min(ends)} to {max(ends)}"


def test_the_form_for_wrong_tags_names_their_share():
    form = (ROOT / ".github/ISSUE_TEMPLATE/wrong-tags.yml").read_text(encoding="utf8")
    share = 100 - FIGURES["held_out"]["en_lstm_web"]["ewt_xpos"]
    assert f"About {share:.0f} % of the tags" in form


def test_the_home_page_and_the_citation_name_the_latest_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf8")
    version, date = re.search(r"^## ([\d.]+) - (.*)$", changelog, flags=re.M).groups()
    assert f"Version {version} " in (ROOT / "docs/index.md").read_text(encoding="utf8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf8")
    released = f"date-released: {date}\n" if date != "unreleased" else ""
    assert f"\nversion: {version}\n{released}" in citation


def test_its_source_has_no_comments():
    assert "<!--" not in README


def test_a_package_index_shows_whole_addresses():
    """PyPI renders it with this package, and shows nothing if that fails."""
    markdown = pytest.importorskip("readme_renderer.markdown")
    with_addresses = runpy.run_path(str(ROOT / ".ci/readme.py"))["with_addresses"]
    html = markdown.render(with_addresses(README, "v1.0.0"))
    addresses = re.findall(r'(?:href|src|srcset)="([^#][^"]*)"', html)
    assert len(addresses) > 20
    for address in addresses:
        assert address.startswith("https://"), address
        at_tag = re.search(r"/v1\.0\.0/([^#]+)", address)
        assert at_tag is None or (ROOT / at_tag[1]).exists(), address


def test_pictures_show_the_values_of_today():
    """Versions of matplotlib draw the same values a little differently."""
    pictures = pytest.importorskip("pictures", reason="matplotlib draws them")
    for scheme, inks in pictures.INKS.items():
        svg = (ROOT / f"docs/assets/accuracy-speed-{scheme}.svg").read_text(encoding="utf8")
        for drawing in (svg, pictures.chart(FIGURES, inks)):
            assert f'aria-label="{pictures.described(FIGURES)}"' in unescape(drawing)
