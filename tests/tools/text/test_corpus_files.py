"""What to tag in files and folders, and what is finished there."""

import os

import spacy
from helpers import CORPUS, by_rules, tree, write

from spacy_lstm_tagger.tools.text import corpus_files
from spacy_lstm_tagger.tools.text.corpus_files import checksum_of


def test_what_is_finished_is_left_out(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    old = tmp_path / "tagged/a.tsv"
    old.write_text("mine")
    assert "Tagged 0 words in 0 files in tagged; 5 files finished before" in tag(
        "corpus", "-o", "tagged"
    )
    assert old.read_text() == "mine"
    # A file that is new, one that has changed, one whose output is lost, and a copy of the same.
    write(corpus / "new.txt", "New")
    write(corpus / "a.txt", "The dog")
    os.utime(corpus / "b/e.txt.gz")
    (tmp_path / "tagged/b/a.tsv").unlink()
    assert "Tagged 5 words in 3 files" in tag("corpus", "-o", "tagged")
    assert "dog\tX" in old.read_text()
    assert "6 files finished before" in tag("corpus", "-o", "tagged")


def test_a_copy_of_a_finished_file_is_read_once(tag, corpus, tmp_path, monkeypatch):
    tag("corpus", "-o", "tagged")
    os.utime(corpus / "a.txt")
    read = []
    monkeypatch.setattr(
        corpus_files, "checksum_of", lambda path: read.append(path) or checksum_of(path)
    )
    for _ in range(2):
        assert "5 files finished before" in tag("corpus", "-o", "tagged")
    assert [path.name for path in read] == ["a.txt"]


def test_another_pipeline_or_other_options_are_refused(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    before = tree(tmp_path / "tagged")
    by_rules("Y").to_disk(tmp_path / "other")
    for options, message in [
        ({"pipeline": tmp_path / "other"}, "tagged was made with another pipeline: 'model "),
        ({"args": ["-P"]}, "tagged was made with another paragraphs: False, now True"),
        ({"args": ["-f", "vrt"]}, "another format: 'tsv', now 'vrt'. Choose another folder, or"),
    ]:
        args = options.pop("args", [])
        assert message in tag("corpus", "-o", "tagged", *args, exit_code=1, **options)
    assert tree(tmp_path / "tagged") == before
    tag("corpus", "-o", "tagged", "--overwrite", pipeline=tmp_path / "other")
    assert "dog\tY" in (tmp_path / "tagged/a.tsv").read_text()
    # How the files are read and shared may change.
    message = tag(
        "corpus", "-o", "tagged", "-n", 2, "-b", 3, "-e", "cp1252", pipeline=tmp_path / "other"
    )
    assert "5 files finished before" in message


def test_files_of_somebody_else_are_not_replaced(tag, corpus, tmp_path):
    (tmp_path / "tagged").mkdir()
    (tmp_path / "tagged/a.tsv").write_text("mine")
    assert "tagged/a.tsv is there" in tag("corpus", "-o", "tagged", exit_code=1)
    assert (tmp_path / "tagged/a.tsv").read_text() == "mine"
    tag("corpus", "-o", "tagged", "--overwrite")
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()
    # A file that came later, beside outputs.
    (tmp_path / "tagged/notes.tsv").write_text("mine")
    (corpus / "notes.txt").write_text("Of the book")
    assert "tagged/notes.tsv is there" in tag("corpus", "-o", "tagged", exit_code=1)
    assert (tmp_path / "tagged/notes.tsv").read_text() == "mine"


def test_one_file_of_a_folder_is_tagged_anew(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    tag("corpus/a.txt", "-o", "tagged", "--overwrite")
    assert "5 files finished before" in tag("corpus", "-o", "tagged")
    # With other options, all others are to be tagged anew.
    tag("corpus/a.txt", "-o", "tagged", "--overwrite", "--paragraphs")
    assert "; 1 file finished before" in tag("corpus", "-o", "tagged", "--paragraphs")


def test_the_log_of_an_older_version(tag, corpus, tmp_path):
    """It has no lines of files that were begun."""
    tag("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    lines = [line for line in log.read_text().splitlines(keepends=True) if '"sha256"' in line]
    head = log.read_text().splitlines(keepends=True)[0]
    log.write_text("".join([head, *lines[:-1]]))
    assert "4 files finished before" in tag("corpus", "-o", "tagged")


def test_an_output_that_was_begun_is_tagged_anew(tag, corpus, tmp_path):
    """A program may be killed between an output and the line of the log that says so."""
    tag("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:-1]))
    message = tag("corpus", "-o", "tagged")
    assert "in 1 file in tagged" in message
    assert "4 files finished before" in message


def test_the_tags_of_another_folder_are_not_replaced(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.txt").write_text("Another text")
    said = tag("other", "-o", "tagged", exit_code=1)
    assert f"tagged/a.tsv has the tags of {corpus / 'a.txt'}, not of other/a.txt" in said
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()
    # The same text in another place is finished, and a file that has changed is tagged anew.
    (tmp_path / "other/a.txt").write_text(CORPUS["a.txt"])
    assert "1 file finished before" in tag("other", "-o", "tagged")
    (corpus / "a.txt").write_text("Changed")
    tag("corpus", "-o", "tagged")
    assert "Changed\tX" in (tmp_path / "tagged/a.tsv").read_text()
    tag("other", "-o", "tagged", "--overwrite")
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()


def test_a_damaged_log(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    # A program that is killed leaves a line that is not whole.
    log.write_text(log.read_text()[:-20])
    assert "Tagged 1 words in 1 file" in tag("corpus", "-o", "tagged")
    assert "Tagged 0 words in 0 files" in tag("corpus", "-o", "tagged")
    for content in (b"{", b"\xff\xfe", b"[" * 100_000):
        log.write_bytes(content)
        message = tag("corpus", "-o", "tagged", exit_code=1)
        assert "tag-text.log is damaged. Use --overwrite" in message


def delete_while_loading(path, monkeypatch):
    spacy_load = spacy.load

    def load(*args, **kwargs):
        path.unlink()
        return spacy_load(*args, **kwargs)

    monkeypatch.setattr(spacy, "load", load)


def test_a_file_that_is_deleted_meanwhile_stops_no_other(tag, corpus, tmp_path, monkeypatch):
    delete_while_loading(corpus / "a.txt", monkeypatch)
    assert "No such file or directory: 'corpus/a.txt'" in tag("corpus", "-o", "out", exit_code=1)
    assert not (tmp_path / "out/a.tsv").exists()
    assert (tmp_path / "out/b/a.tsv").exists()


def test_a_finished_file_that_is_deleted_meanwhile_stops_no_other(tag, corpus, monkeypatch):
    tag("corpus", "-o", "out")
    delete_while_loading(corpus / "a.txt", monkeypatch)
    message = tag("corpus", "-o", "out", exit_code=1)
    assert "No such file or directory: 'corpus/a.txt'" in message
    assert "4 files finished before" in message


def test_a_file_of_ones_own_with_the_name_of_the_log(tag, tmp_path):
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/sub/tag-text.log").write_text("Two words")
    tag("in", "-o", "out", "--input-format", "text")
    assert tree(tmp_path / "out").keys() == {"sub/tag-text.log.tsv"}


def test_the_log_of_earlier_outputs_is_no_input(tag, tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words/a.tsv").write_text("dog\tNN\n")
    options = ["--input-format", "tsv"]
    tag("words", "-o", "first", *options)
    tag("first", "-o", "second", *options)
    assert "Tagged 0 words" in tag("first", "-o", "second", *options)
    assert tree(tmp_path / "second") == tree(tmp_path / "first")
    message = tag("first/tag-text.log", "words/a.tsv", "-o", "third", *options, exit_code=1)
    assert "would become third/tag-text.log, which is the log" in " ".join(message.split())
