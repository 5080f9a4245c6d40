"""A file that fails, or a run that is stopped, costs no other file, and no process is left."""

import gzip
import os
import signal
import subprocess
import sys
from time import sleep

import pytest
from helpers import by_rules, tree, wait_for_group, write
from spacy.language import Language

from spacy_lstm_tagger.files import UNFINISHED


@pytest.mark.parametrize("n_process", [1, 2])
def test_a_file_that_fails_stops_no_other(tag, corpus, tmp_path, n_process):
    (corpus / "b/bad.txt").write_bytes("fine\nB\xe4r\n".encode("cp1252"))
    (corpus / "cut.txt.gz").write_bytes(gzip.compress(b"The dog")[:-6])
    message = tag("corpus", "-o", "tagged", "-n", n_process, exit_code=1)
    assert "corpus/b/bad.txt: line 2 is not valid Unicode" in message
    assert "name the encoding for tag-text, as in --encoding cp1252" in message
    assert "corpus/cut.txt.gz: cut off, damaged, or not a .gz file" in message
    assert "Tagged 13 words in 5 files in tagged" in message
    assert "; 2 files failed" in message
    assert len(tree(tmp_path / "tagged")) == 5
    # The next run tags them alone.
    (corpus / "cut.txt.gz").write_bytes(gzip.compress(b"The dog"))
    message = tag("corpus", "-o", "tagged", "-e", "cp1252", "-n", n_process)
    assert "Tagged 4 words in 2 files in tagged" in message
    assert "B\u00e4r\tX" in (tmp_path / "tagged/b/bad.tsv").read_text(encoding="utf8")


CODE = """
import os
from spacy.language import Language

@Language.component("fragile")
def fragile(doc):
    if "dies" in doc.text:
        os._exit(3)
    if "fails" in doc.text:
        raise KeyError("broken")
    return doc
"""


@pytest.mark.parametrize("word", ["dies", "fails"])
def test_a_component_that_fails_costs_one_file(tag, corpus, tmp_path, word):
    write(tmp_path / "code.py", CODE)
    Language.component("fragile", func=lambda doc: doc)
    nlp = by_rules("X")
    nlp.add_pipe("fragile")
    nlp.to_disk(tmp_path / "fragile")
    Language.factories.__dict__.pop("fragile", None)
    write(corpus / "b/bad.txt", f"It {word}")
    options = ["-n", 2, "--code", "code.py"]
    message = tag("corpus", "-o", "t", *options, pipeline=tmp_path / "fragile", exit_code=1)
    reason = {"dies": "the process that tagged it ended with status 3", "fails": "KeyError: "}
    assert f"corpus/b/bad.txt: {reason[word]}" in message
    assert "13 words in 5 files in t" in message
    assert len(tree(tmp_path / "t")) == 5


def test_a_stopped_run_goes_on(tag, corpus, tmp_path):
    stops = [True]

    @Language.component("stop_once")
    def stop_once(doc):
        if "Two" in doc.text and stops:
            stops.clear()
            raise KeyboardInterrupt
        return doc

    nlp = by_rules("X")
    nlp.add_pipe("stop_once")
    nlp.to_disk(tmp_path / "stops")
    message = tag("corpus", "-o", "tagged", pipeline=tmp_path / "stops", exit_code=130)
    assert "Tagged 7 words in 2 files in tagged" in message
    assert "Stopped. Run the same command again to go on" in message
    assert sorted(tree(tmp_path / "tagged")) == ["a.tsv", "b/a.tsv"]
    message = tag("corpus", "-o", "tagged", pipeline=tmp_path / "stops")
    assert "Tagged 6 words in 3 files in tagged" in message
    assert "2 files finished before" in message


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no Ctrl+C for other processes")
@pytest.mark.parametrize("way", ["Ctrl+C", "killed"])
def test_processes_end_with_a_run(rules, tmp_path, way):
    (tmp_path / "corpus").mkdir()
    for name in ("a", "b", "c"):
        write(tmp_path / f"corpus/{name}.txt", "The dog.\n" * 50_000)
    command = [sys.executable, "-m", "spacy", "tag-text", rules, "corpus", "-o", "tagged"]
    with subprocess.Popen([*command, "-n", "2"], cwd=tmp_path, start_new_session=True) as process:
        while len(list(tmp_path.glob(f"tagged/.*{UNFINISHED}"))) < 2:
            assert process.poll() is None
            sleep(0.05)
        if way == "Ctrl+C":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.kill()
        assert process.wait(60) == (130 if way == "Ctrl+C" else -signal.SIGKILL)
    if way == "killed":
        # The other processes finish their files first.
        wait_for_group(process.pid)
    # Nobody is left in its group.
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert not list(tmp_path.glob(f"tagged/.*{UNFINISHED}"))
