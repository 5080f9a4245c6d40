"""Distillation: a student learns the tags that a teacher gives, with their probabilities."""

import numpy
import pytest
import spacy
import torch
from helpers import HASH_EMBED_CNN, TAGGED, make_examples, make_nlp, tags
from numpy.testing import assert_allclose
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from spacy_lstm_tagger.pipeline.distilling import soft_cross_entropy
from spacy_lstm_tagger.pipeline.log_probs import set_log_probs

NAME = "lstm_tagger"
WORDS = TAGGED[0][0].split()


def raw_examples(nlp, texts=tuple(text for text, _ in TAGGED)):
    return [Example(nlp.make_doc(text), nlp.make_doc(text)) for text in texts]


def taught(vocab, words, probs, labels):
    """An example whose reference stores the probabilities of a teacher."""
    reference = Doc(vocab, words=words)
    with numpy.errstate(divide="ignore"):
        set_log_probs(reference, numpy.log(numpy.array(probs)), labels)
    return Example(Doc(vocab, words=words), reference)


def random_probs(n_tokens, n_tags, seed=0):
    rng = numpy.random.default_rng(seed)
    return rng.dirichlet(numpy.ones(n_tags), size=n_tokens).astype("float32")


def loss_of(nlp, teacher_pipe, examples, **kwargs):
    return nlp.get_pipe(NAME).distill(teacher_pipe, examples, **kwargs)[NAME]


@pytest.fixture
def student():
    """A pipeline that has learned a little: one without any update gives all tags the same
    probability, and its loss is the same for all targets."""
    return make_nlp(seed=1, n_updates=5)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 3.0])
def test_loss_and_gradient_are_those_of_autograd(temperature):
    teacher = random_probs(6, 4)
    scores = torch.randn(6, 4, generator=torch.Generator().manual_seed(1), requires_grad=True)
    student = scores.log_softmax(dim=1)
    divisor = temperature or 1.0
    if temperature:
        target = (torch.tensor(teacher).log() / temperature).softmax(dim=1)
    else:
        target = torch.nn.functional.one_hot(torch.tensor(teacher).argmax(dim=1), 4)
    expected = -(target * (scores / divisor).log_softmax(dim=1)).sum() * divisor**2
    expected.backward()
    loss, gradient = soft_cross_entropy(teacher, student.detach().numpy(), temperature)
    assert_allclose(loss, expected.item() / 6, rtol=1e-5)
    assert_allclose(gradient, scores.grad.numpy(), atol=1e-5)
    through_softmax = torch.autograd.grad(student, scores, torch.tensor(gradient))
    assert_allclose(through_softmax[0].numpy(), gradient, atol=1e-5)


def test_a_low_temperature_is_close_to_hard_targets():
    teacher, student = random_probs(5, 3), numpy.log(random_probs(5, 3, seed=1))
    target = numpy.exp(student) - soft_cross_entropy(teacher, student, 0.0)[1]
    assert_allclose(target, numpy.eye(3)[teacher.argmax(axis=1)], atol=1e-6)
    cold = soft_cross_entropy(teacher, student, 1e-4)
    assert all(numpy.isfinite(value).all() for value in cold)


def test_tokens_without_a_target_do_not_count():
    teacher, student = random_probs(4, 3), numpy.log(random_probs(4, 3, seed=1))
    loss, gradient = soft_cross_entropy(teacher[:2], student[:2])
    teacher[2:] = 0
    assert_allclose(soft_cross_entropy(teacher, student)[0], loss, rtol=1e-6)
    assert_allclose(soft_cross_entropy(teacher, student)[1], [*gradient, [0] * 3, [0] * 3])


def test_get_teacher_student_loss(trained):
    pipe = trained.get_pipe(NAME)
    teacher = [random_probs(2, 3), random_probs(3, 3, seed=1)]
    student = [numpy.log(random_probs(2, 3, seed=2)), numpy.log(random_probs(3, 3, seed=3))]
    loss, gradient = pipe.get_teacher_student_loss(teacher, student)
    total = sum((p * q).sum() for p, q in zip(teacher, student, strict=True))
    assert_allclose(loss, -total / 5, rtol=1e-5)
    for got, p, q in zip(gradient, teacher, student, strict=True):
        assert_allclose(got, numpy.exp(q) - p, atol=1e-6)
    assert pipe.get_teacher_student_loss([], []) == (0.0, [])


