"""What a command shows of its progress."""

import sys

import pytest

from spacy_lstm_tagger.tools import progress
from spacy_lstm_tagger.tools.progress import progress_bar


@pytest.mark.parametrize(
    ("title", "is_terminal", "is_shown"),
    [("Labelling", True, True), ("Labelling", False, False), (None, True, False)],
)
def test_a_bar_is_shown_in_a_terminal(capsys, monkeypatch, title, is_terminal, is_shown):
    monkeypatch.setattr(progress, "DELAY", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with progress_bar(title, 30, " words") as bar:
        bar.update(10)
    assert ("Labelling:" in capsys.readouterr().err) is is_shown


def test_a_program_without_a_console_shows_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with progress_bar("Labelling", 30, " words") as bar:
        bar.update(10)
