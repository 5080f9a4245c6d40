"""What a report says, called from Python."""

import csv
import json
import re
from math import sqrt
from pathlib import Path

import pytest
import spacy
from helpers import TAGGED, by_rules, fit
from spacy.tokens import Doc
from spacy.training import Example

pytest.importorskip("sklearn")

from spacy_lstm_tagger import report
from spacy_lstm_tagger.tools.reporting.measure import measure
from spacy_lstm_tagger.tools.reporting.tagged import TaggedToken

WORDS = [["the", "dog", "barks"], ["the", "cat", "sleeps"]]
GOLD = ["DT", "NN", "VBZ"]
# What two pipelines make of the words: an error each, and two.
GOOD = {"the": "DT", "barks": "VBZ"}
BAD = {"the": "DT"}


VOCAB = spacy.blank("en").vocab


def gold_docs(n=1, **annotation):
    return [Doc(VOCAB, words=words, tags=GOLD, **annotation) for words in WORDS] * n


def measures_of(nlp, docs, **options):
    (result,) = report(nlp, docs, **options).pipelines.values()
    return result["measures"]


def test_the_result_in_a_few_lines():
    nlp = by_rules("NN", GOOD)
    assert str(report(nlp, gold_docs())).splitlines() == [
        "xx_pipeline tags 83.33 % of 6 tokens right.",
        "",
        "accuracy          83.33 % (0.00 to 100.00)",
        "macro F           82.22 %",
        "",
        "NN instead of VBZ: 1 time, e.g. sleeps",
    ]


def test_unseen_and_ambiguous_words():
    nlp = by_rules("NN", GOOD)
    words, tags = ["the", "barks", "barks", "dog", "dog"], ["DT", "VBZ", "NNS", "NN", "NN"]
    train = [Doc(nlp.vocab, words=words, tags=tags)]
    measures = measures_of(nlp, gold_docs(), train=train)
    assert (measures["unseen words"]["value"], measures["unseen words"]["n"]) == (0.5, 2)
    assert (measures["ambiguous words"]["value"], measures["ambiguous words"]["n"]) == (1, 1)
    # A word that has no tag there is unseen, and a gap is no other tag.
    words, tags = [*words, "the", "sleeps"], [*tags, "", ""]
    train = [Doc(nlp.vocab, words=words, tags=tags)]
    assert measures_of(nlp, gold_docs(), train=train) == measures
    everything = measures_of(nlp, gold_docs(), train=gold_docs())
    assert not {"unseen words", "ambiguous words"} & set(everything)


def test_an_interval_counts_sentences():
    """Both tags of a sentence are right or wrong together, so 100 sentences tell as much as 100
    tokens."""
    nlp = by_rules("A")
    docs = [Doc(nlp.vocab, words=["a", "b"], tags=["A", "A"]) for _ in range(80)]
    docs += [Doc(nlp.vocab, words=["a", "b"], tags=["B", "B"]) for _ in range(20)]
    accuracy = measures_of(nlp, docs)["accuracy"]
    margin = 1.984 * sqrt(0.8 * 0.2 / 99)  # of the t distribution with 99 degrees of freedom
    expected = {"value": 0.8, "low": 0.8 - margin, "high": 0.8 + margin, "n": 200}
    assert accuracy == pytest.approx(expected, abs=1e-4)
    whole = Doc.from_docs(docs)
    for i, token in enumerate(whole):
        token.is_sent_start = i % 2 == 0
    assert measures_of(nlp, [whole])["accuracy"] == pytest.approx(accuracy)


def test_scores_of_each_tag():
    (result,) = report(by_rules("NN", GOOD), gold_docs()).pipelines.values()
    assert list(result["tags"]) == ["DT", "NN", "VBZ"]
    nouns = {"precision": 2 / 3, "recall": 1, "f1-score": 4 / 5, "support": 2}
    verbs = {"precision": 1, "recall": 1 / 2, "f1-score": 2 / 3, "support": 2}
    assert result["tags"]["NN"] == pytest.approx(nouns)
    assert result["tags"]["VBZ"] == pytest.approx(verbs)
    assert result["measures"]["macro F"]["value"] == pytest.approx((1 + 4 / 5 + 2 / 3) / 3)
    assert result["confusions"] == [["VBZ", "NN", 1]]


