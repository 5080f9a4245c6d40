"""Products of a host program that lets torch round their factors."""

from contextlib import contextmanager

import numpy
import pytest
import torch
from hosts import (
    assert_same,
    fresh,
    learn,
    make_docs,
    make_tagged,
    matmul_precision,
    start,
)
from spacy_lstm_tagger.models.full_precision import FullPrecision, may_round_products
from spacy_lstm_tagger.models.isolation import isolated
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from spacy_lstm_tagger.models import full_precision, isolation
from spacy_lstm_tagger.stream import TagStream

PRODUCTS = {"addbmm", "addmm", "addmm_", "baddbmm", "baddbmm_", "bmm", "mm"}
COMPOSITES = {"einsum", "linear", "lstm", "matmul"}  # which multiply where no mode sees it


class Products(TorchDispatchMode):
    """Records the products of torch."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in PRODUCTS | COMPOSITES:
            self.names.append(name)
        return func(*args, **(kwargs or {}))


@pytest.fixture
def rounding(monkeypatch):
    """As on a processor where torch rounds, whatever the processor of the tests does."""
    monkeypatch.setattr(isolation, "may_round_products", lambda: True)
    monkeypatch.setattr(isolation, "rounds_products", lambda: True)


def calibrate(nlp):
    nlp.get_pipe("tagger").calibrate(make_tagged(nlp))


def tag_stream(nlp):
    TagStream(nlp, "tagger").log_probs("bakori")


@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("lstm_tagger", lambda nlp: list(nlp.pipe(make_docs(nlp)))),
        ("lstm_tagger", lambda nlp: nlp(make_docs(nlp)[0])),
        ("lstm_tagger", learn),
        ("lstm_tagger", calibrate),
        ("letters", lambda nlp: list(nlp.pipe(make_docs(nlp)))),
        ("letters", learn),
        ("encoder", lambda nlp: list(nlp.pipe(make_docs(nlp)))),
        ("encoder", lambda nlp: nlp(make_docs(nlp)[0])),
        ("encoder", learn),
        ("one direction", tag_stream),
    ],
)
def test_torch_multiplies_nothing_where_it_would_round(name, work, rounding):
    nlp = start(name)
    with Products() as products:
        work(nlp)
    assert products.names == []


def test_torch_multiplies_where_it_does_not_round():
    nlp = start("lstm_tagger")
    with Products() as products:
        list(nlp.pipe(make_docs(nlp)))
    assert products.names


@pytest.mark.parametrize("name", ["lstm_tagger", "letters", "encoder"])
def test_results_are_those_of_torch(name, monkeypatch, rounding):
    nlp = learn(start(name))
    docs, pipe = make_docs(nlp), nlp.get_pipe("tagger")
    scores, one = pipe.model.predict(docs), pipe.model.predict(docs[:1])
    monkeypatch.undo()
    expected = fresh(name, pipe.to_bytes(exclude=["vocab"])).model
    assert_same(scores, expected.predict(docs))
    assert_same(one, expected.predict(docs[:1]))


def numbers(*shape):
    generator = numpy.random.default_rng(len(shape))
    values = torch.from_numpy(generator.normal(size=shape).astype("float32"))
    return values.requires_grad_()


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (torch.mm, (numbers(3, 4), numbers(4, 5))),
        (torch.mm, (numbers(4, 3).T, numbers(5, 4).T)),
        (torch.bmm, (numbers(2, 3, 4), numbers(2, 4, 5))),
        (torch.matmul, (numbers(2, 3, 4), numbers(4, 5))),
        (torch.addmm, (numbers(5), numbers(3, 4), numbers(4, 5))),
        (torch.baddbmm, (numbers(2, 3, 5), numbers(2, 3, 4), numbers(2, 4, 5))),
        (nn.functional.linear, (numbers(3, 4), numbers(5, 4), numbers(5))),
    ],
)
def test_products_and_their_gradients_are_those_of_torch(function, arguments):
    expected = function(*arguments)
    gradients = torch.autograd.grad(expected.square().sum(), arguments)
    with Products() as products, FullPrecision():
        result = function(*arguments)
        for gradient, other in zip(
            torch.autograd.grad(result.square().sum(), arguments), gradients, strict=True
        ):
            torch.testing.assert_close(gradient, other)
    torch.testing.assert_close(result, expected)
    assert products.names == []


@pytest.mark.parametrize("factors", [{}, {"beta": 0.5, "alpha": 2.0}])
def test_products_are_added_as_torch_does(factors):
    total, left, right = (numbers(*shape).detach() for shape in ((2, 3, 5), (2, 3, 4), (2, 4, 5)))
    expected = total.baddbmm(left, right, **factors)
    expected_2d = total[0].addmm(left[0], right[0], **factors)
    with FullPrecision():
        torch.testing.assert_close(total.baddbmm(left, right, **factors), expected)
        total_2d = total[0].clone()
        torch.testing.assert_close(total_2d.addmm_(left[0], right[0], **factors), expected_2d)
        total.baddbmm_(left, right, **factors)
    torch.testing.assert_close(total, expected)


def test_other_numbers_are_left_to_torch():
    values = torch.eye(3, dtype=torch.bfloat16)
    with Products() as products, FullPrecision():
        assert (values @ values).dtype == torch.bfloat16
    assert products.names == ["mm"]


@contextmanager
def attribute(owner, value):
    before = owner.fp32_precision
    owner.fp32_precision = value
    try:
        yield
    finally:
        owner.fp32_precision = before


def test_the_legacy_setting_is_seen():
    assert not may_round_products()
    with matmul_precision("medium"):
        assert may_round_products()
    assert not may_round_products()


def test_the_legacy_setting_is_seen_in_versions_of_torch_that_have_no_other(monkeypatch):
    monkeypatch.setattr(full_precision, "get_precision", None)
    test_the_legacy_setting_is_seen()


@pytest.mark.skipif(full_precision.get_precision is None, reason="needs torch 2.9")
def test_settings_of_the_backends_are_seen():
    with attribute(torch.backends.mkldnn.matmul, "bf16"):
        assert may_round_products()
    with attribute(torch.backends.mkldnn.matmul, "none"):
        assert not may_round_products()
        with attribute(torch.backends, "bf16"):
            assert may_round_products()
    assert not may_round_products()


def test_where_torch_rounds_products_are_exact():
    values, others = numbers(64, 64).detach(), numbers(64, 48).detach()
    expected = values.double() @ others.double()
    with matmul_precision("medium"):
        rounded = (values @ others - expected).abs().max() > 1e-4
        with isolated(inference=True):
            exact = values @ others
    if not rounded:
        pytest.skip("torch has no product of less precision for this processor")
    torch.testing.assert_close(exact.double(), expected, rtol=0, atol=1e-4)
