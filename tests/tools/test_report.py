import csv
from collections import Counter

import numpy
import pytest
import spacy
import srsly
from browser import ABOUT, make_tokens
from helpers import TAGGED, by_rules, make_nlp
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_lstm_tagger.tools.report import (
    Report,
    compare,
    make_page,
    measure,
    report,
    tag_tokens,
)
from spacy_lstm_tagger.tools.report.intervals import interval, resample
from spacy_lstm_tagger.tools.report.page import MAX_TAGS, N_SHADES, confusion_grid
from spacy_lstm_tagger.tools.report.tables import make_tables

WORDS = [["the", "dog", "barks"], ["the", "<cat>", "sleeps"]]
GOLD = ["DT", "NN", "VBZ", "DT", "NN", "VBZ"]
TRAIN_TAGS = {"the": Counter(DT=3), "barks": Counter(NNS=1, VBZ=1)}


def tagged(tags, confidence=None):
    docs = [Doc(Vocab(), words=w, tags=GOLD[:3], spaces=[True, True, False]) for w in WORDS]
    return make_tokens(docs, tags.split(), confidence)


def gold_docs():
    vocab = spacy.blank("en").vocab
    tags = [["DET", "NN", "V"], ["DET", "NN", ""]]
    return [Doc(vocab, words=w, tags=t) for w, t in zip(WORDS, tags, strict=True)]


def test_accuracy_of_all_unseen_and_ambiguous_words():
    report = measure(tagged("DT NN NNS DT NN VBZ"), TRAIN_TAGS)
    assert report["accuracy"] == 5 / 6
    assert report["groups"] == {
        "unseen": {"n_tokens": 3, "accuracy": 1.0},
        "ambiguous": {"n_tokens": 1, "accuracy": 0.0},
    }
    assert measure(tagged("DT NN NNS DT NN VBZ"), {})["groups"]["ambiguous"]["accuracy"] is None


def test_scores_by_tag():
    report = measure(tagged("DT NN NNS DT NN VBZ"))
    scores = {row.pop("tag"): row for row in report["tags"]}
    assert scores["NN"] == {"precision": 1.0, "recall": 1.0, "f": 1.0, "n_tokens": 2}
    assert scores["VBZ"] == {"precision": 1.0, "recall": 0.5, "f": 2 / 3, "n_tokens": 2}
    assert scores["NNS"]["recall"] is None  # never gold
    macro = {"precision": 1, "recall": 5 / 6, "f": 8 / 9}  # NNS is no gold tag
    assert report["averages"]["macro"] == pytest.approx(macro)
    assert report["averages"]["micro"] == dict.fromkeys(macro, 5 / 6)
    assert report["confusion"]["labels"] == ["DT", "NN", "NNS", "VBZ"]
    assert report["confusion"]["matrix"][3] == [0, 0, 1, 1]


def test_confusions_have_their_words_and_examples_in_context():
    (nn, vbz) = measure(tagged("DT VB NNS DT VB VBZ"), n_examples=1)["confusions"]
    assert (nn["gold"], nn["tag"], nn["count"]) == ("NN", "VB", 2)
    assert nn["words"] == [("dog", 1), ("<cat>", 1)]
    assert nn["examples"] == [{"before": "the ", "word": "dog", "after": " barks"}]
    assert (vbz["gold"], vbz["tag"], vbz["count"]) == ("VBZ", "NNS", 1)


def test_calibration():
    confidence = [0.95, 0.95, 0.95, 0.95, 0.65, 0.65]
    report = measure(tagged("DT NN VBZ DT NN NNS", confidence))["calibration"]
    assert report["mean_confidence"] == pytest.approx(0.85)
    assert [b["n_tokens"] for b in report["bins"]] == [2, 4]
    expected = 4 / 6 * (1 - 0.95) + 2 / 6 * (0.65 - 0.5)
    assert report["expected_calibration_error"] == pytest.approx(expected)