def test_calibration():
    answers = [("A", 0.95)] * 3 + [("B", 0.95), ("A", 0.65), ("B", 1.0), ("A", None)]
    tokens = [TaggedToken(1, "word", "A", tag, prob, "", "") for tag, prob in answers]
    result = measure(tokens)
    first, last = result["calibration"]
    assert first == {"from": 0.6, "probability": 0.65, "accuracy": 1, "n": 1}
    assert last == pytest.approx({"from": 0.9, "probability": 0.96, "accuracy": 3 / 5, "n": 5})
    error = result["measures"]["calibration error"]
    assert error == pytest.approx({"value": (1 * 0.35 + 5 * 0.36) / 6, "n": 6})


@pytest.mark.parametrize("factory", ["lstm_tagger", "tagger"])
def test_any_tagger_with_probabilities_has_a_calibration(factory):
    nlp = spacy.blank("en")
    nlp.add_pipe(factory)
    fit(nlp, n_updates=5)
    docs = [Doc(nlp.vocab, words=text.split(), tags=tags) for text, tags in TAGGED]
    made = report(nlp, docs)
    (result,) = made.pipelines.values()
    assert sum(row["n"] for row in result["calibration"]) == 9
    assert all(0 < row["probability"] <= 1 for row in made.errors)
    assert "calibration error" not in measures_of(by_rules("NN"), docs)


@pytest.mark.parametrize(
    ("first", "baseline", "verdict"),
    [
        (GOOD, BAD, "16.67 points more than base (p < 0.001)."),
        (BAD, GOOD, "16.67 points less than base (p < 0.001)."),
        (GOOD, GOOD, "right; the difference from base may be chance (p = 1)."),
    ],
)
def test_two_pipelines(first, baseline, verdict):
    made = report({"own": by_rules("NN", first), "base": by_rules("NN", baseline)}, gold_docs(20))
    assert str(made).splitlines()[0].startswith("own tags ")
    assert str(made).splitlines()[0].endswith(verdict)
    assert verdict.replace("<", "&lt;") in made.to_html()
    assert verdict.replace("<", "&lt;") in made.to_markdown()


def test_each_kind_of_text_is_measured():
    dogs, cats = gold_docs()
    made = report(by_rules("NN", GOOD), {"dogs": [dogs] * 3, "cats": [cats] * 3})
    (result,) = made.pipelines.values()
    assert result["kinds"]["cats"]["value"] == pytest.approx(2 / 3)
    for text in (str(made), made.to_markdown(), made.to_html()):
        assert re.search(r"cats\W.*66\.67", text, re.S)
        # All tags are right, which says nothing of how far other texts would differ.
        assert re.search(r"dogs\W.*100\.00", text, re.S)
        assert "100.00 to 100.00" not in text


def test_mcnemars_test():
    pipelines = {"own": by_rules("NN", GOOD), "base": by_rules("NN", BAD)}
    expected = {"only_first_right": 2, "only_baseline_right": 0}
    # As likely as two heads or two tails of two throws.
    assert report(pipelines, gold_docs(2)).comparison == {**expected, "p": pytest.approx(0.5)}


def rows_of(made):
    return list(csv.DictReader(made.to_csv().splitlines()))


def test_all_errors_are_a_table():
    words, spaces = ["Stop", "!", "the", "cat", "sleeps"], [False, True, True, True, False]
    tags = ["VB", ".", "DT", "NN", "VBZ"]
    sents = [True, False, True, False, False]
    docs = [Doc(VOCAB, words=words, spaces=spaces, tags=tags, sent_starts=sents), *gold_docs()]
    # Of the words that the first one gets wrong, "barks" and "sleeps" make the same confusion.
    first = by_rules("NN", {"the": "DT"})
    baseline = by_rules("NN", {"Stop": "VB", "barks": "VBZ"})
    rows = rows_of(report({"own": first, "base": baseline}, docs))
    expected = ["2", "sleeps", "VBZ", "NN", "(none)", "Stop! the cat", "(none)", "NN"]
    assert list(rows[0].values()) == expected
    short = [(row["word"], row["gold"], row["predicted"], row["baseline"]) for row in rows]
    assert short == [
        ("sleeps", "VBZ", "NN", "NN"),
        ("barks", "VBZ", "NN", "VBZ"),
        ("sleeps", "VBZ", "NN", "NN"),
        ("!", ".", "NN", "NN"),
        ("Stop", "VB", "NN", "VB"),
        ("the", "DT", "DT", "NN"),
        ("the", "DT", "DT", "NN"),
        ("the", "DT", "DT", "NN"),
    ]
    assert all(cell for row in rows for cell in row.values())
    assert [row["sentence"] for row in rows][:3] == ["2", "3", "4"]
    right = report(by_rules("NN", dict(zip(words, tags, strict=True))), docs[:1])
    assert right.to_csv() == "sentence,word,gold,predicted,probability,left,right\n"
    assert "No tag is wrong." in str(right)
    assert "No tag of xx_pipeline is wrong." in right.to_html()


