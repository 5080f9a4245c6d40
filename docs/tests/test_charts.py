"""The charts of the pages."""

from html import unescape
from xml.etree import ElementTree

import pytest
from helpers import ROOT

charts = pytest.importorskip("charts", reason="matplotlib draws them")
CHARTS = [*charts.all_charts(ROOT)]


@pytest.mark.parametrize(
    ("path", "values"), [(path, values) for path, _, values in CHARTS], ids=lambda of: str(of)[-24:]
)
def test_charts_show_the_figures_of_today(path, values):
    """Versions of matplotlib draw the same values a little differently."""
    root = ElementTree.fromstring(path.read_text(encoding="utf8"))
    said = unescape(root.attrib["aria-label"])
    for label, value in values:
        assert f"{label}: {value}" in said, "run: python docs/tools/charts.py"


@pytest.mark.parametrize(("path", "svg"), [(path, svg) for path, svg, _ in CHARTS])
def test_charts_fit_their_place_and_have_real_text(path, svg):
    root = ElementTree.fromstring(svg)
    assert "viewBox" in root.attrib
    assert "width" not in root.attrib
    words = " ".join(text for node in root.findall(".//{*}text") for text in node.itertext())
    assert "right tags" in words
