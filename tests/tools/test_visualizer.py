import json
import math
import sys
from math import exp
from types import SimpleNamespace

import pytest
import spacy
from helpers import make_nlp
from spacy.tokens import Doc

from spacy_lstm_tagger.tools.visualizer import SHADES, UNKNOWN, parse_tags, render, shade


@pytest.fixture(scope="module")
def doc():
    return make_nlp(n_updates=20, log_probs=True)("The dog ate\nthat <b>")


def words(*pairs, **settings):
    """A text as a dict, from words and the probabilities of their tags."""
    return {
        "words": [{"text": text, "tag": "NN", "prob": prob} for text, prob in pairs],
        "settings": settings,
    }


def test_each_token_has_its_tag_and_a_shade(doc):
    html = render(doc)
    for token in doc:
        if not token.is_space:
            assert f">{token.tag_}</b>" in html
    n_tokens = len([token for token in doc if not token.is_space])
    assert html.count("<details") == html.count("</b>") == n_tokens
    assert "&lt;" in html
    assert "<b>\n" not in html


def test_the_best_tags_are_told(doc):
    html = render(doc[:1])
    for tag, log_prob in doc[0]._.best_tags(3):
        assert f"{tag} {100 * exp(log_prob):.1f} %" in html
    assert render(doc[:1], options={"k": 1}).count(" %</div>") == 1


def test_each_doubt_has_a_shade_and_a_line_of_its_own():
    drawn = [shade({"prob": prob}) for prob in (1.0, 0.99, 0.95, 0.9, 0.8, 0.6, 0.4, 0.0)]
    assert [SHADES.index(each) for each in drawn] == [0, 0, 1, 1, 2, 3, 4, 4]
    sure, doubtful = SHADES[:2], SHADES[2:]
    assert {each.ink for each in sure} == {"inherit"}  # in light and in dark surroundings
    assert {each.line for each in doubtful} == {"dotted", "dashed", "double"}
    assert shade({}) == UNKNOWN


def test_a_tag_is_explained():
    word = {"text": "waits", "tag": "VBZ", "gold": "NNS", "best": [["<no tag>", 0.4]]}
    html = render({"words": [word]}, manual=True)
    assert 'title="verb, 3rd person singular present">VBZ<' in html
    assert 'title="noun, plural">\u2717 gold NNS<' in html
    assert "<div>&lt;no tag&gt; 40.0 %</div>" in html


@pytest.mark.parametrize(
    ("title", "name"), [(None, "Tags of one two"), ("A &", "A &amp;"), ("", "Tags of one two")]
)
def test_a_page_has_a_name(title, name):
    text = {**words(("one", 0.9), ("two", 0.9)), "title": title}
    page = render([text], manual=True, page=True)
    assert f"<title>{name}</title>" in page
    assert page.count(f">{name}</h") == 1
    assert "<title>Tags</title>" in render([words()], manual=True, page=True)


def test_a_legend_explains_the_shades(doc):
    html = render(doc)
    for each in SHADES:
        assert each.legend in html
    assert UNKNOWN.legend not in html
    assert "Select a word" in html
    assert "Select a word" not in render(words(("a", 0.9)), manual=True)


def test_any_tagged_doc_can_be_drawn():
    nlp = spacy.blank("ar")
    docs = [Doc(nlp.vocab, words=["a", "b"], tags=["X", "Y"]), Doc(nlp.vocab)]
    with pytest.warns(UserWarning, match="no probabilities.*log_probs = true"):
        html = render(docs)
    assert html.count('lang="ar" dir="rtl"') == 2
    assert ">X</b>" in html
    assert UNKNOWN.legend in html
    assert SHADES[0].legend not in html


def test_options(doc):
    gold = Doc(
        doc.vocab, words=["The", "dog", "ate", "that", "<b>"], tags=["DET", "XX", "", "", ""]
    )
    html = render(doc, options={"gold": gold, "colors": {"DET": "#ffffdd"}})
    assert html.count("gold XX") == 1
    assert "gold DET" not in html  # it is the tag
    assert "background: #ffffdd" in html
    other = Doc(doc.vocab, words=["a"], tags=["X"], pos=["NOUN"])
    with pytest.warns(UserWarning, match="no probabilities"):
        assert "NOUN" in render(other, options={"pos": True})
    with pytest.raises(ValueError, match=r"'a ' is not the text"):
        render(doc, options={"gold": other})
    with pytest.raises(ValueError, match="2 texts to draw, but 1 with gold"):
        render([doc, doc], options={"gold": gold})
    with pytest.raises(ValueError, match="no option color; there are colors, "):
        render(doc, options={"color": {}})


def test_a_gold_token_that_the_text_has_in_two(doc):
    gold = Doc(doc.vocab, words=["The", "dog", "atethat", "<b>"], tags=["X", "X", "Y", "X"])
    parsed = parse_tags(doc, {"gold": gold})
    assert [word.get("gold") for word in parsed["words"]][:4] == ["X", "X", None, None]


def test_manual_draws_what_was_parsed(doc):
    parsed = parse_tags(doc)
    assert parsed == json.loads(json.dumps(parsed))
    assert [word["text"] for word in parsed["words"]][:3] == ["The", "dog", "ate"]
    assert render(parsed, manual=True) == render(doc)
    with pytest.raises(ValueError, match="dicts with manual=True"):
        render(parsed)
    with pytest.raises(ValueError, match="give dicts"):
        render(doc, manual=True)
    with pytest.raises(ValueError, match=r"keys \['ents'\]"):
        render({"ents": []}, manual=True)


WORD = {"text": "The", "tag": "DT"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ({"words": [WORD, {**WORD, "prob": math.nan}]}, r"\[1\]\['prob'\] = nan.* from 0 to 1"),
        ({"words": [{**WORD, "best": [["NN"]]}]}, r"words\[0\]\['best'\] = .* a list"),
        ({"words": [{**WORD, "best": [["NN", "1"]]}]}, r"words\[0\]\['best'\] = .* a list"),
        ({"words": ["The"]}, r"words\[0\] = 'The': it has to be a dict, as in"),
        ({"words": "The"}, "has to be like"),
        ({"words": [{"text": "The"}]}, r"words\[0\]\['tag'\] = None: it has to be a string"),
        ({"words": [{**WORD, "gold": 5}]}, r"words\[0\]\['gold'\] = 5: .* a string or None"),
        ({"words": [WORD], "settings": None}, "settings = None: it has to be a dict"),
        ({"words": [WORD], "title": 5}, "title = 5: it has to be a string or None"),
    ],
)
def test_a_dict_that_can_not_be_drawn_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        render(text, manual=True)


def test_what_is_none_is_not_drawn():
    nothing = dict.fromkeys(["prob", "best", "pos", "gold"])
    assert "None" not in render({"words": [{**WORD, **nothing}]}, manual=True)


def test_a_page_stands_alone(doc):
    page = render([doc, doc[:2]], page=True)
    assert page.startswith("<!DOCTYPE html>")
    assert page.count('class="tags"') == 2
    assert "src=" not in page


def test_a_notebook_shows_it(doc, monkeypatch):
    shown = []
    ipython = SimpleNamespace(HTML=str, display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython)
    assert render(doc, jupyter=True) is None
    assert shown == [render(doc)]