def test_other_annotation_has_the_scores_of_spacy_evaluate():
    nlp = by_rules("NN", GOOD, POS="NOUN", LEMMA="be", MORPH="Number=Sing")
    gold = {
        "pos": ["DET", "NOUN", "VERB"],
        "lemmas": ["the", "dog", "be"],
        "morphs": ["", "Number=Sing", "Number=Sing"],
    }
    found = measures_of(nlp, gold_docs(**gold))
    evaluated = nlp.evaluate([Example(nlp.make_doc(d.text), d) for d in gold_docs(**gold)])
    assert found["pos_acc"]["value"] == evaluated["pos_acc"] == pytest.approx(1 / 3)
    assert found["lemma_acc"]["value"] == evaluated["lemma_acc"] == pytest.approx(1 / 3)
    assert found["morph_acc"]["value"] == evaluated["morph_acc"] > 0
    # What is wrong everywhere is named, too.
    wrong = {"pos": ["X"] * 3, "lemmas": ["x"] * 3, "morphs": ["Case=Nom"] * 3}
    found = measures_of(nlp, gold_docs(**wrong))
    assert [found[f"{name}_acc"]["value"] for name in ("pos", "lemma", "morph")] == [0, 0, 0]
    # One of both has no such annotation.
    for scores in (measures_of(nlp, gold_docs()), measures_of(by_rules("NN"), gold_docs(**gold))):
        assert set(scores) == {"accuracy", "macro F"}


def test_without_gold_tokens_the_tokenizer_is_measured():
    """A gold token that the pipeline does not have is wrong. Sentences are scored, too."""
    nlp = by_rules("NN", {"The": "DT"})
    nlp.add_pipe("sentencizer")
    words, tags = ["The", "do-n't", "apple", "."], ["DT", "NN", "NN", "NN"]
    sents = [True, False, False, False]
    gold = Doc(nlp.vocab, words=words, tags=tags, spaces=[True] * 4, sent_starts=sents)
    assert len(nlp.make_doc(gold.text)) > 4
    made = report(nlp, [gold], gold_tokens=False)
    (result,) = made.pipelines.values()
    assert result["measures"]["accuracy"]["value"] == 3 / 4
    assert result["measures"]["sents_f"]["value"] == 1
    assert [(row["word"], row["predicted"]) for row in rows_of(made)] == [("do-n't", "(none)")]
    assert "(none) instead of NN: 1 time, e.g. do-n't" in str(made)
    # As in spaCy's Corpus, a Doc whose spaces are unknown keeps its tokens.
    gold.has_unknown_spaces = True
    assert measures_of(nlp, [gold], gold_tokens=False)["accuracy"]["value"] == 1


def test_all_gold_tokens_may_be_other_tokens_than_the_tokenizer_s():
    nlp = by_rules("NN")
    words = ["do-n't", "well-known"]
    gold = Doc(nlp.vocab, words=words, tags=["NN", "NN"], spaces=[True, False])
    assert measures_of(nlp, [gold], gold_tokens=False)["accuracy"]["value"] == 0


def test_tokens_without_a_gold_tag_and_whitespace_do_not_count():
    nlp = by_rules("NN")
    doc = Doc(nlp.vocab, words=["a", "\n", "b"], tags=["NN", "_SP", ""])
    assert measures_of(nlp, [doc])["accuracy"]["n"] == 1


UNTAGGED = [Doc(VOCAB, words=["a"])]


@pytest.mark.parametrize(
    ("nlp", "docs", "options", "message"),
    [
        (by_rules("NN"), UNTAGGED, {}, "No token of the data has a gold tag"),
        (by_rules("NN"), {"news": gold_docs(), "blogs": UNTAGGED}, {}, "No token of blogs has a"),
        (by_rules("NN"), gold_docs(), {"train": UNTAGGED}, "No token of the training data has a"),
        (spacy.blank("en"), gold_docs(), {}, r"sets no tags; its components are \[\]"),
        ({}, gold_docs(), {}, "one or two pipelines, not 0"),
        ("en_lstm_web", gold_docs(), {}, "'en_lstm_web' is not a loaded pipeline. Call spacy.load"),
    ],
)
def test_what_can_not_be_reported(nlp, docs, options, message):
    with pytest.raises(ValueError, match=message):
        report(nlp, docs, **options)