def test_comparison():
    report = compare(tagged("DT NN VBZ DT NN VBZ"), tagged("DT NN NNS DT VB VBZ"))
    assert (report["only_first_correct"], report["only_second_correct"]) == (2, 0)
    assert report["different"] == 2
    assert report["p_value"] == pytest.approx(0.5)  # as 2 heads of 2 throws of a coin, or tails
    assert report["changes"]["accuracy"] == {"value": pytest.approx(2 / 6), "interval": None}
    assert report["changes"]["sentences"]["value"] == 1
    assert report["examples"][0] == {
        "before": "the dog ", "word": "barks", "after": "", "gold": "VBZ", "first": "VBZ",
        "second": "NNS",
    }  # fmt: skip
    same = tagged("DT NN VBZ DT NN VBZ")
    assert compare(same, same)["p_value"] == 1.0


def test_any_tagger_can_be_reported_on():
    nlp = make_nlp(n_updates=5)
    tokens = tag_tokens(nlp, gold_docs())
    assert len(tokens.gold) == 5  # one has no gold tag
    expected = [nlp(Doc(nlp.vocab, words=words)) for words in WORDS]
    assert tokens.tags.tolist() == [token.tag_ for doc in expected for token in doc][:5]
    assert ((tokens.confidence > 0) & (tokens.confidence <= 1)).all()
    tokens = tag_tokens(by_rules("NN"), gold_docs())
    assert set(tokens.tags) == {"NN"}
    assert tokens.confidence is None


def test_data_without_tags_are_refused():
    doc = Doc(spacy.blank("en").vocab, words=["a"])
    with pytest.raises(ValueError, match="gold tag"):
        tag_tokens(make_nlp(), [doc])
    with pytest.raises(ValueError, match="sets no tags"):
        tag_tokens(spacy.blank("en"), gold_docs())


def test_the_page_shows_it_all_and_needs_nothing_else():
    first, second = (
        tagged(tags, [0.9] * 6) for tags in ("DT NN VBZ DT JJ VBZ", "DT NN NNS DT NN VBZ")
    )
    reports = {"ours": measure(first, TRAIN_TAGS), "theirs": measure(second, TRAIN_TAGS)}
    page = make_page(ABOUT, reports, compare(first, second, TRAIN_TAGS))
    for text in ("ours", "theirs", ">83.33<", "Unseen words", "McNemar", "macro average"):
        assert text in page
    for fact in (ABOUT["command"], ABOUT["date"], "spaCy 3.8", "en_core 1.0: lstm_tagger"):
        assert fact in page
    # First what differs, then the pipelines one by one.
    assert page.index("McNemar") < page.index("Confused tags of ours")
    assert "&lt;cat&gt;" in page
    assert "<cat>" not in page
    for outside in ("src=", 'href="http', "@import", "url(http"):
        assert outside not in page


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("xx", "ltr")])
def test_examples_have_the_language_of_the_pipeline(lang, direction):
    about = {**ABOUT, "language": lang, "direction": direction}
    page = make_page(about, {"ours": measure(tagged("DT NN NNS DT NN VBZ"))}, None)
    assert '<html lang="en">' in page
    code = {"xx": "mul"}.get(lang, lang)  # spaCy's code for several languages is not a browser's
    assert f'class="sentence" lang="{code}" dir="{direction}"' in page


def test_the_confusion_matrix_has_confused_tags_alone():
    matrix = [[9, 100, 0, 0], [1, 5, 10, 0], [0, 0, 2, 0], [0, 0, 0, 7]]
    grid = confusion_grid({"labels": ["A", "B", "C", "D"], "matrix": matrix})
    assert grid["labels"] == ["A", "B", "C"]
    assert grid["left_out"] == 0
    numbers = [[cell["n"] for cell in row] for row in grid["rows"]]
    assert numbers == [row[:3] for row in matrix[:3]]
    # 10 lies in the middle between 1 and 100, by the logarithm. What is right has no shade.
    shades = [[cell["shade"] for cell in row] for row in grid["rows"]]
    assert shades == [[0, N_SHADES, 0], [1, 0, 3], [0, 0, 0]]
    n = MAX_TAGS + 4
    pairs = [[int(abs(i - j) == 1) * (1 + (i > 4)) for j in range(n)] for i in range(n)]
    large = confusion_grid({"labels": [f"{i:02}" for i in range(n)], "matrix": pairs})
    assert (len(large["labels"]), large["left_out"]) == (MAX_TAGS, 4)
    assert "00" not in large["labels"]


