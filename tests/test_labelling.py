import json
import lzma

import pytest
from helpers import tags
from spacy.tokens import DocBin

from spacy_lstm_tagger.labelling import label_texts
from spacy_lstm_tagger.soft_tags import soft_tags_of

TEXTS = ["The dog ate the apple", "Everybody read that book", "", "The book", "The dog read"]


@pytest.fixture
def teacher(trained, tmp_path):
    trained.to_disk(tmp_path / "teacher")
    return str(tmp_path / "teacher")


@pytest.fixture
def raw(tmp_path):
    path = tmp_path / "raw.txt"
    path.write_text("\n".join(TEXTS), encoding="utf8")
    return path


def docs_in(folder, nlp):
    for path in sorted(folder.glob("*.spacy")):
        yield from DocBin().from_disk(path).get_docs(nlp.vocab)


def test_text_is_tagged_with_the_teacher(teacher, raw, trained, tmp_path):
    n_words = label_texts(teacher, raw, tmp_path / "out", shard_words=8, progress=False)
    assert n_words == 14
    docs = list(docs_in(tmp_path / "out", trained))
    assert [doc.text for doc in docs] == [text for text in TEXTS if text]
    for doc in docs:
        assert tags(doc) == tags(trained(doc.text))
        soft = soft_tags_of(doc)
        assert [soft.labels[row[0]] for row in soft.tags] == tags(doc)
    assert len(list((tmp_path / "out").glob("*.spacy"))) == 2


def test_files_that_are_there_stay(teacher, raw, trained, tmp_path):
    out = tmp_path / "out"
    label_texts(teacher, raw, out, shard_words=8, progress=False)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "00001.spacy").unlink()
    times = {path.name: path.stat().st_mtime_ns for path in out.glob("*.spacy")}
    label_texts(teacher, raw, out, shard_words=8, progress=False)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert all((out / name).stat().st_mtime_ns == time for name, time in times.items())


def test_another_teacher_or_input_needs_another_folder(teacher, raw, tmp_path):
    label_texts(teacher, raw, tmp_path / "out", progress=False)
    with pytest.raises(ValueError, match="was labelled with another top_k: 4, not 2"):
        label_texts(teacher, raw, tmp_path / "out", top_k=2, progress=False)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    with pytest.raises(ValueError, match="has other files"):
        label_texts(teacher, raw, tmp_path / "other", progress=False)


def test_compressed_lines_of_json_up_to_a_number_of_words(teacher, trained, tmp_path):
    path = tmp_path / "raw.jsonl.xz"
    with lzma.open(path, "wt", encoding="utf8") as lines:
        lines.writelines(json.dumps({"text": text}) + "\n" for text in TEXTS)
    out, options = tmp_path / "out", {"top_k": 0, "shard_words": 5, "progress": False}
    assert label_texts(teacher, path, out, max_words=3, **options) == 5
    docs = list(docs_in(out, trained))
    assert [doc.text for doc in docs] == TEXTS[:1]
    assert all(soft_tags_of(doc) is None for doc in docs)
    assert label_texts(teacher, path, out, **options) == 14  # goes on
    assert [doc.text for doc in docs_in(out, trained)] == [text for text in TEXTS if text]


def test_bad_input(teacher, tmp_path):
    (tmp_path / "empty.txt").touch()
    with pytest.raises(ValueError, match="There is no text in"):
        label_texts(teacher, tmp_path / "empty.txt", tmp_path / "out", progress=False)
    (tmp_path / "bad.jsonl").write_text('{"text": "The dog"}\n{"txt": "The dog"}\n')
    with pytest.raises(ValueError, match="line 2 is not a JSON object with a string under 'text'"):
        label_texts(teacher, tmp_path / "bad.jsonl", tmp_path / "out2", progress=False)


@pytest.mark.slow
def test_two_processes_write_the_same_files(teacher, raw, tmp_path):
    for n_process in (1, 2):
        out = tmp_path / str(n_process)
        label_texts(teacher, raw, out, shard_words=5, n_process=n_process, progress=False)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("1", "2")
    )
    assert one == two
