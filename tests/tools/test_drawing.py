import re
import sys
from html import unescape
from types import SimpleNamespace
from typing import NamedTuple

import numpy
import pytest
import spacy
from spacy.tokens import Doc

from spacy_lstm_tagger import render
from spacy_lstm_tagger.pipeline.log_probs import set_log_probs

MARK = r'<mark title="(.*?)" style="background: (.*?); color: (.*?);.*?>(.*?)<span.*?>(.*?)</span>'
SURE = "rgb(128 128 128 / 12%)"


class Mark(NamedTuple):
    title: str
    background: str
    ink: str
    text: str
    label: str


def marks(html):
    """What is drawn for each token."""
    return [Mark(*map(unescape, found)) for found in re.findall(MARK, html)]


def make_doc(probs, words=("fruit", "flies"), tags=("NN", "NNS"), labels=("NN", "NNS", "VBZ")):
    """A Doc with probabilities: a row for each token, a column for each label."""
    doc = Doc(spacy.blank("en").vocab, words=words, tags=tags)
    with numpy.errstate(divide="ignore"):
        set_log_probs(doc, numpy.log(numpy.array(probs)), labels)
    return doc


@pytest.fixture
def doc():
    return make_doc([[0.98, 0.02, 0], [0.01, 0.6, 0.39]])


def test_a_sure_token_has_one_tag_and_a_doubtful_one_has_two(doc):
    """The title has the best tags and their meaning."""
    fruit, flies = marks(render(doc))
    title = "NN 98.0% noun, singular or mass\nNNS 2.0% noun, plural"
    assert fruit == (title, SURE, "inherit", "fruit", "NN")
    assert (flies.text, flies.label) == ("flies", "NNS 60%<br>VBZ 39%")
    assert flies.background != SURE
    assert flies.title.splitlines() == [
        "NNS 60.0% noun, plural",
        "VBZ 39.0% verb, 3rd person singular present",
        "NN 1.0% noun, singular or mass",
    ]


def test_less_probable_tags_have_other_colours():
    probs = (1, 0.91, 0.89, 0.71, 0.69, 0.51, 0.49, 0)
    rows = [[prob, 1 - prob] for prob in probs]
    doc = make_doc(rows, words=["a"] * 8, tags=["X"] * 8, labels=["X", "Y"])
    colors = [mark.background for mark in marks(render(doc))]
    assert colors[0::2] == colors[1::2]
    assert len(set(colors)) == 4


def test_a_tag_that_the_lexicon_does_not_allow():
    doc = make_doc([[0, 1]], words=["flies"], tags=["NN"], labels=["NN", "NNS"])
    (mark,) = marks(render(doc))
    assert mark.label == "NN 0%<br>NNS 100%"
    assert mark.title == "NNS 100.0% noun, plural"


def test_a_doc_without_probabilities():
    doc = Doc(spacy.blank("en").vocab, words=["fruit", "flies"], tags=["NN", "<?>"])
    fruit, flies = marks(render(doc))
    assert fruit == ("noun, singular or mass", SURE, "inherit", "fruit", "NN")
    assert flies == ("", SURE, "inherit", "flies", "<?>")
    assert "<?>" not in render(doc)


def test_text_has_its_own_spaces():
    words = ["I", "do", "n't", "<b>", "\n", "know", "."]
    spaces = [True, False, True, False, False, False, False]
    tags = ["PRP", "VBP", "RB", "", "_SP", "VB", "."]
    doc = Doc(spacy.blank("en").vocab, words=words, spaces=spaces, tags=tags)
    html = render(doc)
    assert [mark.text for mark in marks(html)] == ["I", "do", "n't", "know", "."]
    without_labels = re.sub("<span.*?</span>", "", html).replace("<br>", "\n")
    assert unescape(re.sub("<.*?>", "", without_labels)).strip() == doc.text


def test_spans_and_several_docs(doc):
    (flies,) = marks(render(doc[1:]))
    assert flies == marks(render(doc))[1]
    assert marks(render([doc, doc[1:]])) == [*marks(render(doc)), flies]
    assert marks(render(doc[:0])) == []


def test_options_are_those_of_displacy(doc):
    fruit, flies = marks(render(doc, options={"colors": {"NNS": "#ffd"}}))
    assert fruit.background == SURE
    assert (flies.background, flies.ink) == ("#ffd", "black")
    (only,) = marks(render(doc, options={"ents": ["NN"]}))
    assert only == fruit
    assert "flies" in render(doc, options={"ents": ["NN"]})
    html = render(doc, options={"template": "[{text}/{label}]"})
    assert "[fruit/NN] [flies/NNS 60%<br>VBZ 39%]" in html


def test_a_page_has_the_language_and_the_title_of_the_text(doc):
    doc.user_data["title"] = "Fruit & flies"
    page = render(doc, page=True)
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in page
    assert ">Fruit &amp; flies</h2>" in page
    assert "\n" in page
    assert "\n" not in render(doc, page=True, minify=True)
    arabic = Doc(spacy.blank("ar").vocab, words=["a"], tags=["X"])
    assert "direction: rtl" in render(arabic)
    doc.user_data["title"] = 5
    assert ">5</h2>" in render(doc)


def test_a_notebook_shows_the_drawing(doc, monkeypatch):
    shown = []
    ipython = SimpleNamespace(HTML=str, display=shown.append)
    # spaCy 3.8.7 imports the second.
    for module in ("IPython.display", "IPython.core.display"):
        monkeypatch.setitem(sys.modules, module, ipython)
    assert render(doc, jupyter=True) is None
    assert marks(shown[0]) == marks(render(doc))


def test_what_is_no_text(doc):
    with pytest.raises(ValueError, match=r"\[E096\]"):
        render([doc, "fruit flies"])
