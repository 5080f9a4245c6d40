"""`spacy tag-text` with folders and several files."""

import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
from time import sleep

import pytest
import spacy
from helpers import by_rules, run_command, said, wait_for_group, write
from spacy.language import Language

from spacy_lstm_tagger.files import UNFINISHED

TEXTS = {
    "a.txt": "The dog.\n\nA book\n",
    "b/a.txt": "One.\n",
    "b/c/d.jsonl": '{"text": "Two words"}\n',
    "b/e.txt.gz": "Three words here\n",
    "f.2020.txt.xz": "Four\n",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("tag_corpus") / "model"
    by_rules("X", LEMMA="l").to_disk(path)
    return path


@pytest.fixture
def corpus(tmp_path):
    """A folder of text, of which some is compressed."""
    for name, text in TEXTS.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        if name.endswith(".gz"):
            data = gzip.compress(data)
        if name.endswith(".xz"):
            data = lzma.compress(data)
        path.write_bytes(data)
    return tmp_path / "corpus"


@pytest.fixture
def run(model, tmp_path):
    def run(*args, pipeline=model, exit_code=0):
        done = run_command("tag-text", pipeline, *args, cwd=tmp_path)
        assert done.exit_code == exit_code, done.output
        assert done.stdout == ""
        return said(done)

    return run


def tree(folder):
    """The outputs in a folder, and what is in them."""
    paths = [path for path in folder.rglob("[!.]*.*") if path.name != "tag-text.log"]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def test_each_file_has_its_output_in_the_same_tree(run, model, corpus, tmp_path):
    message = run("corpus", "--output", "tagged")
    assert "Tagged 13 words in 5 files in tagged (" in message
    found = tree(tmp_path / "tagged")
    assert sorted(found) == ["a.tsv", "b/a.tsv", "b/c/d.tsv", "b/e.tsv", "f.2020.tsv"]
    # Each is what the command makes of the file alone.
    for path in (path for path in corpus.rglob("*") if path.is_file()):
        name = path.name.split(".txt")[0].split(".jsonl")[0] + ".tsv"
        alone = tmp_path / name
        # Of one file, the command says on standard output what it wrote.
        done = run_command("tag-text", model, path, "-o", alone, cwd=tmp_path)
        assert "Tagged" in done.stdout
        output = path.relative_to(corpus).with_name(name).as_posix()
        assert found[output] == alone.read_text()


@pytest.mark.parametrize("n_process", [1, 2])
def test_files_of_several_processes_are_the_same(run, corpus, tmp_path, n_process):
    run("corpus", "-o", "one", "-f", "vrt")
    assert "13 words in 5 files" in run("corpus", "-o", "many", "-f", "vrt", "-n", n_process)
    assert tree(tmp_path / "one") == tree(tmp_path / "many")


def test_several_files_go_to_one_folder(run, corpus, tmp_path):
    run("corpus/a.txt", "corpus/b/c/d.jsonl", "-o", "tagged", "-f", "conllu")
    assert sorted(tree(tmp_path / "tagged")) == ["a.conllu", "d.conllu"]
    # One file goes to a folder that is there.
    run("corpus/b/e.txt.gz", "-o", "tagged", "-f", "conllu")
    assert sorted(tree(tmp_path / "tagged")) == ["a.conllu", "d.conllu", "e.conllu"]


def test_what_is_finished_is_left_out(run, corpus, tmp_path):
    run("corpus", "-o", "tagged")
    old = tmp_path / "tagged/a.tsv"
    old.write_text("mine")
    assert "Tagged 0 words in 0 files in tagged; 5 files finished before" in run(
        "corpus", "-o", "tagged"
    )
    assert old.read_text() == "mine"
    # A file that is new, one that has changed, one whose output is lost, and a copy of the same.
    write(corpus / "new.txt", "New")
    write(corpus / "a.txt", "The dog")
    os.utime(corpus / "b/e.txt.gz")
    (tmp_path / "tagged/b/a.tsv").unlink()
    assert "Tagged 5 words in 3 files" in run("corpus", "-o", "tagged")
    assert "dog\tX" in old.read_text()
    assert "6 files finished before" in run("corpus", "-o", "tagged")


def test_another_pipeline_or_other_options_are_refused(run, corpus, tmp_path):
    run("corpus", "-o", "tagged")
    before = tree(tmp_path / "tagged")
    by_rules("Y").to_disk(tmp_path / "other")
    for options, message in [
        ({"pipeline": tmp_path / "other"}, "tagged was made with another pipeline: 'model "),
        ({"args": ["-P"]}, "tagged was made with another paragraphs: False, now True"),
        ({"args": ["-f", "vrt"]}, "another format: 'tsv', now 'vrt'. Choose another folder, or"),
    ]:
        args = options.pop("args", [])
        assert message in run("corpus", "-o", "tagged", *args, exit_code=1, **options)
    assert tree(tmp_path / "tagged") == before
    run("corpus", "-o", "tagged", "--overwrite", pipeline=tmp_path / "other")
    assert "dog\tY" in (tmp_path / "tagged/a.tsv").read_text()
    # How the files are read and shared may change.
    message = run(
        "corpus", "-o", "tagged", "-n", 2, "-b", 3, "-e", "cp1252", pipeline=tmp_path / "other"
    )
    assert "5 files finished before" in message


def test_files_of_somebody_else_are_not_replaced(run, corpus, tmp_path):
    (tmp_path / "tagged").mkdir()
    (tmp_path / "tagged/a.tsv").write_text("mine")
    assert "tagged/a.tsv is there" in run("corpus", "-o", "tagged", exit_code=1)
    assert (tmp_path / "tagged/a.tsv").read_text() == "mine"
    run("corpus", "-o", "tagged", "--overwrite")
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()
    # A file that came later, beside outputs.
    (tmp_path / "tagged/notes.tsv").write_text("mine")
    (corpus / "notes.txt").write_text("Of the book")
    assert "tagged/notes.tsv is there" in run("corpus", "-o", "tagged", exit_code=1)
    assert (tmp_path / "tagged/notes.tsv").read_text() == "mine"


def test_one_file_of_a_folder_is_tagged_anew(run, corpus, tmp_path):
    run("corpus", "-o", "tagged")
    run("corpus/a.txt", "-o", "tagged", "--overwrite")
    assert "5 files finished before" in run("corpus", "-o", "tagged")
    # With other options, all others are to be tagged anew.
    run("corpus/a.txt", "-o", "tagged", "--overwrite", "--paragraphs")
    assert "; 1 file finished before" in run("corpus", "-o", "tagged", "--paragraphs")


def test_the_log_of_an_older_version(run, corpus, tmp_path):
    """It has no lines of files that were begun."""
    run("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    lines = [line for line in log.read_text().splitlines(keepends=True) if '"sha256"' in line]
    head = log.read_text().splitlines(keepends=True)[0]
    log.write_text("".join([head, *lines[:-1]]))
    assert "4 files finished before" in run("corpus", "-o", "tagged")


def test_an_output_that_was_begun_is_tagged_anew(run, corpus, tmp_path):
    """A program may be killed between an output and the line of the log that says so."""
    run("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:-1]))
    message = run("corpus", "-o", "tagged")
    assert "in 1 file in tagged" in message
    assert "4 files finished before" in message


def test_the_tags_of_another_folder_are_not_replaced(run, corpus, tmp_path):
    run("corpus", "-o", "tagged")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.txt").write_text("Another text")
    said = run("other", "-o", "tagged", exit_code=1)
    assert f"tagged/a.tsv has the tags of {corpus / 'a.txt'}, not of other/a.txt" in said
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()
    # The same text in another place is finished, and a file that has changed is tagged anew.
    (tmp_path / "other/a.txt").write_text(TEXTS["a.txt"])
    assert "1 file finished before" in run("other", "-o", "tagged")
    (corpus / "a.txt").write_text("Changed")
    run("corpus", "-o", "tagged")
    assert "Changed\tX" in (tmp_path / "tagged/a.tsv").read_text()
    run("other", "-o", "tagged", "--overwrite")
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()


@pytest.mark.parametrize("n_process", [1, 2])
def test_a_file_that_fails_stops_no_other(run, corpus, tmp_path, n_process):
    (corpus / "b/bad.txt").write_bytes("fine\nB\xe4r\n".encode("cp1252"))
    (corpus / "cut.txt.gz").write_bytes(gzip.compress(b"The dog")[:-6])
    message = run("corpus", "-o", "tagged", "-n", n_process, exit_code=1)
    assert "corpus/b/bad.txt: line 2 is not valid Unicode" in message
    assert "Name the encoding, as in --encoding cp1252" in message
    assert "corpus/cut.txt.gz: cut off, damaged, or not a .gz file" in message
    assert "Tagged 13 words in 5 files in tagged" in message
    assert "; 2 files failed" in message
    assert len(tree(tmp_path / "tagged")) == 5
    # The next run tags them alone.
    (corpus / "cut.txt.gz").write_bytes(gzip.compress(b"The dog"))
    message = run("corpus", "-o", "tagged", "-e", "cp1252", "-n", n_process)
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
def test_a_component_that_fails_costs_one_file(run, corpus, tmp_path, word):
    write(tmp_path / "code.py", CODE)
    Language.component("fragile", func=lambda doc: doc)
    nlp = by_rules("X")
    nlp.add_pipe("fragile")
    nlp.to_disk(tmp_path / "fragile")
    Language.factories.__dict__.pop("fragile", None)
    write(corpus / "b/bad.txt", f"It {word}")
    options = ["-n", 2, "--code", "code.py"]
    message = run("corpus", "-o", "t", *options, pipeline=tmp_path / "fragile", exit_code=1)
    reason = {"dies": "the process that tagged it ended with status 3", "fails": "KeyError: "}
    assert f"corpus/b/bad.txt: {reason[word]}" in message
    assert "13 words in 5 files in t" in message
    assert len(tree(tmp_path / "t")) == 5


def test_a_stopped_run_goes_on(run, corpus, tmp_path):
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
    message = run("corpus", "-o", "tagged", pipeline=tmp_path / "stops", exit_code=130)
    assert "Tagged 7 words in 2 files in tagged" in message
    assert "Stopped. Run the same command again to go on" in message
    assert sorted(tree(tmp_path / "tagged")) == ["a.tsv", "b/a.tsv"]
    message = run("corpus", "-o", "tagged", pipeline=tmp_path / "stops")
    assert "Tagged 6 words in 3 files in tagged" in message
    assert "2 files finished before" in message


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no Ctrl+C for other processes")
@pytest.mark.parametrize("way", ["Ctrl+C", "killed"])
def test_processes_end_with_a_run(model, tmp_path, way):
    (tmp_path / "corpus").mkdir()
    for name in ("a", "b", "c"):
        write(tmp_path / f"corpus/{name}.txt", "The dog.\n" * 50_000)
    command = [sys.executable, "-m", "spacy", "tag-text", model, "corpus", "-o", "tagged"]
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


def test_a_file_without_text_has_an_output_without_words(run, corpus, tmp_path):
    write(corpus / "empty.txt", "\n")
    assert "corpus/empty.txt has no words" in run("corpus", "-o", "tagged")
    assert tree(tmp_path / "tagged")["empty.tsv"] == "word\ttag\tlemma\n"
    assert "6 files finished before" in run("corpus", "-o", "tagged")


def test_other_files_are_left_out(run, corpus, tmp_path):
    write(corpus / "README.md", "x")
    write(corpus / ".hidden.txt", "x")
    (corpus / "loop").symlink_to(corpus, target_is_directory=True)
    (corpus / "itself.txt").symlink_to("itself.txt")
    # The folder of the outputs may lie in the corpus.
    for _ in range(2):
        message = run("corpus", "-o", "corpus/tagged")
        assert "Left out 1 file with other suffixes" in message
    assert len(tree(corpus / "tagged")) == 5
    # A file that is named is read.
    run("corpus/README.md", "corpus/a.txt", "-o", "named")
    assert sorted(tree(tmp_path / "named")) == ["README.md.tsv", "a.tsv"]


def test_words_that_are_given_keep_their_format(run, corpus, tmp_path):
    write(corpus / "w.conllu", "1\tdog" + "\t_" * 8 + "\n")
    write(corpus / "w.vrt", "<s>\ndog\n</s>\n")
    run("corpus", "-o", "tagged", "-f", "jsonl")
    found = tree(tmp_path / "tagged")
    assert found["w.conllu"] == "1\tdog\tl\t_\tX" + "\t_" * 5 + "\n"
    assert found["w.vrt"] == "<s>\ndog\tX\tl\n</s>\n"
    assert json.loads(found["b/c/d.jsonl"])["words"] == ["Two", "words"]


def test_a_file_that_looks_like_words_is_named(run, corpus):
    write(corpus / "w.txt", "Go\tVB\nhome\tNN\n.\t.\nYes\tUH\n!\t.\n")
    assert "corpus/w.txt looks like tsv, and was tagged as text" in run("corpus", "-o", "tagged")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["corpus"], "Several files need a folder for their outputs"),
        (["corpus/a.txt", "corpus/b/c/d.jsonl"], "Several files need a folder"),
        (["corpus", "-o", "corpus/a.txt"], "corpus/a.txt is a file. Several files need a folder"),
        (["corpus", "-o", "corpus"], "corpus is an input: its outputs would be the next inputs"),
        (["corpus/a.txt", "corpus/b/a.txt", "-o", "t"], "would both become t/a.tsv"),
        (["corpus/a.txt", "same", "-o", "t"], "Give the folder that has both, or tag them"),
        (["same", "-o", "t"], "t/a.tsv. Rename one, or tag them into two folders"),
        (["corpus", "-", "-o", "t"], "Standard input can't be tagged together with files"),
        (["nothing", "-o", "t"], "There is no file to tag in nothing"),
        (["corpus", "-o", "t", "--columns", "xpos"], "--columns is for words that are given"),
        (["corpus", "-o", "t", "--markup"], "--markup needs --format vrt"),
        (["corpus", "-o", "t", "-n", "2", "-g", "0"], "Several processes can't share a GPU"),
    ],
)
def test_mistakes(run, corpus, tmp_path, args, message):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "same").mkdir()
    for name in ("a.txt", "a.jsonl"):
        (tmp_path / "same" / name).write_text("")
    assert message in run(*args, exit_code=1)
    assert not (tmp_path / "t").exists()


