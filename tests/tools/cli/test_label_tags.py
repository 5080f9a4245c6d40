"""`spacy label-tags`, from raw text to a student that learns from it."""

import gzip
import json
import os
import signal
import subprocess
import sys
from time import sleep

import pytest
import spacy
from helpers import (
    RAW_TEXTS,
    WITH_AN_ERROR,
    by_rules,
    docs_in,
    learn,
    make_examples,
    make_nlp,
    run_command,
    said,
    tags,
    write,
)
from spacy.tokens import DocBin

from spacy_lstm_tagger._compat import import_code
from spacy_lstm_tagger.pipeline.soft_tags import (
    soft_tags_of,
)
from spacy_lstm_tagger.training.corpus import SentenceCorpus
from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus

TEXTS = [text for text in RAW_TEXTS if text]
# A component that takes its time, so that texts wait for it.
SLOW = """
import time
from spacy.language import Language

@Language.component("slow")
def slow(doc):
    time.sleep(0.1)
    return doc
"""


@pytest.fixture
def teacher(trained, tmp_path):
    """The folder of a pipeline that labels text."""
    trained.to_disk(tmp_path / "teacher")
    return tmp_path / "teacher"


@pytest.fixture
def raw(tmp_path):
    """A file of text to label."""
    path = tmp_path / "raw.txt"
    path.write_text("\n".join(RAW_TEXTS), encoding="utf8")
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "labelled"


def label(*args):
    done = run_command("label-tags", *args)
    assert done.exit_code == 0, done.output
    return said(done)


def fail(*args):
    done = run_command("label-tags", *args)
    assert done.exit_code == 1, done.output
    return said(done)


def read(folder):
    return list(docs_in(folder, spacy.blank("xx")))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_text_is_tagged_with_the_teacher(teacher, raw, trained, out):
    assert "Labelled 14 words" in label(teacher, raw, out, "--shard-words", 8)
    assert sorted(path.name for path in out.glob("*.spacy")) == ["00000.spacy", "00001.spacy"]
    docs = read(out)
    assert [doc.text for doc in docs] == TEXTS
    for doc in docs:
        assert tags(doc) == tags(trained(doc.text))
        soft = soft_tags_of(doc)
        assert [soft.labels[row[0]] for row in soft.tags] == tags(doc)


@pytest.mark.parametrize("name", ["raw.jsonl", "raw.txt.gz"])
def test_other_forms_of_raw_text(teacher, tmp_path, out, name):
    lines = [json.dumps({"text": text}) if "jsonl" in name else text for text in TEXTS]
    data = "\n".join(lines).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    label(teacher, tmp_path / name, out)
    assert [doc.text for doc in read(out)] == TEXTS


@pytest.mark.slow
def test_a_long_line_is_cut(teacher, tmp_path, out):
    text = " ".join(["internationalization"] * 60_000)
    (tmp_path / "long.txt").write_text(text)
    label(teacher, tmp_path / "long.txt", out, "--top-k", 0)
    docs = read(out)
    assert max(len(doc.text) for doc in docs) <= spacy.load(teacher).max_length < len(text)
    assert " ".join(doc.text for doc in docs) == text


def test_without_probabilities_there_are_tags_alone(teacher, raw, tmp_path):
    by_rules("X").to_disk(tmp_path / "rules")
    label(tmp_path / "rules", raw, tmp_path / "by_rules")
    label(teacher, raw, tmp_path / "not_wanted", "--top-k", 0)
    for name in ("by_rules", "not_wanted"):
        docs = read(tmp_path / name)
        assert [doc.text for doc in docs] == TEXTS
        assert all(token.tag_ for doc in docs for token in doc)
        assert all(soft_tags_of(doc) is None for doc in docs)


def test_sentences_of_a_teacher_without_sentences(teacher, tmp_path, out):
    (tmp_path / "raw.txt").write_text("The dog read. The book")
    label(teacher, tmp_path / "raw.txt", out)
    (doc,) = read(out)
    assert [sent.text for sent in doc.sents] == ["The dog read.", "The book"]


def test_a_teacher_without_tags_is_refused(teacher, raw, tmp_path, out, trained):
    spacy.blank("xx").to_disk(tmp_path / "blank")
    assert "blank sets no tags; its components are []" in fail(tmp_path / "blank", raw, out)
    assert not out.exists()
    (tmp_path / "untagged").mkdir()
    docs = [trained.make_doc(text) for text in TEXTS]
    DocBin(docs=docs).to_disk(tmp_path / "untagged/0.spacy")
    assert "0.spacy has no tags" in fail(teacher, tmp_path / "untagged", out)


