import numpy
import pytest
import spacy
import torch
from numpy.testing import assert_allclose
from spacy.training import Example

from spacy_lstm_tagger.pipeline.loss import (
    MIN_PROB,
    MISSING,
    GoldTags,
    align,
    gold_tags,
    loss_of,
)

LABELS = ["A", "B", "C"]


def make_example(tags, words=("one", "two", "three"), predicted=None):
    nlp = spacy.blank("xx")
    doc = spacy.tokens.Doc(nlp.vocab, words=predicted or words)
    return Example.from_dict(doc, {"words": list(words), "tags": tags})


@pytest.mark.parametrize(
    ("tags", "expected", "negated"),
    [
        (["A", "C", "B"], [0, 2, 1], [False] * 3),
        (["A", "", "!B"], [0, MISSING, 1], [False, False, True]),
        (["", "", ""], [MISSING] * 3, [False] * 3),
    ],
)
def test_gold_tags(tags, expected, negated):
    gold = gold_tags(align([make_example(tags)]), LABELS, "!")
    assert gold.tags.tolist() == expected
    assert gold.negated.tolist() == negated


def test_a_label_that_starts_with_the_prefix_is_a_label():
    gold = gold_tags(align([make_example(["!", "!A", "A"])]), ["!", "A"], "!")
    assert gold.tags.tolist() == [0, 1, 1]
    assert gold.negated.tolist() == [False, True, False]


def test_gold_tags_are_aligned():
    one = make_example(["A", "B", "C"], ["a", "bc", "d"], predicted=["ab", "c", "d"])
    assert gold_tags(align([one]), LABELS, "!").tags.tolist() == [MISSING, 1, 2]
    two = make_example(["A", "B", "B"], ["a", "b", "c"], predicted=["abc"])
    assert gold_tags(align([two]), LABELS, "!").tags.tolist() == [MISSING]
    three = make_example(["B", "B", "B"], ["a", "b", "c"], predicted=["abc"])
    assert gold_tags(align([three]), LABELS, "!").tags.tolist() == [1]


@pytest.mark.parametrize("tag", ["D", "!D", "!!A"])
def test_a_tag_that_is_no_label_is_named(tag):
    with pytest.raises(ValueError, match=f"'{tag}' is not one of the 3 labels"):
        gold_tags(align([make_example(["A", tag, "B"])]), LABELS, "!")


def random_log_probs(n_tokens, n_tags=3):
    return torch.log_softmax(torch.randn(n_tokens, n_tags), dim=1)


def test_loss_is_that_of_torch():
    log_probs = random_log_probs(4)
    gold = GoldTags(numpy.array([2, 0, MISSING, 1]), numpy.zeros(4, dtype=bool))
    loss, _ = loss_of(log_probs.numpy(), gold, None, 0.0)
    expected = torch.nn.functional.nll_loss(log_probs, torch.tensor([2, 0, -100, 1]))
    assert_allclose(loss, expected, rtol=1e-6)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_gradient_is_that_of_the_summed_loss(label_smoothing):
    scores = torch.randn(5, 3, requires_grad=True)
    log_probs = torch.log_softmax(scores, dim=1)
    gold = GoldTags(
        numpy.array([2, 0, MISSING, 1, 1]), numpy.array([False, False, False, False, True])
    )
    loss, gradient = loss_of(log_probs.detach().numpy(), gold, None, label_smoothing)

    target = torch.full((3, 3), label_smoothing / 2)
    target[range(3), [2, 0, 1]] = 1 - label_smoothing
    expected = -(target * log_probs[[0, 1, 3]]).sum() - torch.log(1 - log_probs[4, 1].exp())
    assert_allclose(loss, expected.item() / 4, rtol=1e-5)
    expected.backward()
    assert_allclose(gradient, scores.grad, atol=1e-6)

    # Going back through the log-softmax does not change it.
    log_probs = torch.log_softmax(scores.detach().requires_grad_(), dim=1)
    (again,) = torch.autograd.grad(log_probs, log_probs, torch.from_numpy(gradient))
    assert_allclose(again, gradient, atol=1e-6)


def test_a_negated_tag_that_the_model_is_sure_of_has_a_finite_loss_and_gradient():
    gold = GoldTags(numpy.array([0]), numpy.array([True]))
    log_probs = numpy.array([[0.0, -60.0, -60.0]], dtype="f")
    loss, gradient = loss_of(log_probs, gold, None, 0.0)
    assert_allclose(loss, -numpy.log(MIN_PROB), rtol=1e-6)
    assert_allclose(gradient, [[1, 0, 0]], atol=1e-6)


def soft_loss(log_probs, target):
    """The loss of tokens without gold tags."""
    gold = GoldTags(numpy.full(len(target), MISSING), numpy.zeros(len(target), dtype=bool))
    return loss_of(log_probs, gold, target, 0.0)


def test_loss_of_soft_targets_is_the_cross_entropy_of_torch():
    scores = torch.randn(6, 4, requires_grad=True)
    target = torch.softmax(torch.randn(6, 4), dim=1)
    expected = torch.nn.functional.cross_entropy(scores, target, reduction="sum")
    expected.backward()
    log_probs = torch.log_softmax(scores.detach(), dim=1).numpy()
    loss, gradient = soft_loss(log_probs, target.numpy())
    assert_allclose(loss, expected.item() / 6, rtol=1e-5)
    assert_allclose(gradient, scores.grad, atol=1e-6)
    assert gradient.dtype == "float32"


def test_a_soft_target_takes_the_place_of_the_gold_tag():
    """A token with neither does not count."""
    log_probs = random_log_probs(4)
    gold = GoldTags(numpy.array([2, 0, MISSING, MISSING]), numpy.zeros(4, dtype=bool))
    soft = torch.tensor([[0.5, 0.5, 0.0], [0.0] * 3, [0.2, 0.2, 0.6], [0.0] * 3])
    loss, gradient = loss_of(log_probs.numpy(), gold, soft.numpy(), 0.0)
    target = soft.clone()
    target[1] = torch.tensor([1.0, 0.0, 0.0])
    assert_allclose(loss, -(target * log_probs).sum() / 3, rtol=1e-6)
    assert_allclose(gradient[:3], (log_probs.exp() - target)[:3], atol=1e-6)
    assert not gradient[3].any()
