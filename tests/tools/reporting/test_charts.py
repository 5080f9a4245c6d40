"""Charts of a report, and the numbers in them."""

import html
import re
from xml.etree import ElementTree

import pytest
from helpers import by_rules
from spacy.tokens import Doc

from spacy_lstm_tagger import report
from spacy_lstm_tagger.tools.reporting import charts

# What two pipelines make of the words.
GOOD = {"the": "DT", "barks": "VBZ"}
BAD = {"the": "DT"}
TAGS = ["DT", "NN", "VBZ"]


def gold_docs(vocab, words, n):
    return [Doc(vocab, words=words, tags=TAGS) for _ in range(n)]


@pytest.fixture(scope="module")
def made():
    nlp = by_rules("NN", GOOD)
    dogs = gold_docs(nlp.vocab, ["the", "dog", "barks"], 30)
    cats = gold_docs(nlp.vocab, ["the", "cat", "sleeps"], 10)
    words = Doc(nlp.vocab, words=["the", "dog", "dog"], tags=["DT", "NN", "VB"])
    pipelines = {"own": nlp, "models/base": by_rules("NN", BAD)}
    return report(pipelines, {"dogs": dogs, "cats": cats}, train=[words])


def letters(svg):
    """The texts of a chart. matplotlib writes each as a comment before its outlines."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.fromstring(svg, parser)
    comments = root.iter(ElementTree.Comment)
    return [html.unescape(comment.text.strip()) for comment in comments]


def numbers(svg, pattern):
    return [text for text in letters(svg) if re.fullmatch(pattern, text)]


def places(svg, gid):
    """Where a chart has the dots of a pipeline."""
    group = next(g for g in ElementTree.fromstring(svg).iter() if g.get("id") == gid)
    uses = [element for element in group.iter() if element.tag.endswith("use")]
    return [(float(use.get("x")), float(use.get("y"))) for use in uses]


def percent(share):
    return f"{100 * share['value']:.2f}"


def test_each_chart_of_two_pipelines(made):
    names = ["accuracy", "kinds", "confusions-own", "confusions-models-base"]
    assert list(made.to_svg()) == names  # Rules have no probabilities.


def test_dots_and_numbers_are_those_of_the_report(made):
    svg = made.to_svg()["accuracy"]
    groups = ["accuracy", "unseen words", "ambiguous words"]
    own, base = (
        [result["measures"][group] for group in groups] for result in made.pipelines.values()
    )
    assert numbers(svg, r"\d+\.\d\d") == [percent(share) for share in [*own, *base]]
    for text in ("all words", "(n = 120)", "unseen words", "own", "models/base"):
        assert text in letters(svg)
    # The distance of two dots is in proportion to the distance of their values.
    dots = [*places(svg, "dots-0"), *places(svg, "dots-1")]
    values = [share["value"] for share in [*own, *base]]
    scale = (dots[1][0] - dots[0][0]) / (values[1] - values[0])
    expected = [dots[0][0] + scale * (value - values[0]) for value in values]
    assert [x for x, _ in dots] == pytest.approx(expected, abs=0.01)


def test_a_dot_for_each_kind_of_text(made):
    kinds = [result["kinds"] for result in made.pipelines.values()]
    assert kinds[0]["dogs"]["value"] == 1
    assert kinds[0]["cats"]["value"] == pytest.approx(2 / 3)
    svg = made.to_svg()["kinds"]
    assert numbers(svg, r"\d+\.\d\d") == ["100.00", "66.67", "66.67", "66.67"]
    assert [text for text in letters(svg) if text in ("dogs", "(n = 90)")] == ["dogs", "(n = 90)"]
    for text in (str(made), made.to_markdown(), made.to_html()):
        assert re.search(r"cats\W.*66\.67", text, re.S)
        # All tags are right, which says nothing of how far other texts would differ.
        assert "100.00 to 100.00" not in text


def test_confusions_have_their_numbers(made):
    svg = made.to_svg()["confusions-models-base"]
    assert numbers(svg, r"\d+") == ["40"]
    assert "Predicted tag (40 of 40 errors)" in letters(svg)


def test_the_most_frequent_confusions_are_drawn():
    confusions = [[f"A{i}", f"B{i}", 100 - i] for i in range(20)]
    svg = charts.to_svg(charts.confusion_chart(confusions))
    assert numbers(svg, r"\d+") == ["100", "99", "98", "97", "96", "95"]
    assert f"Predicted tag ({100 + 99 + 98 + 97 + 96 + 95} of 1,810 errors)" in letters(svg)


def test_calibration_and_the_number_of_words():
    rows = [
        {"from": 0.1, "probability": 0.15, "accuracy": 1.0, "n": 3},
        {"from": 0.5, "probability": 0.55, "accuracy": 0.4, "n": 40},
        {"from": 0.9, "probability": 0.95, "accuracy": 0.9, "n": 900},
    ]
    svg = charts.to_svg(charts.calibration_chart({"own": rows, "rules": []}))
    (x_low, y_low), (x_high, y_high) = places(svg, "calibration-0")  # three words tell nothing
    # The axes end at 0 and 100, and at 0 and 103.
    across, up = (x_high - x_low) / 40, (y_low - y_high) / 50
    assert across == pytest.approx(2.0, abs=0.4)
    assert up > 0
    assert {"own", "perfectly calibrated"} <= set(letters(svg))
    assert "rules" not in letters(svg)


def test_more_pipelines_than_a_report_has(made):
    share = made.pipelines["own"]["measures"]["accuracy"]
    names = [f"tagger {i}" for i in range(4)]
    figure = charts.dot_plot({"news": dict.fromkeys(names, share), "court": {"tagger 1": share}})
    svg = charts.to_svg(figure)
    assert numbers(svg, r"\d+\.\d\d") == 5 * [percent(share)]
    assert [text for text in letters(svg) if text in names] == names
    assert figure.get_size_inches()[0] == 3.3


def test_the_same_report_gives_the_same_files(made):
    assert made.to_svg() == made.to_svg()
    assert all(figure.get_size_inches()[0] == 3.3 for figure in made.charts().values())


def test_names_that_no_file_and_no_xml_can_have():
    nlp = by_rules("NN\x1b", {"x": "$X$"})
    docs = [Doc(nlp.vocab, words=["<a>", "x"], tags=["<s>\x07", "$X$"])]
    svgs = report({"../<i>": nlp, "..:i": nlp}, docs).to_svg()
    assert list(svgs) == ["accuracy", "confusions-..-i", "confusions-..-i-2"]
    assert {"<s>", "NN"} <= set(letters(svgs["confusions-..-i-2"]))


@pytest.mark.filterwarnings("error")
def test_names_of_any_length_fit():
    tags = [f"POS=NOUN|Case={case}|Gender=Fem|Number=Sing" for case in ("Nom", "Acc", "Dat", "Gen")]
    nlp = by_rules(tags[0], {"b": tags[1], "c": tags[2]})
    doc = Doc(nlp.vocab, words=["a", "b", "c", "d"], tags=tags)
    turned = Doc(nlp.vocab, words=["a", "b", "c", "d"], tags=tags[::-1])
    kinds = {f"genres/reviews-of-{kind}-{2 * '2019-'}": [doc, turned] for kind in ("cafes", "bars")}
    made = report({"models/" + 30 * "long/": nlp, "other": nlp}, kinds)
    svg = made.to_svg()
    assert {"…Nom…", "…Acc…", "…Dat…", "…Gen…"} <= set(letters(svg["confusions-other"]))
    assert {"…cafe…", "…bar…"} <= {text.split("\n")[0] for text in letters(svg["kinds"])}
    assert all(len(text) <= 40 for chart in svg.values() for text in letters(chart))
