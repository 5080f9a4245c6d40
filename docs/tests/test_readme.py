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


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_its_numbers_are_those_of_figures_json(page):
    ranges = FIGURES["speed"]["ranges"]
    expected = {
        wrong(name, figure) for name in FIGURES["held_out"] for figure in ("ewt_xpos", "six_xpos")
    }
    expected |= {f"{ranges['batches']} times", f"{ranges['short']} times"}
    text = " ".join((ROOT / page).read_text(encoding="utf8").split())
    assert {figure for figure in expected if figure not in text} == set()
    # The picture of a word has two more.
    assert set(re.findall(r"[\d.]+%", text)) <= expected | {"67%", "30%"}


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
