import random

import pytest
import spacy
import srsly
from helpers import by_rules, make_nlp, run_command
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.tools.report import measure_forms, tag_tokens
from spacy_lstm_tagger.tools.report.forms import FORMS

WORDS = ["the", "dog", "sees", "dogs", "."]
GOLD = ["DT", "NN", "VBZ", "NNS", "."]


@pytest.fixture
def nlp():
    """A pipeline that knows its words in lower case alone, and of others only the full stop."""
    return by_rules("NN", zip(WORDS, GOLD, strict=True))


def gold_docs(nlp, n=1):
    spaces = [True, True, True, False, True]
    return [Doc(nlp.vocab, words=WORDS, spaces=spaces, tags=GOLD) for _ in range(n)]


@pytest.mark.parametrize(("form", "text"), [("spaces", " "), ("line breaks", "\n")])
def test_white_space_is_as_the_tokenizer_makes_it(form, text):
    nlp = spacy.blank("en")
    doc = nlp("one two three four, five six seven eight nine ten. " * 20)
    spaced = FORMS[form](doc, random.Random(0).random)
    inserted = [token for token in spaced if token.is_space]
    assert {token.text for token in inserted} == {text}
    assert 5 < len(inserted) < 40  # a tenth of 200
    assert [token.text for token in nlp(spaced.text)] == [token.text for token in spaced]
    words = [token.text for token in spaced if not token.is_space]
    assert words == [token.text for token in doc]


def test_accuracy_and_changed_tags_of_each_form(nlp):
    docs = gold_docs(nlp, n=100)
    rows = {row.pop("form"): row for row in measure_forms(nlp, docs, tag_tokens(nlp, docs))}
    assert list(rows) == ["as is", *FORMS]
    # In capitals, all but "dog" and "." lose their tags; white space changes no word.
    right, wrong = {"accuracy": 1.0, "changed": 0.0}, {"accuracy": 0.4, "changed": 0.6}
    for form, expected in {
        "as is": right,
        "lower case": right,
        "upper case": wrong,
        "title case": wrong,
        "spaces": right,
        "line breaks": right,
    }.items():
        assert rows[form] == pytest.approx(expected)
    # About a tenth of "sees" and "dogs", but where the two letters are the same.
    assert 0.01 < rows["letters swapped"]["changed"] < 0.06
    assert rows["letters swapped"]["accuracy"] == 1 - rows["letters swapped"]["changed"]


def test_forms_repeat(nlp):
    docs = gold_docs(nlp, n=50)
    as_is = tag_tokens(nlp, docs)
    assert measure_forms(nlp, docs, as_is) == measure_forms(nlp, docs, as_is)
    assert measure_forms(nlp, docs, as_is) != measure_forms(nlp, docs, as_is, seed=1)


def test_words_without_a_gold_tag_are_left_out(nlp):
    docs = gold_docs(nlp)
    docs += [Doc(nlp.vocab, words=["See", " ", "dogs"], tags=["", "_SP", "NNS"])]
    rows = measure_forms(nlp, docs, tag_tokens(nlp, docs))
    assert rows[2]["form"] == "upper case"
    assert rows[2]["accuracy"] == pytest.approx(2 / 6)


def test_report_tags_shows_forms(tmp_path):
    make_nlp(n_updates=2).to_disk(tmp_path / "pipeline")
    DocBin(docs=gold_docs(spacy.blank("en"), n=3)).to_disk(tmp_path / "dev.spacy")
    args = ["pipeline", "dev.spacy", "--html", "page.html", "--json", "r.json", "-e", 0, "--forms"]
    done = run_command("report-tags", *args, cwd=tmp_path)
    assert done.exit_code == 0, done.output
    page, whole = (tmp_path / "page.html").read_text(), srsly.read_json(tmp_path / "r.json")
    assert "--examples 0 --forms" in whole["about"]["command"]
    (report,) = whole["pipelines"].values()
    assert [row["form"] for row in report["forms"]] == ["as is", *FORMS]
    for row in report["forms"]:
        assert f">{row['form']}</th>" in page
    assert report["forms"][0]["accuracy"] == report["accuracy"]
