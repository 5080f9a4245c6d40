import os
import zlib

import numpy
import pytest
import spacy
import srsly
from helpers import RAW_TEXTS, by_rules, docs_in, make_nlp, tags
from spacy.tokens import DocBin

from spacy_lstm_tagger.pipeline.probabilities import TagProbs
from spacy_lstm_tagger.pipeline.soft_tags import KEY, most_probable, set_soft_tags, soft_tags_of
from spacy_lstm_tagger.training import labelling
from spacy_lstm_tagger.training.corpus import SentenceCorpus
from spacy_lstm_tagger.training.labelling import label_texts
from spacy_lstm_tagger.training.mixed_corpus import MixedCorpus

NOT_FINITE = numpy.full(10, numpy.nan, "float16").tobytes()


@pytest.fixture
def rules(tmp_path):
    """A function that saves a pipeline which gives each token the same annotation."""

    def make(tag, **attrs):
        by_rules(tag, **attrs).to_disk(tmp_path / "rules")
        return str(tmp_path / "rules")

    return make


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs os.mkfifo")
def test_a_pipe_is_refused_because_the_input_is_read_twice(tmp_path):
    os.mkfifo(tmp_path / "raw.txt")
    with pytest.raises(ValueError, match=r"raw.txt is not a file or a folder"):
        label_texts("teacher", tmp_path / "raw.txt", tmp_path / "out", progress=False)


def test_text_is_tagged_with_the_teacher(teacher, raw, trained, tmp_path):
    n_words = label_texts(teacher, raw, tmp_path / "out", shard_words=8, progress=False)
    assert n_words == 14
    docs = list(docs_in(tmp_path / "out", trained))
    assert [doc.text for doc in docs] == [text for text in RAW_TEXTS if text]
    for doc in docs:
        assert tags(doc) == tags(trained(doc.text))
        soft = soft_tags_of(doc)
        assert [soft.labels[row[0]] for row in soft.tags] == tags(doc)
    assert len(list((tmp_path / "out").glob("*.spacy"))) == 2


def test_what_was_labelled_counts_as_the_first_teacher(teacher, raw, trained, tmp_path, rules):
    second = make_nlp([("The dog book", ["V", "FW", "NN"])], n_updates=20, seed=1)
    second.to_disk(tmp_path / "second")
    first, others = rules("X", POS="ADV"), [teacher, str(tmp_path / "second")]
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


def test_the_first_of_several_teachers_gives_parts_of_speech(teacher, raw, tmp_path, rules):
    first = rules("X", POS="ADV", MORPH="Degree=Pos")
    label_texts(first, raw, tmp_path / "out", more_teachers=[teacher] * 2, progress=False)
    doc, *_ = docs_in(tmp_path / "out", spacy.blank("en"))
    assert tags(doc) == ["DET", "NN", "V", "DET", "NN"]  # as two say
    assert {(token.pos_, str(token.morph)) for token in doc} == {("ADV", "Degree=Pos")}
    soft = soft_tags_of(doc)
    assert [soft.labels[row[1]] for row in soft.tags] == ["X"] * 5


def test_without_probabilities_there_are_tags_alone(teacher, raw, tmp_path, rules):
    label_texts(rules("X"), raw, tmp_path / "by_rules", progress=False)
    label_texts(teacher, raw, tmp_path / "not_wanted", top_k=0, progress=False)
    for name in ("by_rules", "not_wanted"):
        docs = list(docs_in(tmp_path / name, spacy.blank("en")))
        assert [doc.text for doc in docs] == [text for text in RAW_TEXTS if text]
        assert all(soft_tags_of(doc) is None for doc in docs)