def test_a_temperature_below_0_is_refused(trained):
    with pytest.raises(ValueError, match=r"temperature = -1"):
        trained.get_pipe(NAME).get_teacher_student_loss(
            [random_probs(1, 3)], [random_probs(1, 3)], temperature=-1
        )


@pytest.mark.parametrize("temperature", [0.0, 1.0, 2.0])
def test_a_student_comes_to_agree_with_its_teacher(trained, temperature):
    student = make_nlp(seed=1)
    pipe, optimizer = student.get_pipe(NAME), student.create_optimizer()
    assert pipe.is_distillable
    options = {"sgd": optimizer, "temperature": temperature}
    losses = [
        loss_of(student, trained.get_pipe(NAME), raw_examples(student), **options)
        for _ in range(40)
    ]
    assert losses[-1] < losses[0]
    for text, expected in TAGGED:
        assert tags(student(text)) == tags(trained(text)) == expected


def test_losses_are_added_and_gradients_accumulate(trained):
    student, other = make_nlp(seed=1), make_nlp(seed=1)
    losses = {NAME: 1.0}
    teacher = trained.get_pipe(NAME)
    before = weights(student)
    assert student.get_pipe(NAME).distill(teacher, raw_examples(student), losses=losses) is losses
    assert losses[NAME] > 1
    assert_same(weights(student), before)
    student.get_pipe(NAME).finish_update(student.create_optimizer())
    loss_of(other, teacher, raw_examples(other), sgd=other.create_optimizer())
    assert_same(weights(student), weights(other))


def weights(nlp):
    shims = [shim for node in nlp.get_pipe(NAME).model.walk() for shim in node.shims]
    return [p.detach().clone() for shim in shims for p in shim.module.parameters()]


def assert_same(first, second):
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_the_same_seed_gives_the_same_weights(trained):
    def student():
        nlp = make_nlp(seed=3)
        fix_random_seed(7)
        optimizer = nlp.create_optimizer()
        for _ in range(3):
            loss_of(nlp, trained.get_pipe(NAME), raw_examples(nlp), sgd=optimizer, drop=0.3)
        return weights(nlp)

    assert_same(student(), student())


def test_labels_are_matched_by_name(student):
    probs = random_probs(5, 3)
    labels = student.get_pipe(NAME).labels
    loss = loss_of(student, None, [taught(student.vocab, WORDS, probs, labels)])
    backwards = taught(student.vocab, WORDS, probs[:, ::-1], labels[::-1])
    assert loss_of(student, None, [backwards]) == pytest.approx(loss)
    mixed = taught(student.vocab, WORDS, probs[:, ::-1], labels)
    assert loss_of(student, None, [mixed]) != pytest.approx(loss)


def test_tags_that_the_student_lacks_are_left_out(student):
    labels = student.get_pipe(NAME).labels
    probs = random_probs(5, 4)
    known = probs[:, :3] / probs[:, :3].sum(axis=1, keepdims=True)
    loss = loss_of(student, None, [taught(student.vocab, WORDS, known, labels)])
    with_unknown = taught(student.vocab, WORDS, probs, [*labels, "FW"])
    assert loss_of(student, None, [with_unknown]) == pytest.approx(loss)
    only_unknown = numpy.array([[0, 0, 0, 1]] * 5)
    assert (
        loss_of(student, None, [taught(student.vocab, WORDS, only_unknown, [*labels, "FW"])]) == 0
    )


def test_tags_that_the_teacher_lacks_get_no_probability(student):
    first, *others = student.get_pipe(NAME).labels
    padded = numpy.pad(random_probs(5, 2), ((0, 0), (1, 0)))
    loss = loss_of(student, None, [taught(student.vocab, WORDS, padded, [first, *others])])
    without = taught(student.vocab, WORDS, padded[:, 1:], others)
    assert loss_of(student, None, [without]) == pytest.approx(loss)


