"""The figures that pages quote."""

import json
import re

import figures
import pytest
from helpers import ROOT

FIGURES = figures.read_figures(ROOT)
# Parts of figures.json that are no figures of a model.
OTHERS = {"sources", "speed", "published", "tables"}
PROVENANCE = {"command", "data", "version", "commit", "processor"}


def paths(of, prefix=""):
    """YIELDS (str): The path of each figure, as in en_lstm_web.genres.news."""
    for name, value in of.items():
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


@pytest.mark.parametrize(
    ("path", "text"), [*figures.pages(ROOT)], ids=lambda of: getattr(of, "name", "")
)
def test_pages_have_the_figures_of_today(path, text):
    assert path.read_text(encoding="utf8") == text, "run: python docs/tools/figures.py"


def test_no_number_begins_a_line():
    """Markdown would end the paragraph there."""
    for path, text in figures.pages(ROOT):
        assert not re.search("^<!-- = ", text, flags=re.M), path


def test_each_figure_has_one_source():
    models = {name: of for name, of in FIGURES.items() if name not in OTHERS}
    for path in paths(models):
        source = figures.source_of(FIGURES, path)
        assert set(source) >= PROVENANCE, path
    for name, processor in FIGURES["speed"].items():
        assert set(processor) >= {"title", "rows", *PROVENANCE}, name


def test_each_table_has_one_source():
    for name in FIGURES["tables"]:
        assert set(figures.source_of(FIGURES, f"tables.{name}.rows")) >= PROVENANCE, name


# What a reader sees in another font, and what figures.json fills in.
LEFT_OUT = [
    re.compile(r"<!-- figures: \w+ -->.*?<!-- end of figures -->", re.S),
    re.compile(r"<!-- = [\w.]+ -->.*?<!-- / -->"),
    re.compile(r"^```.*?^```$", re.S | re.M),
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"`[^`]*`"),
    re.compile(r"\]\([^)]*\)"),
]
UNITS = "%|MB|GB|ms|µs|words/s|words a second|seconds?|minutes?|hours?|points?"
MEASURED = re.compile(rf"(?<![\w.])\d[\d,.]* ?(?:{UNITS})(?!\w)|(?<![\w.])\d\d\.\d\d?(?![\w.])")
# Numbers that say what a word means, or what another program allows.
DEFINITIONS = [
    r"95 % intervals?",
    r"probability (?:of|below) 9[05] %",
    r"-0\.69 means 50 %",
    r"gives? 90 %, about 90 % are right",
    r"[Bb]elow 90 %",
    r"(?:about|in) 90 % (?:are right|of the cases)",
    r"allows 250 MB",
]


def measured_by_hand(text):
    """The numbers on a page that figures.json does not fill in."""
    for pattern in LEFT_OUT:
        text = pattern.sub(" ", text)
    text = " ".join(text.split())
    for pattern in DEFINITIONS:
        text = re.sub(pattern, " ", text)
    return MEASURED.findall(text)


@pytest.mark.parametrize("path", [path for path, _ in figures.pages(ROOT)], ids=lambda of: of.name)
def test_each_measured_number_comes_from_figures_json(path):
    assert measured_by_hand(path.read_text(encoding="utf8")) == []


@pytest.mark.parametrize(
    "sentence", ["It has 95.47 % right.", "It takes 20 minutes.", "| x | 94.60 |", "needs 1.3 GB"]
)
def test_a_number_typed_by_hand_is_found(sentence):
    assert measured_by_hand(sentence)


def test_a_figure_without_a_source_is_found():
    with pytest.raises(ValueError, match=r"en_lstm_web.luck has 0 sources"):
        figures.source_of(FIGURES, "en_lstm_web.luck")


def test_an_interval_is_wilsons():
    """scipy has the same."""
    stats = pytest.importorskip("scipy.stats")
    low, high = stats.binomtest(99, 105).proportion_ci(method="wilson")
    half = figures.half_interval(100 * 99 / 105, 105)
    assert half == pytest.approx(50 * (high - low), abs=0.001)


def test_a_range_is_over_all_processors():
    rows = {"a": {"ratio": 5.66}, "b": {"ratio": "2.1 to 2.4"}, "c": {}}
    of = {"speed": {name: {"rows": {"fresh": row}} for name, row in rows.items()}}
    assert figures.range_of(of, "fresh") == "2.1 to 5.7"


def test_the_shipped_pipeline_is_as_accurate_as_pages_say():
    meta = json.loads((ROOT / "pipelines/en_lstm_web/meta.json").read_text(encoding="utf8"))
    of = FIGURES["en_lstm_web"]
    assert of["version"] == meta["version"]
    # docs/tools/picture.py makes the report.
    report = (ROOT / "docs/assets/report.html").read_text(encoding="utf8")
    assert f"<dt>pipeline en_lstm_web</dt><dd>{meta['version']}:" in report
    # The package was measured with another build of NumPy or PyTorch.
    assert of["ewt_xpos"] == pytest.approx(100 * meta["performance"]["tag_acc"], abs=0.05)
    assert of["ewt_upos"] == pytest.approx(100 * meta["performance"]["pos_acc"], abs=0.05)
