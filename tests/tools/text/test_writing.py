"""Docs are written in each format, and what is written can be read and tagged anew."""

import io
import json

import pytest
import spacy
from helpers import ROOT, tags
from spacy.tokens import Doc
from text_samples import rows
from ud_rules import broken_rules

from spacy_lstm_tagger.tools.text import read_and_tag
from spacy_lstm_tagger.tools.text.formats.columns import COLUMNS, columns_in, columns_of
from spacy_lstm_tagger.tools.text.formats.registry import FORMATS, TAGGED, WRITABLE
from spacy_lstm_tagger.tools.text.items import RawText
from spacy_lstm_tagger.tools.text.read_and_tag import tag_file
from spacy_lstm_tagger.tools.text.tag_options import TagOptions


@pytest.fixture
def tag(english, tmp_path, monkeypatch):
    """A function that tags a text."""

    def tag(text, output_format, max_length=1000, nlp=english, **options):
        monkeypatch.setattr(nlp, "max_length", max_length)
        (tmp_path / "a.txt").write_text(text, encoding="utf8")
        output = io.BytesIO()
        options = TagOptions(output_format=output_format, **options)
        n_words = tag_file(nlp, tmp_path / "a.txt", output, options)
        return output.getvalue().decode(), n_words

    return tag


def write(name, doc, columns=None, probs=()):
    """A Doc in a format."""
    writer = WRITABLE[name](columns_in(name) if columns is None else columns)
    return writer.begin() + writer.write(RawText(1, doc.text), doc, probs) + writer.end()


def make_doc(words, **annotation):
    """A Doc of words that are written together where a word begins with +."""
    spaces = [not word.startswith("+") for word in [*words[1:], ""]]
    words = [word.removeprefix("+") for word in words]
    return Doc(spacy.blank("xx").vocab, words, spaces, **annotation)


@pytest.mark.parametrize(
    "text",
    [
        "Don't go.  Dogs'  bark\there!",
        '1 < 2 & "<s>" </s> &amp; _ # a=b|c \u2028 \u00a0 D\u00fcr\u0301 \U0001f600 \ufeffx',
    ],
)
@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_written_can_be_read_and_tagged_anew(english, read, retag, name, text):
    doc = english(text)
    words = [token.text for token in doc if not token.is_space]
    written = write(name, doc, columns_of(english, name))
    if name == "jsonl":
        found = json.loads(written)
        assert (found["text"], found["words"]) == (text, words)
        assert found["tags"] == ["X"] * len(words)
        assert found["sent_starts"][0] == 0
        return
    (found,) = read(written, f".{name}")
    assert [token.text for token in found] == words
    assert tags(found) == ["X"] * len(words)
    assert len(list(found.sents)) == len(list(doc.sents))
    assert {token.lemma_ for token in found} == {"l"}
    assert {token.pos_ for token in found} == ({""} if name == "vrt" else {"NOUN"})
    assert retag(english, f".{name}", written) == written


def test_columns_and_formats_know_each_other():
    """No format gets a column by accident."""
    has = {name: [column.name for column in columns_in(name)] for name in WRITABLE}
    assert has == {
        "conllu": ["word", "tag", "pos", "lemma", "morph", "prob"],
        "jsonl": ["word", "tag", "pos", "lemma", "morph", "prob"],
        "tsv": ["word", "tag", "pos", "lemma", "prob"],
        "vrt": ["word", "tag", "lemma"],
    }
    assert {name for column in COLUMNS for name in column.formats.split()} == {*WRITABLE}
    assert {*has["conllu"]} == {*WRITABLE["conllu"]().places, "prob"}
    assert list(TAGGED) == ["conllu", "tsv", "vrt", "slash"]
    assert all(name == found.name and found.suffixes for name, found in FORMATS.items())
    assert all(f".{name}" in found.suffixes for name, found in WRITABLE.items())


def test_features_and_noun_chunks_in_json_lines(english):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "the"}]], {"TAG": "DT", "POS": "DET"})
    ruler.add([[{"LOWER": "dog"}]], {"TAG": "NN", "POS": "NOUN", "MORPH": "Number=Sing|Case=Nom"})
    nlp.add_pipe("noun_chunker")
    doc = nlp("see  the dog and the dog")
    found = json.loads(write("jsonl", doc, columns_of(nlp, "jsonl")))
    assert [found["words"][start:end] for start, end in found["chunks"]] == [["the", "dog"]] * 2
    assert found["morph"] == ["", "", "Case=Nom|Number=Sing", "", "", "Case=Nom|Number=Sing"]
    # Neither a pipeline without a chunker has chunks, nor words without parts of speech.
    tagger = spacy.blank("xx")
    tagger.add_pipe("tagger")
    without = json.loads(write("jsonl", english("A dog"), columns_of(tagger, "jsonl")))
    assert not {"chunks", "morph", "pos"} & set(without)
    assert "chunks" not in json.loads(write("jsonl", nlp("see")))


