import subprocess
import sys
from types import SimpleNamespace

import pytest
import spacy
from helpers import make_nlp
from spacy.tokens import Doc

from spacy_lstm_tagger.visualizer import color, render


@pytest.fixture(scope="module")
def doc():
    return make_nlp(n_updates=20, log_probs=True)("The dog ate\nthat <b>")


def test_each_token_has_its_tag_and_a_colour(doc):
    html = render(doc)
    for token in doc:
        if not token.is_space:
            assert f"{token.tag_}</b>" in html
    assert html.count("<span") == len([token for token in doc if not token.is_space])
    assert html.count("hsl(") == html.count("<span")
    assert "&lt;" in html
    assert "<b>\n" not in html


def test_the_best_tags_are_told(doc):
    (tag, _), *_ = doc[0]._.best_tags(3)
    assert f'title="{tag} ' in render(doc[:1])


def test_colours_go_from_red_to_green():
    assert [color(p).split(",")[0] for p in (0.1, 0.5, 0.75, 1.0)] == [
        "hsl(0", "hsl(0", "hsl(60", "hsl(120"
    ]  # fmt: skip


def test_any_tagged_doc_can_be_drawn():
    nlp = spacy.blank("ar")
    docs = [Doc(nlp.vocab, words=["a", "b"], tags=["X", "Y"]), Doc(nlp.vocab)]
    html = render(docs)
    assert html.count('dir="rtl"') == 2
    assert "X</b>" in html
    assert "hsl(" not in html


@pytest.mark.slow
def test_a_doc_of_no_pipeline_can_be_drawn():
    code = """if True:
        from spacy.tokens import Doc
        from spacy.vocab import Vocab
        from spacy_lstm_tagger.visualizer import render
        print(render(Doc(Vocab(), words=["a"], tags=["X"])))
    """
    command = [sys.executable, "-c", code]
    assert "X</b>" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


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