def test_a_run_goes_on_where_it_was_stopped(teacher, raw, out, tmp_path):
    options = ["--shard-words", 5]
    label(teacher, raw, tmp_path / "at_once", *options)
    label(teacher, raw, out, *options, "--max-words", 6)
    first = out / "00000.spacy"
    time = first.stat().st_mtime_ns
    assert len(list(out.glob("*.spacy"))) == 2
    label(teacher, raw, out, *options)
    assert contents(out) == contents(tmp_path / "at_once")
    assert first.stat().st_mtime_ns == time
    data = first.read_bytes()
    first.unlink()
    label(teacher, raw, out, *options)
    assert first.read_bytes() == data


def test_a_file_that_was_begun_is_labelled_anew(teacher, raw, out):
    """A program may be killed between a file and the line of the log that says so."""
    label(teacher, raw, out, "--shard-words", 50)
    (name,) = (path.name for path in out.glob("*.spacy"))
    log = out / "label-tags.log"
    log.write_text("\n".join(log.read_text().split("\n")[:-1]))
    data = (out / name).read_bytes()
    (out / name).write_bytes(b"")
    label(teacher, raw, out, "--shard-words", 50)
    assert (out / name).read_bytes() == data


def test_a_file_that_was_cut_is_labelled_anew(teacher, raw, out):
    label(teacher, raw, out)
    data = (out / "00000.spacy").read_bytes()
    for cut in (b"", data[:100]):
        (out / "00000.spacy").write_bytes(cut)
        label(teacher, raw, out)
        assert (out / "00000.spacy").read_bytes() == data


def test_files_of_subfolders_are_labelled(teacher, raw, tmp_path, out):
    label(teacher, raw, tmp_path / "in/sub")
    label(teacher, raw, tmp_path / "in/all")
    # The outputs may lie in a folder of the inputs.
    out = tmp_path / "in/labelled"
    for _ in range(2):
        assert "Labelled 28 words" in label(teacher, tmp_path / "in", out)
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.spacy"))
    assert found == ["all/00000.spacy", "sub/00000.spacy"]


def test_a_bad_line_is_mended_without_labelling_all_again(teacher, tmp_path, out):
    good = [json.dumps({"text": text}) for text in TEXTS]
    raw = tmp_path / "raw.jsonl"
    raw.write_text("\n".join([*good[:2], "oops", *good[2:]]))
    assert "line 3 is not a JSON object" in fail(teacher, raw, out, "--shard-words", 5)
    raw.write_text("\n".join(good))
    label(teacher, raw, out, "--shard-words", 5)
    assert [doc.text for doc in read(out)] == TEXTS


@pytest.mark.parametrize(
    "change",
    [
        lambda nlp: nlp.get_pipe("lstm_tagger").calibrate(make_examples(nlp, WITH_AN_ERROR)),
        lambda nlp: nlp.get_pipe("lstm_tagger").lexicon.update(dog=["V"]),
        lambda nlp: nlp.add_pipe("sentencizer"),
    ],
)
def test_a_teacher_that_was_changed_needs_another_folder(teacher, raw, out, change):
    label(teacher, raw, out, "--max-words", 5, "--shard-words", 5)
    nlp = spacy.load(teacher)
    change(nlp)
    nlp.to_disk(teacher)
    assert "was made with teacher " in fail(teacher, raw, out, "--shard-words", 5)


def test_code_that_was_changed_needs_another_folder(teacher, raw, out, tmp_path):
    code = tmp_path / "code.py"
    code.write_text("FIRST = True")
    label(teacher, raw, out, "--max-words", 5, "--shard-words", 5, "--code", code)
    before = contents(out)
    code.write_text("FIRST = False")
    said_of_code = fail(teacher, raw, out, "--shard-words", 5, "--code", code)
    assert "was made with code" in said_of_code
    assert "was made with code" in fail(teacher, raw, out, "--shard-words", 5)
    assert contents(out) == before