def test_features_are_sorted_without_case():
    morph = "NumType=Card|Number=Sing|Case=Nom,Acc|number=X"
    written = rows(write("conllu", make_doc(["one"], morphs=[morph])))
    assert written[0][5] == "Case=Acc,Nom|Number=Sing|number=X|NumType=Card"


def test_labels_and_words_with_white_space_stay_in_their_cells():
    doc = make_doc(["a\tb", "c"], tags=["X\tY", "Z\n"], lemmas=["a\tb", "c\r\n"])
    assert [row[1:5] for row in rows(write("conllu", doc))] == [
        ["a b", "a b", "_", "X_Y"],
        ["c", "c", "_", "Z"],
    ]
    assert rows(write("tsv", doc))[1:] == [["a b", "X Y", "", "a b", ""], ["c", "Z", "", "c", ""]]


@pytest.mark.parametrize(
    ("words", "ranges"),
    [
        ("I +'m sure .", ["1-2 I'm"]),
        ("They do +n't know , I can +not +?", ["2-3 don't", "7-8 cannot"]),
        ("They +'re +gon +na go", ["1-4 They'regonna"]),
        ("the U.S. +'s end", ["2-3 U.S.'s"]),
        ("it +\u2019s a well +- +known 10 +km +- +run", ["1-2 it\u2019s"]),
        ("( +he +) said : +' +so +' +. no +'' \u2764\ufe0f +so", []),
        ("\u03c3 +\u03c4\u03bf l' +ami 5 +km +\u00b2", ["1-2 \u03c3\u03c4\u03bf"]),
        (
            "\u0b85\u0bb5\u0bb0\u0bcd +\u0b89\u0bae\u0bcd",
            ["1-2 \u0b85\u0bb5\u0bb0\u0bcd\u0b89\u0bae\u0bcd"],
        ),
        # Chinese, Japanese and Thai have no spaces between words.
        ("\u4ed6 +\u662f \u79c1 +\u306f \u0e09\u0e31\u0e19 +\u0e44\u0e1b", []),
    ],
)
def test_words_that_are_written_together_have_ranges(words, ranges):
    written = write("conllu", make_doc(words.split()))
    assert [" ".join(row[:2]) for row in rows(written) if "-" in row[0]] == ranges
    assert list(broken_rules(written)) == []


def test_the_apostrophe_of_a_possessive_is_in_a_range_and_a_quotation_mark_is_not():
    doc = make_doc(["dogs", "+'", "'", "+dogs", "+'"], tags=["NNS", "POS", "``", "NNS", "''"])
    assert [row[0] for row in rows(write("conllu", doc)) if "-" in row[0]] == ["1-2"]


def test_ids_of_the_pieces_of_a_long_text_are_unique(tag):
    text, _ = tag("They are waiting. Don't go! " * 20, "conllu", 100)
    ids = [line for line in text.splitlines() if line.startswith("# sent_id")]
    assert len(set(ids)) == len(ids) >= 40
    assert list(broken_rules(text)) == []


def test_vrt_is_a_word_a_tag_and_a_lemma_on_each_line(tag):
    text, _ = tag("Dogs run. R&D is < fun\n\nYes.\n", "vrt")
    assert text.replace("\tX\tl", "").split() == [
        *("<p>", "<s>", "Dogs", "run", ".", "</s>"),
        *("<s>", "R&amp;D", "is", "&lt;", "fun", "</s>", "</p>"),
        *("<p>", "<s>", "Yes", ".", "</s>", "</p>"),
    ]
    assert "R&amp;D\tX\tl\n" in text


def test_the_pieces_of_a_long_text_are_one_paragraph(tag):
    text, n_words = tag("one two three four\nfive\n", "vrt", 9)
    assert text.count("<p>") == text.count("</p>") == 2
    assert n_words == text.count("\tX\tl\n") == 5


def test_a_text_that_is_longer_than_a_batch(tag, monkeypatch):
    monkeypatch.setattr(read_and_tag, "BATCH_CHARACTERS", 10)
    text, n_words = tag("The dog ate the apple\ndogs\n", "tsv")
    assert n_words == 6
    assert "apple\tX\t" in text


def test_a_page_of_text_keeps_the_rules_of_conllu(web, tag):
    texts = (ROOT / "corpus/lesson.txt", ROOT / "pipelines/tests/page.txt", ROOT / "LICENSE")
    page = "\n".join(path.read_text(encoding="utf8") for path in texts)
    text, n_words = tag(page, "conllu", web.max_length, web, probs=True)
    assert n_words > 1000
    assert list(broken_rules(text)) == []


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
    text = write("conllu", doc)
    assert list(broken_rules(text)) == []
    assert old in text
    assert any(rule in broken for broken in broken_rules(text.replace(old, new)))
