import sys

import pytest

from spacy_lstm_tagger import progress
from spacy_lstm_tagger.cli import convert
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


def test_a_conversion_counts_the_bytes_of_its_file(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    path = tmp_path / "data.tsv"
    path.write_text("Die\tART\nBäume\tNN\n\n" * 50, encoding="utf8")
    bars = []

    def watched(*args, **options):
        bars.append(progress_bar(*args, **options))
        return bars[-1]

    monkeypatch.setattr(convert, "progress_bar", watched)
    convert.convert_tags(path, tmp_path / "data.spacy", progress=True)
    assert "Converting data.tsv" in capsys.readouterr().err
    (bar,) = bars
    assert bar.n == bar.total == path.stat().st_size