def test_other_settings_files_or_texts_need_another_folder(teacher, raw, tmp_path, out):
    label(teacher, raw, out, "--shard-words", 5)
    assert "with top_k 4, not 2" in fail(teacher, raw, out, "--top-k", 2)
    assert "with shard_words 5, not 50000" in fail(teacher, raw, out)
    before = contents(out)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").touch()
    assert "has other files" in fail(teacher, raw, tmp_path / "other")
    raw.write_text(raw.read_text().replace("book", "cat", 1))
    assert "00001.spacy was made from another text" in fail(teacher, raw, out, "--shard-words", 5)
    assert contents(out) == before
    (out / "00001.spacy").unlink()
    label(teacher, raw, out, "--shard-words", 5)
    assert "cat" in {token.text for doc in read(out) for token in doc}
    # Files of a longer text are named.
    raw.write_text("\n".join(RAW_TEXTS[:2]))
    assert "another text than" in fail(teacher, raw, out, "--shard-words", 5)


def test_a_folder_that_cant_be_made_is_named_before_the_work(teacher, raw, tmp_path, monkeypatch):
    monkeypatch.setattr("spacy_lstm_tagger.tools.labelling.label_file.label_texts", None)
    (tmp_path / "file").touch()
    assert "file/labelled" in fail(teacher, raw, tmp_path / "file/labelled")


def test_a_damaged_log_is_named(teacher, raw, out):
    label(teacher, raw, out, "--max-words", 5, "--shard-words", 5)
    (out / "label-tags.log").write_bytes(b"\xff")
    assert "label-tags.log is damaged in line 1. Choose another folder" in fail(teacher, raw, out)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "There is no text in"),
        ("raw.csv", b"", "can't tell the format from the suffix '.csv'"),
        ("nothing", None, "There is no .spacy file in"),
        ("labelled", b"x", "0.spacy is damaged or not a DocBin"),
    ],
)
def test_bad_input(teacher, tmp_path, name, content, message):
    path = tmp_path / name
    if path.suffix:
        path.write_bytes(content)
    else:
        path.mkdir()
        if content is not None:
            (path / "0.spacy").write_bytes(content)
    assert message in fail(teacher, path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_several_processes_need_a_cpu(teacher, raw, out):
    assert "can't share a GPU" in fail(teacher, raw, out, "-n", 2, "--gpu-id", 0)


def test_a_student_learns_what_was_labelled(teacher, raw, trained, out):
    label(teacher, raw, out)
    student = make_nlp([("a b c", trained.get_pipe("lstm_tagger").labels)], seed=1)
    corpus = MixedCorpus({"labelled": SentenceCorpus(out)}, {"labelled": 1})
    learn(student, list(corpus(student)), n_updates=20)
    for text in TEXTS:
        assert tags(student(text)) == tags(trained(text))


@pytest.mark.slow
def test_two_processes_write_the_same_tags(teacher, raw, tmp_path):
    """In a process of its own, because processes that fork wait for ever if something is wrong."""
    command = [sys.executable, "-m", "spacy", "label-tags", teacher, raw]
    options = ["--shard-words", "5", "--quiet"]
    for n_process in ("1", "2"):
        args = [*command, tmp_path / n_process, *options, "--n-process", n_process]
        subprocess.run(args, check=True, timeout=300)
    one, two = (read(tmp_path / n_process) for n_process in ("1", "2"))
    assert len(one) == len(TEXTS)
    assert [(doc.text, tags(doc)) for doc in one] == [(doc.text, tags(doc)) for doc in two]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no Ctrl+C for other processes")
def test_processes_end_with_a_stopped_run(tmp_path):
    write(tmp_path / "slow.py", SLOW)
    write(tmp_path / "raw.txt", ("The dog ate the apple. " * 50 + "\n") * 600)
    import_code(tmp_path / "slow.py")
    nlp = by_rules("X")
    nlp.add_pipe("slow")
    nlp.to_disk(tmp_path / "teacher")
    command = [sys.executable, "-m", "spacy", "label-tags", "teacher", "raw.txt", "labelled"]
    with subprocess.Popen(
        [*command, "-n", "2", "--code", "slow.py"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        while not (tmp_path / "labelled").exists():
            assert process.poll() is None
            sleep(0.05)
        # Texts wait for the other processes soon.
        sleep(4)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_the_output_is_not_the_input(teacher, raw, out):
    label(teacher, raw, out)
    before = sorted(out.iterdir())
    assert f"The output {out} is the input" in fail(teacher, out, out)
    assert sorted(out.iterdir()) == before
