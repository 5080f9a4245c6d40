import sys

import pytest

from spacy_lstm_tagger import progress
from spacy_lstm_tagger.progress import progress_bar


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(progress, "DELAY", 0)


def test_a_terminal_shows_the_title_and_the_total(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(progress_bar(None, 3, "doc", iterable="abc")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""  # without a title
    assert list(progress_bar("Tagging", 3, "doc", iterable="abc")) == ["a", "b", "c"]
    shown = capsys.readouterr().err
    assert "Tagging" in shown
    assert "0/3" in shown


def test_a_file_shows_no_bar(capsys):
    assert list(progress_bar("Tagging", 3, "doc", iterable="abc")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
