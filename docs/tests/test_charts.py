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


def test_each_dot_has_the_accuracy_of_the_version_whose_speed_it_shows():
    of = {
        "en_lstm_web": {"version": "0.10.0", "ewt_xpos": 95.97},
        "en_core_web_sm": {"ewt_xpos": 92.69},
    }
    today = {"version": "en_lstm_web 0.10.0, en_core_web_sm 3.8.0"}
    older = {"version": "en_lstm_web 0.8.0, en_core_web_sm 3.8.0", "ewt_xpos": 95.88}
    assert charts.accuracy_of("en_lstm_web", today, of) == 95.97
    assert charts.accuracy_of("en_lstm_web", older, of) == 95.88
    assert charts.accuracy_of("en_core_web_sm", older, of) == 92.69
    with pytest.raises(KeyError, match="ewt_xpos"):
        charts.accuracy_of("en_lstm_web", {"version": "en_lstm_web 0.9.0"}, of)


def test_the_middle_of_a_range_of_speeds():
    assert charts.middle_of("75,700 to 86,200") == 80950
    assert charts.middle_of(122200) == 122200
