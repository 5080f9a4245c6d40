"""`spacy tag-text` leaves no file and no process if it is stopped, or input or output is closed."""

import os
import signal
import subprocess
import sys

import pytest
import spacy
from helpers import TEXT, said
from spacy.language import Language

from spacy_lstm_tagger.files import UNFINISHED


def test_a_stopped_run_leaves_the_old_file(run, model, tmp_path):
    (tmp_path / "book.tsv").write_text("old")

    @Language.component("interrupt")
    def interrupt(_):
        raise KeyboardInterrupt

    nlp = spacy.load(model)
    nlp.add_pipe("interrupt")
    nlp.to_disk(tmp_path / "interrupted")
    done = run("book.txt", "-o", "book.tsv", pipeline=tmp_path / "interrupted")
    assert done.exit_code == 130
    assert "No file was written or changed" in said(done)
    assert (tmp_path / "book.tsv").read_text() == "old"
    assert not list(tmp_path.glob(f"*{UNFINISHED}"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirect", "message"),
    [("- <&-", "Standard input is closed"), ("book.txt >&-", "Standard output is closed")],
)
@pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")
def test_closed_input_and_output(model, tmp_path, redirect, message):
    (tmp_path / "book.txt").write_text(TEXT)
    command = f"{sys.executable} -m spacy tag-text {model} {redirect}"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no Ctrl+C for other processes")
@pytest.mark.parametrize("way", ["Ctrl+C", "head"])
def test_processes_end_with_a_stopped_run(model, tmp_path, way):
    (tmp_path / "book.txt").write_text(TEXT * 20_000)
    command = [sys.executable, "-m", "spacy", "tag-text", model, "book.txt", "-n", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=tmp_path, start_new_session=True
    ) as process:
        # The processes have begun.
        process.stdout.readline()
        if way == "Ctrl+C":
            os.killpg(process.pid, signal.SIGINT)
        process.stdout.close()
        assert process.wait(60) == (130 if way == "Ctrl+C" else 1)
    # Nobody is left in its group.
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
