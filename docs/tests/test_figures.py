"""The figures that pages quote."""

import csv
import re

import figures
import pytest
import srsly
from helpers import ROOT
from spacy.util import load_config

FIGURES = figures.read_figures(ROOT)
QUOTING = [*figures.pages(ROOT)]
PACKAGE = ROOT / "pipelines/en_lstm_web"
META = srsly.read_json(PACKAGE / "meta.json")
# Parts of figures.json that are no figures of a model.
OTHERS = {"sources", "machine", "measured", "tables"}
PROVENANCE = {"command", "data", "version", "commit", "processor"}


def paths(of, prefix=""):
    """YIELDS (str): The path of each figure, as in held_out.en_lstm_web.ewt_xpos."""
    for name, value in of.items():
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


@pytest.mark.parametrize(("path", "text"), QUOTING, ids=lambda of: getattr(of, "name", ""))
def test_pages_and_cards_have_the_figures_of_today(path, text):
    assert path.read_text(encoding="utf8") == text, "run: python docs/tools/figures.py"


def test_no_number_begins_a_line():
    """Markdown would end the paragraph there."""
    for path, text in QUOTING:
        assert not re.search("^ *<!-- = ", text, flags=re.M), path


def test_each_figure_has_one_source():
    found = [*paths({name: of for name, of in FIGURES.items() if name not in OTHERS})]
    for name, table in FIGURES["tables"].items():
        cells = [figures.QUOTED.sub("", cell) for row in table["rows"] for cell in row[1:]]
        # A table may have numbers of its own.
        if re.search(r"\d", " ".join(cells)):
            found.append(f"tables.{name}.rows")
    for path in found:
        assert set(figures.source_of(FIGURES, path)) >= PROVENANCE, path


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
    r"95 ?% (?:confidence )?intervals?",
    r"near 100 ?%",
    r"85% of the \*test\* set",
    r"probability (?:of|below) 9[05] ?%",
    r"-0\.69 means 50 ?%",
    r"[Bb]elow 90 ?%",
    r"(?:about|in) 90 ?% of the (?:cases|tags)",
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


@pytest.mark.parametrize(("path", "text"), QUOTING, ids=lambda of: getattr(of, "name", ""))
def test_each_measured_number_comes_from_figures_json(path, text):
    # test_readme.py knows the numbers of this page.
    if path.name != "index.md":
        assert measured_by_hand(text) == []


def test_the_card_and_its_page_describe_the_network():
    config = load_config(ROOT / "pipelines/en_lstm_web.cfg")
    network = config["components"]["tok2vec"]["model"]
    units = (network["width"] - network["hidden_width"]) // 2
    for path in ("pipelines/en_lstm_web.md", "docs/models.md"):
        text = (ROOT / path).read_text(encoding="utf8")
        assert f"LSTM of 2\u00d7{units} units" in text
        assert f"hidden layer of {network['hidden_width']}" in text


def test_the_card_says_in_a_sentence_how_the_package_was_made():
    card = (ROOT / "pipelines/en_lstm_web.md").read_text(encoding="utf8")
    assert figures.with_recipe(card, {}) == card
    recipe = {"commit": "c0ffee", "seeds": {"teacher": 0, "student": 3}, "hours": 4.25}
    made = figures.with_recipe(card, {"recipe": {**recipe, "processor": "an EPYC"}})
    assert "commit c0ffee, seeds teacher 0, student 3, 4.25 hours on an EPYC" in made
    # These numbers are not typed by hand.
    assert measured_by_hand(made) == []


