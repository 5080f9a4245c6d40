"""The folder of labelled text: what is in it already, and what else writes to it."""

import os
from functools import partial

import pytest
import spacy
from helpers import RAW_TEXTS, WITH_AN_ERROR, docs_in, make_examples, run_command, said, tags

from spacy_lstm_tagger.training import labelling
from spacy_lstm_tagger.training.labelling import label_texts


def test_a_folder_goes_on_where_it_was(teacher, raw, trained, tmp_path):
    kept, out = tmp_path / "labelled", tmp_path / "again"
    label_texts(teacher, raw, kept, shard_words=5, progress=False)
    assert label_texts(teacher, kept, out, max_words=6, progress=False) == 11
    assert [path.name for path in sorted(out.glob("*.spacy"))] == ["00000.spacy", "00001.spacy"]
    assert label_texts(teacher, kept, out, progress=False) == 14
    assert [doc.text for doc in docs_in(out, trained)] == [text for text in RAW_TEXTS if text]
    for doc in docs_in(out, trained):
        assert tags(doc) == tags(trained(doc.text))


def test_files_that_are_there_stay(teacher, raw, tmp_path):
    out, options = tmp_path / "out", {"shard_words": 5, "progress": False}
    label_texts(teacher, raw, out, **options)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "00000.spacy").write_bytes(b"")  # as after a power cut
    (out / "00001.spacy").unlink()
    time = (out / "00002.spacy").stat().st_mtime_ns
    label_texts(teacher, raw, out, **options)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert (out / "00002.spacy").stat().st_mtime_ns == time


@pytest.mark.parametrize(
    "change",
    [
        lambda nlp: nlp.get_pipe("lstm_tagger").calibrate(make_examples(nlp, WITH_AN_ERROR)),
        lambda nlp: nlp.get_pipe("lstm_tagger").lexicon.update(dog=["V"]),
        lambda nlp: nlp.add_pipe("sentencizer"),
    ],
)
def test_a_teacher_that_was_changed_needs_another_folder(teacher, raw, tmp_path, change):
    label_texts(teacher, raw, tmp_path / "out", max_words=5, shard_words=5, progress=False)
    nlp = spacy.load(teacher)
    change(nlp)
    nlp.to_disk(teacher)
    with pytest.raises(ValueError, match="was labelled with another pipeline"):
        label_texts(teacher, raw, tmp_path / "out", shard_words=5, progress=False)


def test_other_settings_files_or_input_need_another_folder(teacher, raw, tmp_path):
    options = {"shard_words": 5, "progress": False}
    label_texts(teacher, raw, tmp_path / "out", **options)
    label_texts(teacher, tmp_path / "out", tmp_path / "again", **options)
    with pytest.raises(ValueError, match="was labelled with another top_k: 4, not 2"):
        label_texts(teacher, raw, tmp_path / "out", top_k=2, **options)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    with pytest.raises(ValueError, match="has other files"):
        label_texts(teacher, raw, tmp_path / "other", **options)
    raw.write_text(raw.read_text().replace("dog", "cat"))
    with pytest.raises(ValueError, match="was labelled with another input"):
        label_texts(teacher, raw, tmp_path / "out", **options)
    (tmp_path / "out" / "00000.spacy").write_bytes((tmp_path / "out/00001.spacy").read_bytes())
    with pytest.raises(ValueError, match="was labelled with another input"):
        label_texts(teacher, tmp_path / "out", tmp_path / "again", **options)


@pytest.mark.skipif(os.name == "nt", reason="no locks")
def test_one_run_at_a_time_writes_to_a_folder(teacher, raw, tmp_path, monkeypatch):
    out, label, label_again = tmp_path / "out", labelling.label, partial(label_texts, teacher)
    refused = []

    def label_beside(*args):
        with pytest.raises(ValueError, match=r"Another run is writing to .*out"):
            label_again(raw, out, progress=False)
        refused.append(args)
        return label(*args)

    monkeypatch.setattr(labelling, "label", label_beside)
    assert label_texts(teacher, raw, out, progress=False) == 14
    assert len(refused) == 1
    monkeypatch.undo()
    assert label_again(raw, out, progress=False) == 14


def test_a_run_that_failed_at_its_start_leaves_nothing_in_the_way(teacher, raw, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="Can't load the pipeline nowhere: "):
        label_texts("nowhere", raw, out, progress=False)
    assert not out.exists()
    # What a run leaves that was killed before its first file, or on a full disk.
    out.mkdir()
    (out / "label-tags.json").write_text('{"pipeline": "nowhere"}')
    (out / ".0123456789abcdef.unfinished").write_bytes(b"x")
    assert label_texts(teacher, raw, out, progress=False) == 14
    assert sorted(path.name for path in out.iterdir()) == ["00000.spacy", "label-tags.json"]


@pytest.mark.parametrize("content", ["[1, 2]", '{"pipeline"', "[" * 200_000])
def test_damaged_settings(teacher, raw, tmp_path, content):
    label_texts(teacher, raw, tmp_path / "out", progress=False)
    (tmp_path / "out" / "label-tags.json").write_text(content)
    with pytest.raises(ValueError, match=r"label-tags\.json is damaged\. Choose another folder"):
        label_texts(teacher, raw, tmp_path / "out", progress=False)


def run(*args, exit_code=0):
    done = run_command("label-tags", *args)
    assert done.exit_code == exit_code, done.output
    return said(done)


def test_the_command_says_where_it_goes_on(teacher, raw, tmp_path, monkeypatch):
    args = [teacher, raw, tmp_path / "out", "--shard-words", "5"]
    label, n_labelled = labelling.label, 0

    def interrupted(*args):
        nonlocal n_labelled
        n_labelled += 1
        if n_labelled == 3:
            raise KeyboardInterrupt
        return label(*args)

    monkeypatch.setattr(labelling, "label", interrupted)
    assert "Stopped. Run the same command again to go on." in run(*args, exit_code=130)
    assert "2 files are there, going on" in run(*args)
    assert "going on" not in run(*args)
    (tmp_path / "raw.csv").touch()
    message = run(teacher, tmp_path / "raw.csv", tmp_path / "out2", exit_code=1)
    assert "can't tell the format from the suffix '.csv'" in message