def test_a_teacher_with_other_tags_is_refused(trained):
    student = make_nlp([(TAGGED[0][0], ["D", "N", "V2", "D", "N"])])
    with pytest.raises(ValueError, match=r"teacher's: DET, NN, V\. The component's: D, N, V2"):
        loss_of(student, trained.get_pipe(NAME), raw_examples(student))
    with pytest.raises(ValueError, match=r"teacher's: none"):
        loss_of(student, None, raw_examples(student))


def test_reference_and_predicted_doc_need_the_same_tokens(trained):
    student = make_nlp()
    example = Example(student.make_doc("The dog ate"), student.make_doc("The dog ran"))
    with pytest.raises(ValueError, match=r"'ran'.*'ate'.*gold_preproc"):
        loss_of(student, trained.get_pipe(NAME), [example])


def test_whitespace_does_not_count(trained, student):

    def loss(words):
        doc = Doc(student.vocab, words=words)
        return loss_of(student, trained.get_pipe(NAME), [Example(doc, doc.copy())])

    assert loss(["\n", "The", " ", "dog", "ate", "\n\n"]) == pytest.approx(
        loss(["The", "dog", "ate"]), rel=1e-3
    )
    assert loss([" ", "\n"]) == 0
    assert loss([]) == 0


def test_a_tag_from_a_component_without_probabilities(student):
    """The tags count as if they were gold."""

    @Language.component("test_distilling_rules")
    def rules(doc):
        for token in doc:
            token.tag_ = "DET" if token.lower_ in ("the", "that") else "NN"
        return doc

    hard = loss_of(student, rules, raw_examples(student))
    examples = raw_examples(student)
    for example in examples:
        rules(example.reference)
    scores = student.get_pipe(NAME).model.predict([example.predicted for example in examples])
    gold, _ = student.get_pipe(NAME).get_loss(examples, scores)
    assert hard == pytest.approx(gold, rel=1e-3)
    assert loss_of(student, None, examples) == pytest.approx(hard)  # tags in the references


def spacy_tagger(tok2vec=None, normalize=False):
    """A pipeline of spaCy's `tagger`, with its own tok2vec, or one that listens to another."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    model = {"@architectures": "spacy.Tagger.v2", "normalize": normalize}
    if tok2vec:
        nlp.add_pipe("tok2vec", config={"model": tok2vec})
        listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16}
        nlp.add_pipe("tagger", config={"model": {**model, "tok2vec": listener}})
    else:
        nlp.add_pipe("tagger", config={"model": {**model, "tok2vec": HASH_EMBED_CNN}})
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    return nlp


def test_probabilities_of_spacys_tagger(student):
    scores_not_normalized, probs = spacy_tagger(), spacy_tagger(normalize=True)
    loss = loss_of(student, probs.get_pipe("tagger"), raw_examples(student))
    raw = loss_of(student, scores_not_normalized.get_pipe("tagger"), raw_examples(student))
    assert raw == pytest.approx(loss, rel=1e-5)
    hard = loss_of(student, probs.get_pipe("tagger"), raw_examples(student), temperature=0)
    assert hard != pytest.approx(loss)


def test_a_teacher_that_listens_needs_the_rest_of_its_pipeline():
    teacher, student = spacy_tagger(tok2vec=HASH_EMBED_CNN), make_nlp(seed=1)
    pipe = teacher.get_pipe("tagger")
    with pytest.raises(ValueError, match=r"'tagger' listens.*whole pipeline"):
        loss_of(student, pipe, raw_examples(student))
    examples = raw_examples(student)
    for example in examples:
        example.reference = teacher(example.reference)
    optimizer = student.create_optimizer()
    for _ in range(40):
        loss_of(student, pipe, examples, sgd=optimizer)
    for text, expected in TAGGED:
        assert tags(student(text)) == tags(teacher(text)) == expected


def test_the_lexicon_of_a_teacher_counts():
    teacher, student = make_nlp(n_updates=5), make_nlp(seed=1)
    teacher.get_pipe(NAME).lexicon["dog"] = ["V"]
    example = raw_examples(student)[0]
    (target, *_) = student.get_pipe(NAME)._teacher_scores(
        teacher.get_pipe(NAME), [example.reference]
    )
    assert target[1].tolist() == [0, 0, 1]