def test_accuracy_by_frequency_and_length():
    report = measure(tagged("DT NN NNS DT NN VBZ"), TRAIN_TAGS)
    rows = {row["group"]: (row["n_tokens"], row["accuracy"]) for row in report["by_frequency"]}
    assert rows["0"] == (3, 1.0)
    assert rows["1"] == (0, None)
    assert rows["2 to 4"] == (3, pytest.approx(2 / 3))  # "the" 3 times, "barks" 2 times
    assert list(rows)[-1] == "100 and more"
    assert report["by_length"][0] == {
        "group": "1 to 5", "n_tokens": 6, "accuracy": pytest.approx(5 / 6)
    }  # fmt: skip


def test_worst_sentences():
    worst, *others = measure(tagged("DT NN VBZ NN VB VBZ"))["worst"]
    assert others == []
    assert (worst["n_wrong"], worst["n_tokens"]) == (2, 3)
    assert worst["words"] == [
        {"text": "the", "after": " ", "gold": "DT", "tag": "NN"},
        {"text": "<cat>", "after": " ", "gold": "NN", "tag": "VB"},
        {"text": "sleeps", "after": ""},
    ]


def many(n_sents, wrong):
    """Sentences of two tokens; in each of the last ones, both tags are wrong."""
    docs = [Doc(Vocab(), words=["a", "b"], tags=["A", "B"]) for _ in range(n_sents)]
    tags = ["A", "B"] * (n_sents - wrong) + ["C"] * (2 * wrong)
    return make_tokens(docs, tags, tag_acc=1 - wrong / n_sents)


def test_intervals_are_those_of_sentences():
    """Both tags of a sentence are right or wrong together, so that 100 sentences tell as much as
    100 tokens: the interval is about 1.96 standard deviations of a share of 100 to each side."""
    tokens = many(100, 20)
    low, high = interval(resample(tokens, {})["accuracy"])
    deviation = (0.2 * 0.8 / 100) ** 0.5
    assert low == pytest.approx(0.8 - 1.96 * deviation, abs=0.015)
    assert high == pytest.approx(0.8 + 1.96 * deviation, abs=0.015)
    assert measure(tokens)["intervals"]["accuracy"] == (low, high)  # it repeats
    assert measure(tokens)["sentence_accuracy"] == pytest.approx(0.8)
    macro_f = measure(tokens)["averages"]["macro"]["f"]
    assert resample(tokens, {})["macro_f"][0] == pytest.approx(macro_f)


def test_there_is_no_interval_without_a_difference_or_with_few_sentences():
    assert measure(many(50, 0))["intervals"]["accuracy"] is None
    assert measure(many(9, 4))["intervals"]["accuracy"] is None


def test_the_change_is_on_the_same_sentences():
    same = compare(many(50, 20), many(50, 20))["changes"]["accuracy"]
    assert same == {"value": 0.0, "interval": None}
    better = compare(many(50, 5), many(50, 20))["changes"]["accuracy"]
    assert better["value"] == pytest.approx(0.3)
    assert 0 < better["interval"][0] < 0.3 < better["interval"][1]


def test_control_characters_of_the_data_do_not_reach_the_terminal():
    nlp = by_rules("T\x1b")
    words = ["a\x1b]0;title\x07", "\u0915\u094d"]
    said = str(report({"our\x9b": nlp}, [Doc(nlp.vocab, words=words, tags=["X\r", "X"])]))
    assert not {"\x07", "\x9b", "\r", "\x1b"} & set(said)
    for text in ("a\\x1b]0;title\\x07", "our\\x9b", words[1], "T\\x1b", "X\\r"):
        assert text in said


def test_a_report_in_python():
    nlp, base = make_nlp(n_updates=40), make_nlp()
    docs = [Doc(nlp.vocab, words=text.split(), tags=gold) for text, gold in TAGGED]
    alone = report(nlp, docs, forms=True)
    assert alone.pipelines["en_pipeline"]["accuracy"] == 1
    assert str(alone).startswith("en_pipeline tags 100.00 % of 9 tokens right.")
    both = report({"own": nlp, "base": base}, docs, train=docs, about={"data": "lesson"})
    assert "points more than base" in str(both) or "may be chance" in str(both)
    assert len(str(both).splitlines()) <= 10
    assert srsly.json_loads(both.to_json())["about"]["data"] == "lesson"
    assert both._repr_html_().startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')
    with pytest.raises(ValueError, match="one or two pipelines, not 0"):
        report({}, docs)


