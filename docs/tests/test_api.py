"""The API reference."""

import re

import pytest
from helpers import ROOT

import spacy_lstm_tagger

api = pytest.importorskip("api")
PAGE = (ROOT / "docs/reference.md").read_text(encoding="utf8")


def test_the_page_says_what_the_docstrings_say():
    assert api.with_api(PAGE) == PAGE, "run: python docs/tools/api.py"


def test_every_public_name_has_a_section_and_a_row():
    sections = " ".join(re.findall("^### (.*)", PAGE, flags=re.M))
    rows = " ".join(re.findall(r"^\| .*", PAGE, flags=re.M))
    for name in spacy_lstm_tagger.MODULES:
        assert re.search(rf"\b{name}\b", sections), name
        assert f"`{name}`" in rows, name


def test_arguments_returns_and_errors_are_described():
    block = PAGE.split("<!-- api: tools.reporting.report -->")[1].split("<!-- end of api -->")[0]
    assert "report(nlp, docs, *, train=None, gold_tokens=True, about=None)" in block
    assert "| `train` | `Iterable[Doc] \\| None` | `None` | Training data" in block
    assert "**Returns** `Report`" in block
    assert "**Raises** `ValueError`: If no token has a gold tag" in block