def test_a_package_has_the_figures_that_were_measured_of_it():
    measures = {measure: 0.9512 for _, measure in FIGURES["measured"].values()}
    results = {data: dict(measures) for data, _ in FIGURES["measured"].values()}
    results["en_gum"]["false names"] = 5
    # What is 0 is missing.
    del results["en_gum"]["names missed"]
    recipe = {"evaluation": {"results": results}, "commit": "c0ffee", "processor": "an EPYC"}
    found = figures.read_figures(ROOT, {"version": "1.2.0", "recipe": recipe})
    assert found["en_lstm_web"]["ewt_xpos"] == found["en_lstm_web"]["questions"] == 95.12
    assert found["en_lstm_web"]["gum_nouns_missed"] == 0
    assert found["en_lstm_web"]["gum_nouns_false"] == 5
    source = figures.source_of(found, "en_lstm_web.ewt_xpos")
    assert (source["version"], source["commit"]) == ("en_lstm_web 1.2.0", "c0ffee")
    # The other pipeline, and what evaluate.py does not measure, are as they were.
    for path in ("en_core_web_sm.ewt_xpos", "held_out.en_lstm_web.ewt_xpos"):
        assert figures.source_of(found, path) == figures.source_of(FIGURES, path)


@pytest.mark.parametrize(
    "sentence", ["It has 95.47% right.", "It takes 20 minutes.", "| x | 94.60 |", "needs 1.3 GB"]
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
    found = figures.interval(100 * 99 / 105, 105)
    assert found == pytest.approx((100 * low, 100 * high), abs=0.001)


def test_near_100_percent_both_ends_of_an_interval_are_named():
    """No page has such a share today."""
    of = {"sources": [{"of": ["web.*"], "items": 105}], "web": {"all": 100.0}}
    assert figures.with_interval(of, "web.all") == "100.0 (96.5 to 100.0)"


def test_a_mean_over_languages_is_of_treebanks_that_all_systems_have():
    treebanks = {
        "A": {"ud": [90.0] * 4, "spacy": [80.0] * 4, "udpipe": [81.0] * 4},
        "B": {"ud": [92.0] * 4, "spacy": [84.0] * 4, "udpipe": [83.0] * 4},
        "C": {"ud": [50.0] * 4, "spacy": [None] * 4, "udpipe": [50.0] * 4},
    }
    means = figures.language_means({"languages": {"treebanks": treebanks}})
    assert means["rows"][0] == ["XPOS", "2", "91.0", "82.0", "82.0"]


def test_the_page_names_the_versions_that_the_package_needs():
    (needed,) = META["requirements"]
    (major,) = re.findall(r"spacy-lstm-tagger>=(\d+)\.", needed)
    page = (ROOT / "docs/models.md").read_text(encoding="utf8")
    assert f"works with every `spacy-lstm-tagger` {major}.x |" in page


def test_the_shipped_pipeline_is_as_accurate_as_pages_say():
    of = FIGURES["en_lstm_web"]
    assert of["version"] == META["version"]
    # docs/tools/pictures.py makes the report.
    report = (ROOT / "docs/assets/report.html").read_text(encoding="utf8")
    assert f"<dt>pipeline en_lstm_web</dt><dd>{META['version']}:" in report
    # The package was measured with another build of NumPy or PyTorch.
    for name, score in (("ewt_xpos", "tag_acc"), ("ewt_upos", "pos_acc"), ("lemmas", "lemma_acc")):
        assert of[name] == pytest.approx(100 * META["performance"][score], abs=0.05), name


def test_the_last_line_of_the_history_is_what_ships():
    with (ROOT / "benchmarks/history.csv").open(encoding="utf8") as file:
        *_, last = csv.DictReader(file)
    of = FIGURES["en_lstm_web"]
    for name in ("ewt_xpos", "ewt_upos", "gum_xpos", "gum_upos", "commands", "headings"):
        assert float(last[name]) == of[name], name


def test_the_page_of_the_hub_has_the_first_row_of_its_table():
    """A hub shows the metadata beside the text, so both are of the same test set."""
    front = (PACKAGE / "HUGGINGFACE.md").read_text(encoding="utf8").split("---\n")[1]
    (result,) = srsly.yaml_loads(front)["model-index"][0]["results"]
    assert result["dataset"] | {"config": "en_ewt", "split": "test"} == result["dataset"]
    held_out = FIGURES["held_out"]["en_lstm_web"]
    expected = [held_out[name] / 100 for name in ("ewt_xpos", "ewt_upos", "ewt_lemmas")]
    assert [metric["value"] for metric in result["metrics"]] == pytest.approx(expected)
