"""The figures that pages quote."""

import json
import re
from xml.etree import ElementTree

import figures
import pytest
from helpers import ROOT


@pytest.mark.parametrize(
    ("path", "text"), [*figures.pages(ROOT)], ids=lambda of: getattr(of, "name", "")
)
def test_pages_have_the_figures_of_today(path, text):
    assert path.read_text(encoding="utf8") == text, "run: python docs/tools/figures.py"


def test_no_number_begins_a_line():
    """Markdown would end the paragraph there."""
    for path, text in figures.pages(ROOT):
        assert not re.search("^<!-- = ", text, flags=re.M), path


def test_the_shipped_pipeline_is_as_accurate_as_pages_say():
    meta = json.loads((ROOT / "pipelines/en_lstm_web/meta.json").read_text(encoding="utf8"))
    of = json.loads((ROOT / "benchmarks/figures.json").read_text())["en_lstm_web"]
    assert of["version"] == meta["version"]
    # docs/tools/picture.py makes the report.
    report = (ROOT / "docs/assets/report.html").read_text(encoding="utf8")
    assert f"<dt>pipeline en_lstm_web</dt><dd>{meta['version']}:" in report
    # The package was measured with another build of NumPy or PyTorch.
    assert of["ewt_xpos"] == pytest.approx(100 * meta["performance"]["tag_acc"], abs=0.05)
    assert of["ewt_upos"] == pytest.approx(100 * meta["performance"]["pos_acc"], abs=0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chart_is_described(scheme):
    of = json.loads((ROOT / "benchmarks/figures.json").read_text())
    root = ElementTree.fromstring(figures.chart(of, scheme))
    said = root.find("{*}desc").text
    assert re.search(r"en_lstm_web: [\d,]+ words per second, \d\d\.\d %", said)