def test_a_teacher_without_tags_is_refused(teacher, raw, tmp_path, trained):
    spacy.blank("en").to_disk(tmp_path / "blank")
    blank, out = str(tmp_path / "blank"), tmp_path / "out"
    with pytest.raises(ValueError, match=r"blank sets no tags; its components are \[\]"):
        label_texts(blank, raw, out, progress=False)
    with pytest.raises(ValueError, match="blank sets no tags"):
        label_texts(teacher, raw, out, more_teachers=[blank], progress=False)
    assert not out.exists()
    (tmp_path / "labelled").mkdir()
    docs = [trained.make_doc(text) for text in RAW_TEXTS]
    DocBin(docs=docs).to_disk(tmp_path / "labelled" / "0.spacy")
    with pytest.raises(ValueError, match=r"0\.spacy has no tags"):
        label_texts(teacher, tmp_path / "labelled", out, progress=False)


@pytest.mark.parametrize(
    "change",
    [
        lambda labels, k, tags, log_probs: ((1, 2, 3), k, tags, log_probs),
        lambda labels, k, tags, log_probs: (("DET",), k, tags, log_probs),
        lambda labels, k, tags, log_probs: (labels, k, tags, b""),
        lambda labels, k, tags, log_probs: (labels, k, tags, NOT_FINITE),
        lambda labels, k, tags, log_probs: (labels, k, tags),
        lambda *soft: 5,
    ],
)
def test_damaged_soft_tags_are_refused_with_the_name_of_the_file(
    teacher, trained, tmp_path, change
):
    kept, doc = tmp_path / "labelled", trained(RAW_TEXTS[0])
    kept.mkdir()
    probs = numpy.full((5, 3), 1 / 3, dtype="float32")
    set_soft_tags(doc, most_probable(TagProbs(probs, ["DET", "NN", "V"]), 2))
    doc.user_data[KEY] = change(*doc.user_data[KEY])
    DocBin(["TAG"], store_user_data=True, docs=[doc]).to_disk(kept / "00000.spacy")
    with pytest.raises(ValueError, match=r"00000\.spacy is damaged"):
        label_texts(teacher, kept, tmp_path / "out", progress=False)


def test_texts_are_read_as_they_are_needed(teacher, tmp_path, monkeypatch):
    (tmp_path / "raw.txt").write_text("The dog ate the apple\n" * 40)
    read, label, seen = labelling.read_sources, labelling.label, []

    def watched(*args):
        for source in read(*args):
            seen.append("read")
            yield source

    def label_watched(*args):
        seen.append("labelled")
        return label(*args)

    monkeypatch.setattr(labelling, "read_sources", watched)
    monkeypatch.setattr(labelling, "label", label_watched)
    label_texts(teacher, tmp_path / "raw.txt", tmp_path / "out", shard_words=5, progress=False)
    assert seen[-80:] == ["read", "labelled"] * 40


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "There is no text in"),
        ("nothing", None, r"There is no labelled text \(.spacy\) in"),
        ("labelled", b"x", r"0\.spacy is damaged or not a DocBin"),
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
    with pytest.raises(ValueError, match=message):
        label_texts(teacher, path, tmp_path / "out", progress=False)
    assert not (tmp_path / "out").exists()


def test_a_student_learns_what_was_labelled(teacher, raw, trained, tmp_path):
    label_texts(teacher, raw, tmp_path / "labelled", progress=False)
    labelled = SentenceCorpus(tmp_path / "labelled")
    student = make_nlp([("a b c", trained.get_pipe("lstm_tagger").labels)], seed=1)
    examples = list(MixedCorpus({"labelled": labelled}, {"labelled": 1})(student))
    optimizer = student.resume_training()
    for _ in range(40):
        student.update(examples, sgd=optimizer)
    for text in filter(None, RAW_TEXTS):
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


def test_a_file_that_unpacks_to_much_more_than_its_size_is_refused(teacher, tmp_path):
    (tmp_path / "labelled").mkdir()
    message = {
        **srsly.msgpack_loads(zlib.decompress(DocBin().to_bytes())),
        "tokens": bytes(1 << 26),
    }
    packed = zlib.compress(srsly.msgpack_dumps(message))
    (tmp_path / "labelled" / "0.spacy").write_bytes(packed)
    with pytest.raises(ValueError, match=r"0\.spacy is damaged.* unpack to more than"):
        label_texts(teacher, tmp_path / "labelled", tmp_path / "out", progress=False)