def test_the_data_can_not_do_anything():
    """Not to a browser, a reader of Markdown, a spreadsheet, or a terminal."""
    words = ["<script>a()</script>", "[t](javascript:a)", "=cmd|' /C calc'!A0", "\x1b]0;t\x07"]
    tags = ["<s>", "[T](u)", "@T", "T\x9b"]
    nlp = by_rules("+1|", {"x": "X"})
    docs = [Doc(nlp.vocab, words=words, tags=tags)]
    made = report({"<i>\x1b": nlp}, docs, about={"data": "<u>"})
    page = made.to_html()
    for text in ("<script", "<s>", "<i>", "<u>"):
        assert text not in page
    markdown = made.to_markdown()
    for text in ("<script", "<s>", "<i>", "[t](", "[T](", "+1|"):
        assert text not in markdown
    assert r"+1\|" in markdown
    for row in csv.reader(made.to_csv().splitlines()[1:]):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)
    (row,) = [row for row in rows_of(made) if "calc" in row["word"]]
    assert row["word"] == "'=cmd|' /C calc'!A0"
    assert (row["gold"], row["predicted"]) == ("'@T", "'+1|")
    assert str(made).replace("\n", "").isprintable()
    assert r"instead of T\x9b: 1 time, e.g. \x1b]0;t\x07" in str(made)


def test_markdown_has_the_tables():
    made = report({'A|"': by_rules("NN", GOOD), "B": by_rules("NN", BAD)}, gold_docs())
    lines = made.to_markdown().splitlines()
    assert r'| Measure | A\|" | 95 % interval | B | 95 % interval | Instances |' in lines
    nouns = "| NN | noun, singular or mass | 66.67 | 100.00 | 80.00 | 50.00 | 100.00 | 66.67 | 2 |"
    assert nouns in lines
    assert "| NN | VBZ | 2 | sleeps, barks |" in lines
    tables = [line.count("|") for line in lines if line.startswith("|") and "\\|" not in line]
    assert set(tables) == {5, 7, 10}


def test_a_notebook_shows_the_page_and_json_has_it_all():
    about = {"data": Path("folder/dev.spacy"), "seed": 0}
    made = report({"own": by_rules("NN", GOOD)}, gold_docs(), about=about)
    assert made._repr_html_().startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')
    whole = json.loads(made.to_json())
    assert whole.keys() == vars(made).keys()
    assert whole["about"]["seed"] == "0"
    page = made.to_html()
    assert "<title>Tags of own in dev.spacy</title>" in page  # the path stands in the facts alone
    assert page.count("folder/dev.spacy") == 1
    for outside in ("src=", "href=", "@import", "url(", "<script"):
        assert outside not in page


@pytest.mark.parametrize(("lang", "code"), [("ar", "ar"), ("xx", "mul")])
def test_examples_have_the_language_of_the_pipeline(lang, code):
    nlp = spacy.blank(lang)
    nlp.add_pipe("attribute_ruler").add([[{}]], {"TAG": "NN"})
    page = report(nlp, gold_docs()).to_html()
    assert '<html lang="en">' in page
    assert f'<bdi lang="{code}">' in page


@pytest.mark.parametrize("tag", ["A\0", "accuracy", "macro avg"])
def test_a_tag_of_any_name_is_measured(tag):
    made = report(by_rules("NN"), [Doc(VOCAB, words=["a", "b"], tags=[tag, "NN"])])
    (result,) = made.pipelines.values()
    nothing = {"precision": 0, "recall": 0, "f1-score": 0, "support": 1}
    assert result["tags"][tag] == nothing
    assert result["measures"]["macro F"] == {"value": pytest.approx(1 / 3), "n": 2}
    assert "</html>" in made.to_html()
    assert made.to_markdown()


def test_names_are_shown_as_text():
    made = report({1: by_rules("NN", GOOD)}, {2: gold_docs()})
    assert made.to_markdown().startswith("1 tags 83.33 % of 6 tokens right.")
    assert "| 2 | 83.33 |" in made.to_markdown()


def test_a_letter_alone_is_not_explained():
    """`P` is a Chinese preposition in spaCy's glossary."""
    doc = Doc(VOCAB, words=["a", "b", "!"], tags=["P", "NN", "."])
    made = report(by_rules("NN"), [doc]).to_markdown()
    assert "| P |  | " in made
    assert "| NN | noun, singular or mass | " in made
    assert "| . | punctuation mark, sentence closer | " in made


FORMULAS = ["=1+1", "+1", "-1", "@SUM"]


@pytest.mark.parametrize("word", FORMULAS)
def test_no_cell_is_a_formula(word):
    (row,) = rows_of(report(by_rules("NN"), [Doc(VOCAB, words=[word], tags=["CD"])]))
    assert row["word"] == f"'{word}"
