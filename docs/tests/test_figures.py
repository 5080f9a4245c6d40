"""The figures that pages quote."""

import re

import figures
import pytest
import srsly
from helpers import ROOT
from spacy.util import load_config

FIGURES = figures.read_figures(ROOT)
QUOTING = [*figures.pages(ROOT), *figures.cards(ROOT)]
PACKAGE = ROOT / "pipelines/en_lstm_web"
META = srsly.read_json(PACKAGE / "meta.json")
# What the card of a new version is made of.
CARD = srsly.read_json(ROOT / "pipelines/en_lstm_web.json")
# Parts of figures.json that are no figures of a model.
OTHERS = {"sources", "speed", "tables"}
PROVENANCE = {"command", "data", "version", "commit", "processor"}


def paths(of, prefix=""):
    """YIELDS (str): The path of each figure, as in en_lstm_web.genres.news."""
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
        assert not re.search("^<!-- = ", text, flags=re.M), path


def test_each_figure_has_one_source():
    models = {name: of for name, of in FIGURES.items() if name not in OTHERS}
    for path in paths(models):
        source = figures.source_of(FIGURES, path)
        assert set(source) >= PROVENANCE, path
    for name, processor in FIGURES["speed"].items():
        assert set(processor) >= {"title", "rows", "ewt_xpos", *PROVENANCE}, name


def test_each_table_with_numbers_of_its_own_has_one_source():
    for name, table in FIGURES["tables"].items():
        cells = [figures.QUOTED.sub("", cell) for row in table["rows"] for cell in row[1:]]
        if re.search(r"\d", " ".join(cells)):
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
    r"near 100 %",
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


@pytest.mark.parametrize("meta", [META, CARD], ids=["package", "next package"])
def test_each_measured_number_of_a_card_comes_from_figures_json(meta):
    assert "<!-- figures: treebanks -->" in meta["notes"]
    assert measured_by_hand(meta["notes"]) == []
    assert measured_by_hand(meta["description"]) == []


def test_the_card_says_what_the_recipe_does():
    recipe = srsly.read_yaml(ROOT / "pipelines/project.yml")["vars"]
    notes = CARD["notes"]
    for name in ("wikipedia_words", "books_words", "speeches_words", "package_words"):
        assert f"{recipe[name]:,}" in notes, name
    for name in recipe:
        if name.endswith("_steps"):
            assert f"for {recipe[name]:,} steps" in notes, name
    assert f"`{recipe['transformer'].split('/')[-1]}`" in notes
    config = load_config(ROOT / "pipelines/en_lstm_web.cfg")
    for share in config["corpora"]["train"]["shares"].values():
        assert f" {share}" in notes
    network = config["components"]["tok2vec"]["model"]
    assert f"2\u00d7{(network['width'] - network['hidden_width']) // 2} units" in notes
    assert f"a hidden layer of {network['hidden_width']} units" in notes


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
    found = figures.interval(100 * 99 / 105, 105)
    assert found == pytest.approx((100 * low, 100 * high), abs=0.001)


def test_near_100_percent_both_ends_of_an_interval_are_named():
    of = {"sources": [{"of": ["web.*"], "n": 105}], "web": {"most": 94.29, "all": 100.0}}
    assert figures.with_interval(of, "web.most") == "94.3 ± 4.6"
    assert figures.with_interval(of, "web.all") == "100.0 (96.5 to 100.0)"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("one_in.web.ewt_xpos", 22),
        ("one_in.web.gum_xpos", None),
        ("capitals.web", "0.8"),
        ("capitals.other", "16"),
        # A range is over all processors.
        ("range.fresh", "2.1 to 5.7"),
        ("pair.amd.fresh", "82,100 / 14,500 (5.66)"),
        ("pair.amd.threads", None),
    ],
)
def test_what_follows_from_figures(path, value):
    amd = {"rows": {"fresh": {"ours": 82100, "peer": 14500, "ratio": 5.66}}}
    of = {
        "web": {"ewt_xpos": 95.47, "upper": 94.66},
        "other": {"ewt_xpos": 92.69, "upper": 76.28},
        "speed": {"amd": amd, "intel": {"rows": {"fresh": {"ratio": "2.1 to 2.4"}}}},
    }
    assert figures.value_at(of, path) == value


def test_a_row_without_figures_is_left_out():
    rows = [["A", "{web.x} / {web.y}", "{other.x}"], ["B", "yes", "{other.x}"], ["C", "no", "9"]]
    of = {"tables": {"t": {"head": ["of {web.x}", "b", "c"], "rows": rows}}, "web": {"x": 95.5}}
    assert figures.table("t", of).splitlines() == [
        "| of 95.50 | b | c |",
        "| --- | --: | --: |",
        "| A | 95.50 / - | |",
        "| C | no | 9 |",
    ]


def test_the_page_names_the_version_that_the_package_needs():
    (needed,) = META["requirements"]
    (oldest,) = re.findall(r"spacy-lstm-tagger>=([\d.]+)", needed)
    page = (ROOT / "docs/models.md").read_text(encoding="utf8")
    assert f"from {oldest} |" in page


def test_the_shipped_pipeline_is_as_accurate_as_pages_say():
    of = FIGURES["en_lstm_web"]
    assert of["version"] == META["version"]
    # docs/tools/picture.py makes the report.
    report = (ROOT / "docs/assets/report.html").read_text(encoding="utf8")
    assert f"<dt>pipeline en_lstm_web</dt><dd>{META['version']}:" in report
    # The package was measured with another build of NumPy or PyTorch.
    for name, score in (("ewt_xpos", "tag_acc"), ("ewt_upos", "pos_acc"), ("lemmas", "lemma_acc")):
        assert of[name] == pytest.approx(100 * META["performance"][score], abs=0.05), name


@pytest.mark.parametrize("name", ["README.md", "HUGGINGFACE.md"])
def test_the_card_has_the_scores_of_the_package(name):
    """spacy package writes them into a table, and build.py above it for the Hugging Face hub."""
    card = (PACKAGE / name).read_text(encoding="utf8")
    scores = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|$", card, flags=re.M)
    assert len(scores) > 10
    for title, percent in scores:
        assert percent == f"{100 * META['performance'][title.lower()]:.2f}", title
    for value in re.findall(r"^ +value: ([\d.]+)$", card, flags=re.M):
        assert float(value) in [round(score, 4) for score in flat(META["performance"])]


def flat(scores):
    """YIELDS (float): The scores that are numbers, also those by label."""
    for score in scores.values():
        if isinstance(score, dict):
            yield from flat(score)
        elif score is not None:
            yield score
