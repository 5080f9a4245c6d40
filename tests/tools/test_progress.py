"""What a command shows of its progress where there is no terminal."""

from spacy_lstm_tagger.tools import progress
from spacy_lstm_tagger.tools.progress import progress_bar


def test_a_log_gets_lines(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LOG_INTERVAL", 0)
    with progress_bar("Labelling", 30, " words") as bar:
        for _ in range(3):
            bar.update(10)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Labelling"] * len(lines)
    assert "20.0/30.0" in lines[-2]
    assert "30.0/30.0" in lines[-1]


def test_work_of_less_than_a_minute_leaves_no_line_in_a_log(capsys):
    with progress_bar("Labelling", None, " words") as bar:
        bar.update(10)
    assert capsys.readouterr().err == ""


def test_without_a_title_nothing_is_shown(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LOG_INTERVAL", 0)
    with progress_bar(None, 30, " words") as bar:
        bar.update(30)
    assert capsys.readouterr().err == ""
