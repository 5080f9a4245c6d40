"""White space and sentences."""

import pytest
import spacy
from helpers import ROOT, WEB
from spacy import attrs
from spacy.tokens import Doc
from thinc.api import Config

PATTERNS = Config().from_disk(ROOT / "pipelines/en_lstm_web.cfg", interpolate=False)
PATTERNS = PATTERNS["initialize"]["components"]["attribute_ruler"]["patterns"]


@pytest.fixture(scope="module")
def nlp():
    """A pipeline in which each word after a full stop begins a sentence, and so does white space,
    as for a senter that has seen none."""
    nlp = spacy.blank("xx")

    @spacy.Language.component("starts")
    def starts(doc):
        for token in doc:
            token.is_sent_start = token.is_space or token.i == 0 or doc[token.i - 1].is_space
            if token.i and doc[token.i - 1].text == ".":
                token.is_sent_start = True
        return doc

    nlp.add_pipe("starts")
    ruler = nlp.add_pipe("space_ruler", name="attribute_ruler")
    ruler.add_patterns(PATTERNS)
    return nlp


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\nHello there.\n\nHow are you?", ["\n\nHello there.\n\n", "How are you?"]),
        ("  Hello there.", ["  Hello there."]),
        ("\t Hello.", ["\t Hello."]),
        ("Hello there. \n\nHow are you?", ["Hello there. \n\n", "How are you?"]),
        ("He is No. 1! Hello. 2 of us.", ["He is No. 1! Hello.", "2 of us."]),
        ("Nos. 4 and 5. No. One.", ["Nos. 4 and 5.", "No.", "One."]),
        (" \n\n ", [" \n\n "]),
        ("", []),
    ],
)
def test_sentences(nlp, text, expected):
    assert [sent.text for sent in nlp(text).sents] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Hello there.\nHow are you?",
        'He said: "Stop!"  \n I did.',
        "Stop\nit.",
        " It rained. \n We left.",
    ],
)
def test_a_sentencizer_finds_as_many_sentences(text):
    """It puts a start on white space behind a full stop."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    expected = [sent.text.strip() for sent in nlp(text).sents]
    nlp.add_pipe("space_ruler").add_patterns(PATTERNS)
    doc = nlp(text)
    assert [sent.text.strip() for sent in doc.sents] == expected
    assert not any(token.is_sent_start for token in doc[1:] if token.is_space)


def test_sentences_of_a_parser_stay():
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("space_ruler")
    ruler.add([[{"IS_SPACE": True}]], {"POS": "SPACE"})
    words = ["\n", "I", "see"]
    doc = ruler(Doc(nlp.vocab, words, heads=[0, 2, 2], deps=["ROOT", "nsubj", "ROOT"]))
    assert [sent.text for sent in doc.sents] == ["\n", "I see"]
    assert [token.pos_ for token in doc] == ["SPACE", "", ""]


def test_white_space_has_its_part_of_speech(nlp):
    assert [token.pos_ for token in nlp("\n a")] == ["SPACE", ""]


def test_without_sentences_none_are_set():
    nlp = spacy.blank("xx")
    nlp.add_pipe("space_ruler").add([[{"IS_SPACE": True}]], {"POS": "SPACE"})
    assert not nlp("  a b").has_annotation("SENT_START")


@pytest.mark.parametrize("text", ["Yes\n", " Yes", "Hi  ", "Yes", " ", "", "\n\nYes\n"])
@pytest.mark.parametrize("line_breaks", [False, True])
def test_a_word_with_white_space_is_a_sentence(nlp, monkeypatch, text, line_breaks):
    monkeypatch.setattr(nlp.get_pipe("attribute_ruler"), "line_breaks", line_breaks)
    doc = nlp(text)
    assert [sent.text for sent in doc.sents] == [doc.text] * bool(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Milk\nTwo eggs", ["Milk\n", "Two eggs"]),
        ("Milk \r\n Two eggs\r", ["Milk \r\n ", "Two eggs\r"]),
        ("Milk\n\nTwo eggs. Tea\n", ["Milk\n\n", "Two eggs.", "Tea\n"]),
        ("\n Milk\n\t\nTea", ["\n Milk\n\t\n", "Tea"]),
        ("\n", ["\n"]),
        ("Milk\u2028Two eggs\x0b Tea", ["Milk\u2028", "Two eggs\x0b ", "Tea"]),
    ],
)
def test_line_breaks_end_sentences(nlp, text, expected):
    ruler = spacy.blank("xx").add_pipe("space_ruler", config={"line_breaks": True})
    ruler.add_patterns(PATTERNS)
    assert [sent.text for sent in ruler(nlp(text)).sents] == expected


def test_the_setting_is_saved_with_the_pipeline(tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("space_ruler", config={"line_breaks": True}).add_patterns(PATTERNS)
    nlp.to_disk(tmp_path)
    assert [sent.text for sent in spacy.load(tmp_path)("Milk\nTea").sents] == ["Milk\n", "Tea"]


@pytest.mark.parametrize(
    ("tag", "morph"), [("TAG", "MORPH"), ("tag", "morph"), (attrs.TAG, attrs.MORPH)]
)
def test_a_doc_of_another_vocab(tag, morph):
    """spaCy's ruler raises E084."""
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("space_ruler")
    values = {tag: "own", "LEMMA": "dog", "POS": "NOUN", morph: "Number=Plur"}
    ruler.add([[{"LOWER": "dogs"}]], values)
    (token,) = ruler(spacy.blank("xx").make_doc("dogs"))
    assert [token.tag_, token.lemma_, token.pos_] == ["own", "dog", "NOUN"]
    assert str(token.morph) == "Number=Plur"


def test_given_sentences(nlp):
    doc = Doc(nlp.vocab, words=["\n", "a", "b"], sent_starts=[True, True, False])
    assert [sent.text for sent in nlp.get_pipe("attribute_ruler")(doc).sents] == ["\n a b"]


def test_a_given_sentence_may_begin_with_white_space(web):
    words = ["I", "saw", "it", ".", "\n", "we", "went", "home"]
    doc = web(Doc(web.vocab, words, sent_starts=[i in (0, 4) for i in range(8)]))
    assert [sent.text for sent in doc.sents] == ["I saw it . \n", "we went home"]


def test_each_line_of_the_trained_pipeline(web):
    text = "Milk\nTwo eggs. Some tea\nCall Anna\n"
    lines = spacy.load(WEB, config={"components.attribute_ruler.line_breaks": True})
    expected = ["Milk\n", "Two eggs.", "Some tea\n", "Call Anna\n"]
    assert [sent.text for sent in lines(text).sents] == expected
    assert len(list(web("Milk\nand tea").sents)) == 1


def test_emoji_of_the_trained_pipeline(web):
    doc = web("Great job 👍👍 See you in the 🇺🇸 ❤️ ♥ ok")
    emoji = [token for token in doc if not token.text.isascii()]
    assert len(emoji) == 7
    assert {(token.tag_, token.pos_, token.lemma_ == token.text) for token in emoji} == {
        ("NFP", "SYM", True)
    }
    assert [chunk.text for chunk in doc.noun_chunks][:2] == ["Great job", "you"]
