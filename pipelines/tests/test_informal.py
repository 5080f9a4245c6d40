"""Text as people write it in haste."""

import random

import numpy
import pytest
import spacy
from informal import HastyWriter, informal_augmenter
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_lstm_tagger.pipeline.soft_tags import SoftTags, set_soft_tags, soft_tags_of
from spacy_lstm_tagger.training.augmenters import forms_augmenter

HABITS = ["no_commas", "no_sentence_ends", "no_apostrophes", "no_capitals"]


@pytest.fixture
def nlp():
    return spacy.blank("xx")


def no_other_forms(nlp, example):
    yield example


def make_doc(nlp):
    doc = Doc(
        nlp.vocab,
        words=["Rome", ",", "I", "do", "n't", "know", "your", "streets", ".", "Go", "now", "!"],
        spaces=[False, True, True, False, True, True, True, False, True, True, False, False],
        tags=["NNP", ",", "PRP", "VBP", "RB", "VB", "PRP$", "NNS", ".", "VB", "RB", "."],
        heads=[5, 0, 5, 5, 5, 5, 7, 5, 5, 9, 9, 9],
        deps=["vocative", *["dep"] * 4, "ROOT", *["dep"] * 3, "ROOT", "dep", "punct"],
        ents=["B-GPE", *["O"] * 11],
    )
    doc.spans["clauses"] = [Span(doc, 0, 2, "A"), Span(doc, 2, 9, "B"), Span(doc, 9, 12, "C")]
    return doc


def write(doc, habits):
    """What a writer who has these habits makes of a text."""
    writer = HastyWriter(lambda: 1 - 1e-9)
    assert not any(getattr(writer, habit) for habit in HABITS)
    for habit in habits:
        setattr(writer, habit, True)
    return " ".join(writer.write(token) for token in doc if not writer.leaves_out(token))


@pytest.mark.parametrize(
    ("habit", "text"),
    [
        (None, "Rome , I do n't know your streets . Go now !"),
        ("no_commas", "Rome I do n't know your streets . Go now !"),
        ("no_sentence_ends", "Rome , I do n't know your streets Go now"),
        ("no_apostrophes", "Rome , I do nt know your streets . Go now !"),
        ("no_capitals", "rome , i do n't know your streets . go now !"),
    ],
)
def test_each_habit(nlp, habit, text):
    assert write(make_doc(nlp), [habit] if habit else []) == text


def test_a_form_keeps_the_annotation_of_the_tokens_that_stay(nlp):
    doc = make_doc(nlp)
    labels = list(dict.fromkeys(token.tag_ for token in doc))
    tags = numpy.asarray([[labels.index(token.tag_)] for token in doc], dtype="uint16")
    set_soft_tags(doc, SoftTags(labels, tags, numpy.zeros(tags.shape, dtype="float16")))
    before = doc.to_bytes()
    random.seed(0)
    texts = set()
    for _ in range(300):
        example = Example(Doc(nlp.vocab, words=[token.text for token in doc]), doc)
        _, *forms = informal_augmenter(1.0, no_other_forms)(nlp, example)
        for form in forms:
            texts.add(form.text)
            check_form(form.reference, doc)
    assert "Rome I dont know your streets Go now" in {text.strip() for text in texts}
    assert doc.to_bytes() == before


def check_form(form, doc):
    """Commas and ends of sentences alone are missing. They begin nothing, and nothing depends on
    them."""
    stay = [token for token in doc if token.tag_ not in (",", ".")]
    left = [token for token in form if token.tag_ not in (",", ".")]
    assert [t.tag_ for t in left] == [t.tag_ for t in stay]
    for attr in ("dep_", "is_sent_start", "ent_type_", "ent_iob_"):
        assert [getattr(t, attr) for t in left] == [getattr(t, attr) for t in stay]
    assert [t.head.tag_ for t in left] == [t.head.tag_ for t in stay]
    assert [span.label_ for span in form.spans["clauses"]] == ["A", "B", "C"]
    assert [span[0].tag_ for span in form.spans["clauses"]] == ["NNP", "PRP", "VB"]
    soft = soft_tags_of(form)
    assert [soft.labels[tag] for (tag,) in soft.tags] == [token.tag_ for token in form]


@pytest.mark.parametrize(
    "doc",
    [
        {"words": [","]},
        {"words": ["a", ",", "."], "heads": [1, 1, 1], "deps": ["dep", "ROOT", "dep"]},
        {"words": ["a", ",", "b"], "ents": ["O", "B-X", "I-X"]},
    ],
)
def test_what_is_needed_stays(nlp, doc):
    doc = Doc(nlp.vocab, **doc)
    assert len(write(doc, ["no_commas"]).split()) == len(doc)


def test_apostrophes_stay_where_there_are_no_letters_alone(nlp):
    doc = Doc(nlp.vocab, words=["'90s", "'", "don\u2019t", "o'clock"])
    assert write(doc, ["no_apostrophes"]) == "'90s ' dont oclock"


def test_a_word_is_never_empty(nlp):
    doc = Doc(nlp.vocab, words=["'", "''", "a'", "I", "\n", "!"])
    assert write(doc, ["no_apostrophes", "no_capitals"]).split(" ") == [
        "'",
        "''",
        "a",
        "i",
        "\n",
        "!",
    ]


def test_what_is_written_in_haste_has_other_forms_too(nlp):
    doc = make_doc(nlp)
    example = Example(Doc(nlp.vocab, words=[token.text for token in doc]), doc)
    random.seed(0)
    for level, has_comma in ((0.0, {True}), (1.0, {True, False})):
        augment = informal_augmenter(level, forms_augmenter(0, 1, 0, 0))
        examples = [list(augment(nlp, example)) for _ in range(50)]
        assert all(original is example for original, _ in examples)
        assert all(form.text.isupper() for _, form in examples)
        assert {"," in form.text for _, form in examples} == has_comma


def test_wrong_values_are_refused():
    with pytest.raises(ValueError, match=r"level = 1\.5"):
        informal_augmenter(1.5, no_other_forms)
