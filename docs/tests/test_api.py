"""The API part of the reference, which mkdocstrings makes of docstrings."""

import re
from html import unescape

import pytest
from helpers import ROOT

import spacy_lstm_tagger


def shown(html):
    text = unescape(re.sub("<[^>]*>", "", html)).replace("\u2013", "-")
    return " ".join(text.split())


@pytest.mark.parametrize("name", spacy_lstm_tagger.MODULES)
def test_every_public_name_is_described(name):
    page = (ROOT / "docs/reference.md").read_text(encoding="utf8")
    assert re.search(rf"^(### |::: spacy_lstm_tagger\.){name}$", page, flags=re.M)


@pytest.mark.slow
def test_arguments_and_errors_are_described_with_their_types(site):
    page = (site / "reference.html").read_text(encoding="utf8")
    text = shown(page.partition('id="spacy_lstm_tagger.report"')[2])
    assert "report(nlp, docs, *, train=None" in text
    assert "docs (Iterable[Doc] | Mapping[str, Iterable[Doc]]) - Gold data" in text
    assert "train (Iterable[Doc] | None, default: None ) - Training data" in text
    assert "Report - The report." in text
    assert "ValueError - If no token has a gold tag" in text
    # The heading of a function that a config names is the only entry in the contents.
    assert "build_lstm_tok2vec" not in shown("".join(re.findall("<nav.*?</nav>", page, re.S)))
    # The arguments of such a function, with their defaults.
    text = shown(page.partition('id="lstmtok2vecv1"')[2])
    assert "min_freq (int, default: 2 ) - How often a word has to occur" in text
