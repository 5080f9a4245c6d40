"""A student of several components, which share one LSTM."""

import numpy
import pytest
import spacy
import torch
from helpers import TAGGED, make_examples, shared_config, tags
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Config, fix_random_seed

from spacy_lstm_tagger.distillation import Lesson, Teacher
from spacy_lstm_tagger.distillation.student import Student
from spacy_lstm_tagger.models.shim import torch_shims
from spacy_lstm_tagger.pipeline.log_probs import set_log_probs

SHARED = shared_config("morphologizer", width=16, word_dropout=0.0, feature_rows=50)
POS = {"DET": "DET", "NN": "NOUN", "V": "VERB"}


def make_shared(n_updates=0, seed=0):
    fix_random_seed(seed)
    nlp = spacy.blank("en").from_config(Config().from_str(SHARED))
    examples = make_examples(nlp)
    for example in examples:
        for token in example.reference:
            token.pos_ = POS[token.tag_]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(n_updates):
        nlp.update(examples, sgd=optimizer)
    return nlp


def raw_examples(nlp):
    return [Example(nlp.make_doc(text), nlp.make_doc(text)) for text, _ in TAGGED]


def make_lesson(nlp, with_tags=True, with_pos=True):
    """A lesson on tags, on parts of speech, or on both."""
    text, gold = TAGGED[0]
    labels = nlp.get_pipe("lstm_tagger").labels
    probs = numpy.array([[float(tag == label) for label in labels] for tag in gold])
    pos = [POS[tag] for tag in gold] if with_pos else None
    reference = Doc(nlp.vocab, words=text.split(), pos=pos)
    with numpy.errstate(divide="ignore"):
        set_log_probs(reference, numpy.log(probs * with_tags), labels)
    return Lesson(Doc(nlp.vocab, words=text.split()), reference)


def gradient_of_tok2vec(nlp, lesson):
    shims = torch_shims(nlp.get_pipe("tok2vec").model)
    parameters = [parameter for shim in shims for parameter in shim.module.parameters()]
    for parameter in parameters:
        parameter.grad = None
    Student(nlp).update([lesson])
    return [parameter.grad.to_dense() for parameter in parameters]


def test_a_shared_tok2vec_gets_the_gradients_of_all_components():
    nlp = make_shared(n_updates=3)
    tagger = gradient_of_tok2vec(nlp, make_lesson(nlp, with_pos=False))
    morphologizer = gradient_of_tok2vec(nlp, make_lesson(nlp, with_tags=False))
    both = gradient_of_tok2vec(nlp, make_lesson(nlp))
    assert any(gradient.abs().max() > 1e-3 for gradient in tagger)
    assert any(gradient.abs().max() > 1e-3 for gradient in morphologizer)
    for a, b, total in zip(tagger, morphologizer, both, strict=True):
        torch.testing.assert_close(a + b, total, atol=1e-5, rtol=1e-4)


def test_all_components_come_to_agree_with_the_teacher():
    teacher, nlp = make_shared(n_updates=40), make_shared(seed=1)
    lessons = Teacher([teacher]).annotate(raw_examples(nlp))
    student, optimizer = Student(nlp), nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(40):
        losses = student.update(lessons)
        for _, pipe in student.pipeline:
            pipe.finish_update(optimizer)
    assert set(losses) == {"tok2vec", "lstm_tagger", "morphologizer"}
    for text, gold in TAGGED:
        doc, expected = nlp(text), teacher(text)
        assert tags(doc) == tags(expected) == gold
        assert [token.pos_ for token in doc] == [token.pos_ for token in expected]


def test_examples_that_are_no_lessons_are_gold():
    nlp, other = make_shared(n_updates=3), make_shared(n_updates=3)
    losses = Student(nlp).update(make_examples(nlp))
    assert losses == pytest.approx(other.update(make_examples(other), sgd=False))


def test_components_that_are_left_out_or_annotate():
    nlp = make_shared(n_updates=3)
    lesson = make_lesson(nlp)
    losses = Student(nlp).update([lesson], exclude=["morphologizer"], annotates=["lstm_tagger"])
    assert set(losses) == {"tok2vec", "lstm_tagger"}
    assert not lesson.predicted.has_annotation("TAG")  # a copy is annotated


def test_components_without_a_teacher_are_named():
    nlp = make_shared()
    student = Student(nlp)
    assert student.not_taught(make_lesson(nlp)) == []
    lesson = make_lesson(nlp, with_pos=False)
    assert student.not_taught(lesson) == ["morphologizer"]
    assert student.not_taught(lesson, exclude=["morphologizer"]) == []
