"""What to tag in files and folders, and what is finished there."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import spacy
from helpers import CORPUS, by_rules, tree, write
from spacy.language import Language


def test_what_is_finished_is_left_out(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    old = tmp_path / "tagged/a.tsv"
    old.write_text("mine\n\n")
    assert "Tagged 0 words in 0 files in tagged; 5 files finished before" in tag(
        "corpus", "-o", "tagged"
    )
    assert old.read_text() == "mine\n\n"
    # A file that is new, one that has changed, one whose output is lost, and one that is older.
    write(corpus / "new.txt", "New")
    write(corpus / "a.txt", "The dog")
    os.utime(corpus / "b/e.txt.gz", (0, 0))
    (tmp_path / "tagged/b/a.tsv").unlink()
    message = tag("corpus", "-o", "tagged")
    assert "Tagged 8 words in 4 files" in message
    assert "2 files finished before" in message
    assert "dog\tX" in old.read_text()
    assert "6 files finished before" in tag("corpus", "-o", "tagged")


@pytest.mark.parametrize("length", [0, 1, -1])
def test_an_output_that_was_cut_is_made_again(tag, corpus, tmp_path, length):
    tag("corpus", "-o", "tagged")
    before = tree(tmp_path / "tagged")
    for name in ("a.tsv", "b/a.tsv"):
        (tmp_path / "tagged" / name).write_text(before[name][:length])
    # A correction makes an output shorter or longer.
    (tmp_path / "tagged/f.2020.tsv").write_text(before["f.2020.tsv"].replace("Four", "4"))
    message = tag("corpus", "-o", "tagged")
    assert "in 2 files" in message
    assert "3 files finished before" in message
    after = tree(tmp_path / "tagged")
    assert after.pop("f.2020.tsv").endswith("4\tX\t\tl\n\n")
    del before["f.2020.tsv"]
    assert after == before


@pytest.mark.parametrize("place", ["corpus/a.txt", "corpus", "nowhere"])
def test_a_log_that_is_a_link_to_something_else_is_replaced(tag, corpus, tmp_path, place):
    (tmp_path / "tagged").mkdir()
    (tmp_path / "tagged/tag-text.log").symlink_to(tmp_path / place)
    message = tag("corpus", "-o", "tagged", exit_code=1)
    assert "tag-text.log is a link, but has to be a file. Choose another folder" in message
    tag("corpus", "-o", "tagged", "--overwrite")
    assert (corpus / "a.txt").read_text() == CORPUS["a.txt"]
    assert "5 files finished before" in tag("corpus", "-o", "tagged")


def test_a_file_that_changes_while_it_is_read_is_not_finished(tag, corpus, tmp_path):
    @Language.component("change_the_input")
    def change_the_input(doc):
        os.utime(corpus / "a.txt")
        return doc

    nlp = by_rules("X")
    nlp.add_pipe("change_the_input")
    nlp.to_disk(tmp_path / "changing")
    tag("corpus/a.txt", "corpus/f.2020.txt.xz", "-o", "t", pipeline=tmp_path / "changing")
    message = tag("corpus/a.txt", "corpus/f.2020.txt.xz", "-o", "t", pipeline=tmp_path / "changing")
    assert "in 1 file in t" in message
    assert "; 1 file finished before" in message


def test_another_pipeline_or_other_options_are_refused(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    before = tree(tmp_path / "tagged")
    by_rules("Y").to_disk(tmp_path / "other")
    other = {"pipeline": tmp_path / "other"}
    for args, options, message in [
        ([], other, r"tagged was made with pipeline 'model \w+', not 'other \w+'"),
        (["-P"], {}, "tagged was made with paragraphs False, not True"),
        (["-f", "vrt"], {}, "with format 'tsv', not 'vrt'. Choose another folder, or"),
        (["--exclude", "attribute_ruler"], {}, "sets no tags|with exclude"),
    ]:
        assert re.search(message, tag("corpus", "-o", "tagged", *args, exit_code=1, **options))
    assert tree(tmp_path / "tagged") == before
    tag("corpus", "-o", "tagged", "--overwrite", **other)
    assert "dog\tY" in (tmp_path / "tagged/a.tsv").read_text()
    # How the files are read and shared may change.
    message = tag("corpus", "-o", "tagged", "-n", 2, "-e", "cp1252", **other)
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
    # A run that replaces outputs may be killed between one of them and the line that says so.
    tag("corpus/b/a.txt", "-o", "tagged", "--overwrite")
    log = tmp_path / "tagged/tag-text.log"
    log.write_text("\n".join(log.read_text().split("\n")[:-1]))
    said = tag("corpus/b/a.txt", "-o", "tagged")
    assert "in 1 file in tagged" in said
    # With other options, all others are to be tagged anew.
    tag("corpus/a.txt", "-o", "tagged", "--overwrite", "--paragraphs")
    assert "; 1 file finished before" in tag("corpus", "-o", "tagged", "--paragraphs")


def test_the_tags_of_another_folder_are_not_replaced(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    shutil.copytree(corpus, tmp_path / "other")
    for text in ("Another text", CORPUS["a.txt"]):
        (tmp_path / "other/a.txt").write_text(text)
        said = tag("other", "-o", "tagged", exit_code=1)
        assert f"tagged/a.tsv has the tags of {corpus / 'a.txt'}, not of other/a.txt" in said
        assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()
    # A file that has changed is tagged anew.
    (corpus / "a.txt").write_text("Changed")
    tag("corpus", "-o", "tagged")
    assert "Changed\tX" in (tmp_path / "tagged/a.tsv").read_text()
    tag("other", "-o", "tagged", "--overwrite")
    assert "dog\tX" in (tmp_path / "tagged/a.tsv").read_text()


@pytest.mark.parametrize("n_lost", [1, 20, 1000])
def test_an_output_that_was_begun_is_tagged_anew(tag, corpus, tmp_path, n_lost):
    """A program may be killed between an output and the line of the log that says so, or while it
    writes this line."""
    tag("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    *lines, last = log.read_text().split("\n")
    log.write_text("\n".join([*lines, last[:-n_lost]]))
    message = tag("corpus", "-o", "tagged")
    assert "in 1 file in tagged" in message
    assert "4 files finished before" in message
    assert "5 files finished before" in tag("corpus", "-o", "tagged")


@pytest.mark.parametrize(
    "line",
    ["null", "[1]", "x", "[" * 100_000, '{"output": "a.tsv"}', '{"output": 1, "finished": {}}'],
)
def test_a_damaged_log(tag, corpus, tmp_path, line):
    tag("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    for number in (0, 2):
        lines = log.read_text().split("\n")
        lines[number] = line
        log.write_text("\n".join(lines))
        message = tag("corpus", "-o", "tagged", exit_code=1)
        assert re.search(rf"damaged in line {number + 1}\. Choose another|pipeline None", message)
        tag("corpus", "-o", "tagged", "--overwrite")
        assert "5 files finished before" in tag("corpus", "-o", "tagged")


def test_values_of_other_types_in_the_log_are_told(tag, corpus, tmp_path):
    tag("corpus", "-o", "tagged")
    log = tmp_path / "tagged/tag-text.log"
    first, *lines = log.read_text().split("\n")
    lines = [json.loads(line) for line in lines]
    for line in lines:
        line.get("finished", {})["encoding"] = ["utf8"]
    log.write_text("\n".join([first, *map(json.dumps, lines)]))
    assert "had --encoding ['utf8']" in tag("corpus", "-o", "tagged")
    lines[-1]["finished"]["input"] = ["x"]
    log.write_text("\n".join([first, *map(json.dumps, lines)]))
    assert "has the tags of ['x'], not of" in tag("corpus", "-o", "tagged", exit_code=1)


@pytest.mark.parametrize("is_finished", [False, True])
def test_a_file_that_is_deleted_meanwhile_stops_no_other(tag, corpus, monkeypatch, is_finished):
    if is_finished:
        tag("corpus", "-o", "out")
    spacy_load = spacy.load

    def load(*args, **kwargs):
        (corpus / "a.txt").unlink()
        return spacy_load(*args, **kwargs)

    monkeypatch.setattr(spacy, "load", load)
    message = tag("corpus", "-o", "out", exit_code=1)
    assert "No such file or directory: 'corpus/a.txt'" in message
    assert ("4 files finished before" if is_finished else "in 4 files in out") in message


def test_the_log_of_earlier_outputs_is_no_input(tag, tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words/a.tsv").write_text("dog\tNN\n")
    options = ["--input-format", "tsv"]
    tag("words", "-o", "first", *options)
    tag("first", "-o", "second", *options)
    assert "Tagged 0 words" in tag("first", "-o", "second", *options)
    assert tree(tmp_path / "second") == tree(tmp_path / "first")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_tagged_into_a_folder(tag, corpus, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    said = tag("pipe.txt", "corpus/a.txt", "-o", "t", exit_code=1)
    assert "pipe.txt is a pipe or a device" in said
    assert "--output NAME.tsv" in said
    # In a folder, it is no file to tag.
    (tmp_path / "pipe.txt").rename(corpus / "pipe.txt")
    assert "in 5 files" in tag("corpus", "-o", "t")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a shell of POSIX")
def test_standard_input_is_not_tagged_into_a_folder(rules, tmp_path):
    (tmp_path / "t").mkdir()
    command = f"echo dog | {sys.executable} -m spacy tag-text {rules} /dev/stdin -o t"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "/dev/stdin is a pipe" in done.stderr
    assert not list((tmp_path / "t").iterdir())
