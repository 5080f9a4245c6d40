import copy
import pickle
import sys

import numpy
import pytest
import torch
from thinc.api import Adam, fix_random_seed

from spacy_lstm_tagger.models.settings import TagsSettings
from spacy_lstm_tagger.models.shim import NetworkShim, import_learner

HIDDEN = numpy.eye(5, 3, dtype="float32")


class TableSettings(TagsSettings):
    """In which a matrix counts as a table, which eight bits round another way."""

    TABLES = ("affine.weight",)


def empty_shim(settings=TagsSettings):
    return NetworkShim(settings(n_in=3, n_tags=None))


def make_shim(seed=0):
    fix_random_seed(seed)
    shim = empty_shim()
    shim.initialize(n_tags=2)
    torch.nn.init.normal_(shim.module.affine.weight)
    return shim


def rounded_shim(rounding):
    """A shim that has loaded rounded weights."""
    shim = empty_shim(TableSettings).from_bytes(make_shim().to_bytes())
    shim.rounding = rounding
    return empty_shim(TableSettings).from_bytes(shim.to_bytes())


def weights_of(shim):
    return shim.weights().arrays["affine.weight"]


def scores(shim):
    return shim.compiled(HIDDEN)


def test_without_weights_there_is_nothing_to_use_or_save():
    shim = empty_shim()
    assert not shim.is_initialized
    assert shim.to_bytes() == b""
    assert not shim.from_bytes(b"").is_initialized
    assert not pickle.loads(pickle.dumps(shim)).is_initialized
    for use in (lambda: shim.compiled, lambda: shim.module):
        with pytest.raises(ValueError, match="initialize"):
            use()


def test_a_network_without_weights_can_be_put_on_any_device():
    shim = empty_shim()
    shim.to_device("gpu", 0)
    shim.to_device("cpu", -1)
    assert not shim.is_initialized


def test_a_parameter_moves_against_its_gradient_and_keeps_its_storage():
    shim = make_shim()
    weight = shim.module.affine.weight
    before, storage = weight.detach().clone(), weight.data_ptr()
    _, backprop = shim.learner.begin_update(numpy.ones((1, 3), dtype="f"))
    backprop(numpy.array([[1.0, -1.0]], dtype="f"))
    shim.finish_update(Adam(0.01))
    assert weight.data_ptr() == storage
    assert weight.grad is None
    torch.testing.assert_close(weight[0], before[0] - 0.01)
    torch.testing.assert_close(weight[1], before[1] + 0.01)


def test_averaged_parameters_are_used_and_put_back():
    shim = make_shim()
    before, own = shim.to_bytes(), scores(shim)
    average = numpy.full((2, 3), 7.0, dtype="f")
    with shim.use_params({(shim.id, "affine.weight"): average, (shim.id + 1, "affine.bias"): None}):
        assert (scores(shim)[0] == 7).all()
    assert (scores(shim) == own).all()
    assert shim.to_bytes() == before
    with pytest.raises(RuntimeError), shim.use_params({(shim.id, "affine.weight"): average}):
        raise RuntimeError
    assert shim.to_bytes() == before
    assert (scores(shim) == own).all()


@pytest.mark.parametrize("make_copy", [NetworkShim.copy, copy.deepcopy])
def test_a_copy_is_trained_apart(make_copy):
    shim = make_shim()
    before, copied = scores(shim), make_copy(shim)
    assert copied.id != shim.id  # an optimizer must not take the two for one
    edit(copied)
    assert (scores(shim) == before).all()
    assert (scores(copied) != before).any()
    copied = make_copy(shim)
    edit(shim)
    assert (scores(copied) == before).all()


@pytest.mark.parametrize(
    "make_copy", [copy.deepcopy, lambda shim: pickle.loads(pickle.dumps(shim))]
)
def test_a_copy_is_rounded_in_the_same_way_when_it_is_saved(make_copy):
    shim = make_shim()
    shim.rounding = "float16"
    assert weights_of(empty_shim().from_bytes(make_copy(shim).to_bytes())).dtype == "float16"
    shim.from_bytes(make_shim().to_bytes())
    assert weights_of(empty_shim().from_bytes(shim.to_bytes())).dtype == "float32"


def edit(shim):
    with torch.no_grad():
        shim.module.affine.bias[0] += 1
    shim.weights_changed()


def replace_data(shim):
    shim.module.affine.bias.data = shim.module.affine.bias.data + torch.tensor([1.0, 0.0])
    shim.weights_changed()


def update(shim, learn_rate=0.5):
    _, backprop = shim.learner.begin_update(HIDDEN)
    backprop(numpy.ones((5, 2), dtype="f"))
    shim.finish_update(Adam(learn_rate))


def load_others(shim):
    shim.from_bytes(make_shim(seed=1).to_bytes())


@pytest.mark.parametrize(
    "change",
    [edit, replace_data, update, load_others, lambda shim: shim.multiply(2.0)],
)
@pytest.mark.parametrize("has_learner", [False, True])
def test_after_a_change_the_network_is_made_anew_and_the_old_one_stays(change, has_learner):
    shim = empty_shim().from_bytes(make_shim().to_bytes())
    if has_learner:
        shim.module  # noqa: B018
    network = shim.compiled
    before = network(HIDDEN)
    assert shim.compiled is network
    change(shim)
    assert not numpy.array_equal(scores(shim), before)
    assert (network(HIDDEN) == before).all()
    assert (scores(shim) == scores(empty_shim().from_bytes(shim.to_bytes()))).all()
    edit(shim)
    assert (scores(shim) == scores(empty_shim().from_bytes(shim.to_bytes()))).all()


ROUNDED = pytest.mark.parametrize("rounding", ["float16", "int8"])
AGAIN = {
    "copied": copy.deepcopy,
    "pickled": lambda shim: pickle.loads(pickle.dumps(shim)),
    "saved": lambda shim: empty_shim(type(shim.settings)).from_bytes(shim.to_bytes()),
}
again = pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)


@ROUNDED
@again
def test_rounded_weights_that_did_not_change_stay_byte_for_byte(rounding, again):
    shim = rounded_shim(rounding)
    before = shim.to_bytes()
    scores(shim)
    assert again(shim).to_bytes() == before
    shim.module  # noqa: B018
    assert again(shim).to_bytes() == before
    assert weights_of(shim).dtype == rounding


@ROUNDED
@again
def test_rounded_weights_that_were_trained_are_kept_as_they_are(rounding, again):
    shim = rounded_shim(rounding)
    update(shim, learn_rate=1e-4)
    copied = again(shim)
    assert (scores(copied) == scores(shim)).all()
    assert weights_of(copied).dtype == "float32"


def test_a_module_that_pytorch_lacks_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy_lstm_tagger.models.torch_learner", None)
    with pytest.raises(ModuleNotFoundError, match="torch_learner"):
        import_learner()