def test_a_damaged_log(run, corpus, tmp_path):
    run("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    # A program that is killed leaves a line that is not whole.
    log.write_text(log.read_text()[:-20])
    assert "Tagged 1 words in 1 file" in run("corpus", "-o", "tagged")
    assert "Tagged 0 words in 0 files" in run("corpus", "-o", "tagged")
    for content in (b"{", b"\xff\xfe", b"[" * 100_000):
        log.write_bytes(content)
        message = run("corpus", "-o", "tagged", exit_code=1)
        assert "tag-text.log is damaged. Use --overwrite" in message


def delete_while_loading(path, monkeypatch):
    spacy_load = spacy.load

    def load(*args, **kwargs):
        path.unlink()
        return spacy_load(*args, **kwargs)

    monkeypatch.setattr(spacy, "load", load)


def test_a_file_that_is_deleted_meanwhile_stops_no_other(run, corpus, tmp_path, monkeypatch):
    delete_while_loading(corpus / "a.txt", monkeypatch)
    assert "No such file or directory: 'corpus/a.txt'" in run("corpus", "-o", "out", exit_code=1)
    assert not (tmp_path / "out/a.tsv").exists()
    assert (tmp_path / "out/b/a.tsv").exists()


def test_a_finished_file_that_is_deleted_meanwhile_stops_no_other(run, corpus, monkeypatch):
    run("corpus", "-o", "out")
    delete_while_loading(corpus / "a.txt", monkeypatch)
    message = run("corpus", "-o", "out", exit_code=1)
    assert "No such file or directory: 'corpus/a.txt'" in message
    assert "4 files finished before" in message


def test_a_file_of_ones_own_with_the_name_of_the_log(run, tmp_path):
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/sub/tag-text.log").write_text("Two words")
    run("in", "-o", "out", "--input-format", "text")
    assert tree(tmp_path / "out").keys() == {"sub/tag-text.log.tsv"}


def test_the_log_of_earlier_outputs_is_no_input(run, tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words/a.tsv").write_text("dog\tNN\n")
    options = ["--input-format", "tsv"]
    run("words", "-o", "first", *options)
    run("first", "-o", "second", *options)
    assert "Tagged 0 words" in run("first", "-o", "second", *options)
    assert tree(tmp_path / "second") == tree(tmp_path / "first")
    message = run("first/tag-text.log", "words/a.tsv", "-o", "third", *options, exit_code=1)
    assert "would become third/tag-text.log, which is the log" in " ".join(message.split())