def test_tables_for_a_paper():
    tokens = tagged("DT NN NNS DT NN VBZ", [0.9] * 6), tagged("DT NN VBZ DT JJ VBZ")
    reports = dict(zip(["A|", "B"], (measure(each, TRAIN_TAGS) for each in tokens), strict=True))
    made = Report(ABOUT, reports, compare(*tokens))
    markdown = made.to_markdown()
    assert "| NN | noun, singular or mass | 100.00 | 100.00 | 100.00 |" in markdown
    assert "| Tag | Meaning | Precision, A\\| | Recall, A\\| |" in markdown
    rows = {tuple(row[:3]): row[3] for row in csv.reader(made.to_csv().splitlines())}
    assert float(rows["overview-table", "All words", "Value, A|"]) == 5 / 6
    assert float(rows["tags", "NN", "Recall, B"]) == 0.5
    assert rows["by-length", "1 to 5", "Tokens"] == "6"
    assert rows["pairs", "NNS for VBZ", "Tokens, A|"] == "1"
    assert ("pairs", "NNS for VBZ", "Tokens, B") not in rows


@pytest.mark.parametrize(
    ("n_wrong", "change", "said"),
    [
        ((5, 20), "+30.00", "90.00 % of 100 tokens right, 30.00 points more than base (p < 0.001)"),
        ((20, 5), "-30.00", "60.00 % of 100 tokens right, 30.00 points less than base (p < 0.001)"),
        ((5, 5), "+0.00", "90.00 % of 100 tokens right. Its difference from base may be chance (p"),
    ],
)
def test_a_positive_change_means_that_the_first_is_better(n_wrong, change, said):
    tokens = [many(50, n) for n in n_wrong]
    reports = {name: measure(each) for name, each in zip(["ours", "base"], tokens, strict=True)}
    comparison = compare(*tokens)
    (overview, *_) = make_tables(reports, comparison)
    column = overview.header.index("Change from base, points")
    assert overview.rows[0][column] == change.replace("-", "\N{MINUS SIGN}")
    page = make_page(ABOUT, reports, comparison)
    assert f'<p class="verdict">ours tags {said.replace("<", "&lt;")}' in page
    ours, base = (2 * n for n in n_wrong)
    kind = "more" if ours > base else "fewer"
    share = f"{100 * abs(base - ours) / base:.0f} %"
    assert f"<b>{share}</b> {kind} errors than base: {ours}, not {base}" in page


def test_without_gold_tokens_the_tokenizer_is_measured():
    """As in `spacy evaluate`. A gold token that the pipeline does not have is wrong."""
    nlp = make_nlp(n_updates=20)
    words, gold_tags = ["The", "dog", "ate", "do-n't", "apple"], ["DET", "NN", "V", "V", "NN"]
    gold = Doc(nlp.vocab, words=words, spaces=[True] * 5, tags=gold_tags)
    assert [token.text for token in nlp.make_doc(gold.text)][3:6] == ["do", "-", "n't"]
    tokens = tag_tokens(nlp, [gold], gold_tokens=False)
    assert tokens.gold.tolist() == gold_tags
    assert [i for i, tag in enumerate(tokens.tags) if not tag] == [3]
    assert numpy.nonzero(numpy.isnan(tokens.confidence))[0].tolist() == [3]
    example = Example(nlp.make_doc(gold.text), gold)
    assert tokens.tag_acc == pytest.approx(nlp.evaluate([example])["tag_acc"])
    report = measure(tokens)
    assert report["calibration"]["n_tokens"] == 4
    assert "" not in [row["tag"] for row in report["tags"]]

    with_gold_tokens = tag_tokens(nlp, [gold])
    assert all(with_gold_tokens.tags)
    assert with_gold_tokens.tag_acc == pytest.approx(with_gold_tokens.correct.mean())
    # As in spaCy's Corpus, a Doc whose spaces are unknown keeps its tokens.
    gold.has_unknown_spaces = True
    assert all(tag_tokens(nlp, [gold], gold_tokens=False).tags)
