"""CoNLL-U keeps the rules of Universal Dependencies."""

import io

import pytest
import spacy
from helpers import ROOT
from spacy.tokens import Doc
from ud_rules import broken_rules

from spacy_lstm_tagger.tools.text.conllu import CoNLLUWriter
from spacy_lstm_tagger.tools.text.lines import LinePart
from spacy_lstm_tagger.tools.text.raw_text import RawText, split_texts
from spacy_lstm_tagger.tools.text.read_and_tag import TagOptions, tag_texts
from spacy_lstm_tagger.tools.text.write_tagged import OutputFormat

COLUMNS = ["word", "tag", "pos", "lemma"]


@pytest.fixture(scope="module")
def web():
    (path,) = (ROOT / "pipelines/en_lstm_web/en_lstm_web").glob("en_lstm_web-*")
    return spacy.load(path)


def write(doc, **options):
    return CoNLLUWriter(COLUMNS, **options).write(RawText(1, doc.text), doc, [])


def rows(text):
    return [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]


def make_doc(words, **annotation):
    """A Doc of words that are written together where a word begins with +."""
    spaces = [not word.startswith("+") for word in [*words[1:], ""]]
    return Doc(
        spacy.blank("xx").vocab, [word.removeprefix("+") for word in words], spaces, **annotation
    )


def test_features_are_sorted_without_case():
    morph = "NumType=Card|Number=Sing|Case=Nom,Acc|number=X"
    doc = make_doc(["one"], morphs=[morph])
    assert rows(write(doc))[0][5] == "Case=Acc,Nom|Number=Sing|number=X|NumType=Card"


@pytest.mark.parametrize(
    ("words", "ranges"),
    [
        ("I +'m sure .", ["1-2 I'm"]),
        ("They do +n't know , I can +not +?", ["2-3 don't", "7-8 cannot"]),
        ("They +'re +gon +na go", ["1-4 They'regonna"]),
        ("the U.S. +'s end", ["2-3 U.S.'s"]),
        ("it +\u2019s a well +- +known 10 +km +- +run", ["1-2 it\u2019s"]),
        ("( +he +) said : +' +so +' +.", []),
    ],
)
def test_contractions_have_ranges_as_in_uds_treebanks_of_english(words, ranges):
    doc = make_doc(words.split())
    found = [" ".join(row[:2]) for row in rows(write(doc, ranges=True)) if "-" in row[0]]
    assert found == ranges
    assert list(broken_rules(write(doc, ranges=True))) == []
    assert not any("-" in row[0] for row in rows(write(doc)))


def test_the_apostrophe_of_a_possessive_is_in_a_range_and_a_quotation_mark_is_not():
    doc = make_doc(["dogs", "+'", "'", "+dogs", "+'"], tags=["NNS", "POS", "``", "NNS", "''"])
    found = [row[0] for row in rows(write(doc, ranges=True)) if "-" in row[0]]
    assert found == ["1-2"]


def test_ids_of_the_pieces_of_a_long_text_are_unique(web):
    line = LinePart(1, "They are waiting. Don't go! " * 20, True)
    output = io.BytesIO()
    options = TagOptions(output_format=OutputFormat.conllu)
    tag_texts(web, split_texts([line], ROOT / "book.txt", 100), output, options)
    text = output.getvalue().decode()
    ids = [line for line in text.splitlines() if line.startswith("# sent_id")]
    assert len(set(ids)) == len(ids) >= 40
    assert list(broken_rules(text)) == []


def test_labels_and_words_with_white_space_stay_in_their_cells():
    doc = make_doc(["a\tb", "c"], tags=["X\tY", "Z\n"], lemmas=["a\tb", "c\r\n"])
    assert [row[1:5] for row in rows(write(doc))] == [
        ["a b", "a b", "_", "X_Y"],
        ["c", "c", "_", "Z"],
    ]


def test_a_page_of_text_keeps_the_rules(web):
    texts = (ROOT / "corpus/lesson.txt", ROOT / "pipelines/tests/page.txt", ROOT / "LICENSE")
    lines = [line for path in texts for line in path.read_text(encoding="utf8").splitlines()]
    output = io.BytesIO()
    raw = [RawText(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    n_words = tag_texts(web, raw, output, TagOptions(output_format=OutputFormat.conllu, probs=True))
    assert n_words > 1000
    assert list(broken_rules(output.getvalue().decode())) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("# sent_id = 1.2", "# sent_id = 1.1", "sent_id '1.1'"),
        ("Case=Nom|Number=Sing", "Number=Sing|Case=Nom", "is not sorted"),
        ("\tPRON\t", "\tPRONOUN\t", "part of speech 'PRONOUN'"),
        ("\tPRP\t", "\tP RP\t", "white space in 'P RP'"),
        ("\tPRP\t", "\tP\tRP\t", "columns of"),
        ("1-2\tI'm", "1-4\tI'm", "range up to 4"),
        ("SpaceAfter=No", "_", "but its words are"),
        ("\n\n", "\n", "no empty line"),
    ],
)
def test_a_file_that_breaks_a_rule(old, new, rule):
    doc = make_doc(
        ["I", "+'m", "+.", "No"],
        tags=["PRP", "VBP", ".", "UH"],
        pos=["PRON", "AUX", "PUNCT", "INTJ"],
        morphs=["Case=Nom|Number=Sing", "", "", ""],
        sent_starts=[True, False, False, True],
    )
    text = write(doc, ranges=True)
    assert list(broken_rules(text)) == []
    assert old in text
    assert any(rule in broken for broken in broken_rules(text.replace(old, new)))
