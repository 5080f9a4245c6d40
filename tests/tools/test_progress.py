"""What a command shows of its progress where there is no terminal."""

from spacy_lstm_tagger.tools.progress import progress_bar


def test_a_log_gets_lines(capsys):
    with progress_bar("Labelling", 30, " words", delay=0, mininterval=0) as bar:
        for _ in range(3):
            bar.update(10)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Labelling"] * len(lines)
    assert "20/30" in lines[-2]
    assert "30/30" in lines[-1]


def test_work_of_less_than_a_minute_leaves_no_line_in_a_log(capsys):
    with progress_bar("Labelling", None, " words") as bar:
        bar.update(10)
    assert capsys.readouterr().err == ""


def test_without_a_title_nothing_is_shown(capsys):
    for n in progress_bar(None, None, "doc", iterable=range(3), delay=0, mininterval=0):
        assert n < 3
    assert capsys.readouterr().err == ""
