import copy
import pickle
from threading import Thread

import numpy
import pytest
import torch
from thinc.api import Adam

from spacy_lstm_tagger.models.settings import TagsSettings
from spacy_lstm_tagger.models.shim import TorchShim
from spacy_lstm_tagger.models.tagger import build_output


def make_shim(seed=0):
    torch.manual_seed(seed)
    shim = TorchShim(build_output, TagsSettings(n_in=3, n_tags=None))
    shim.initialize(n_tags=2)
    torch.nn.init.normal_(shim.module.affine.weight)
    return shim


def test_round_trip_keeps_every_bit():
    shim = make_shim()
    loaded = TorchShim(build_output, TagsSettings(n_in=3, n_tags=None)).from_bytes(shim.to_bytes())
    hidden = torch.randn(5, 3)
    assert torch.equal(shim.predict([hidden]), loaded.predict([hidden]))
    assert loaded.to_bytes() == shim.to_bytes()
    assert not loaded.module.training


def test_without_weights_there_is_nothing_to_use_or_save():
    shim = TorchShim(build_output, TagsSettings(n_in=3, n_tags=None))
    assert not shim.is_initialized
    assert shim.to_bytes() == b""
    assert not shim.from_bytes(b"").is_initialized
    assert not pickle.loads(pickle.dumps(shim)).is_initialized
    with pytest.raises(ValueError, match="initialize"):
        shim.predict([torch.zeros(1, 3)])


def test_a_parameter_moves_against_its_gradient_and_keeps_its_storage():
    shim = make_shim()
    weight = shim.module.affine.weight
    before, storage = weight.detach().clone(), weight.data_ptr()
    log_probs, backprop = shim.begin_update([torch.ones(1, 3)])
    backprop(log_probs, numpy.array([[1.0, -1.0]], dtype="f"))
    shim.finish_update(Adam(0.01))
    assert weight.data_ptr() == storage
    assert weight.grad is None
    torch.testing.assert_close(weight[0], before[0] - 0.01)
    torch.testing.assert_close(weight[1], before[1] + 0.01)


def test_averaged_parameters_are_used_and_put_back():
    shim = make_shim()
    before = shim.to_bytes()
    average = numpy.full((2, 3), 7.0, dtype="f")
    with shim.use_params({(shim.id, "affine.weight"): average, (shim.id + 1, "affine.bias"): None}):
        assert (shim.module.affine.weight == 7).all()
    assert shim.to_bytes() == before
    with pytest.raises(RuntimeError), shim.use_params({(shim.id, "affine.weight"): average}):
        raise RuntimeError
    assert shim.to_bytes() == before


@pytest.mark.parametrize("make_copy", [TorchShim.copy, copy.deepcopy])
def test_a_copy_is_trained_apart(make_copy):
    shim = make_shim()
    copied = make_copy(shim)
    assert copied.id != shim.id  # an optimizer must not take the two for one
    torch.nn.init.zeros_(copied.module.affine.weight)
    assert (shim.module.affine.weight != 0).all()


def test_a_pickle_keeps_the_id_by_which_a_pickled_optimizer_knows_the_weights():
    shim = make_shim()
    loaded = pickle.loads(pickle.dumps(shim))
    assert loaded.id == shim.id
    assert loaded.to_bytes() == shim.to_bytes()


def test_training_shares_the_weights_and_not_the_mode():
    shim = make_shim()
    training = shim.training_module
    assert training.training
    assert not shim.module.training
    for parameter, shared in zip(training.parameters(), shim.module.parameters(), strict=True):
        assert parameter is shared
    shim.from_bytes(make_shim(seed=1).to_bytes())
    assert shim.training_module.affine.weight is shim.module.affine.weight


def test_a_state_tells_weights_that_changed():
    shim = make_shim()
    states = [shim.state]
    with torch.no_grad():
        shim.module.affine.bias += 1
    states.append(shim.state)
    with shim.changing():
        shim.module.affine.bias.data += 1
    states.append(shim.state)
    shim.from_bytes(shim.to_bytes())
    states.append(shim.state)
    assert len(set(states)) == 4
    assert shim.state == shim.state


def test_a_change_waits_for_predictions_and_predictions_wait_for_a_change():
    shim, seen = make_shim(), []

    def change():
        with shim.changing():
            seen.append("changed")

    with shim.predicting():
        changer = Thread(target=change)
        changer.start()
        changer.join(timeout=0.1)
        assert changer.is_alive()
        seen.append("predicted")
    changer.join()
    assert seen == ["predicted", "changed"]


def test_prediction_leaves_the_mode_alone_and_keeps_no_graph():
    shim = make_shim()
    shim.predict([torch.ones(1, 3)])
    assert not shim.module.training
    assert not shim.predict([torch.ones(1, 3)]).requires_grad


def test_a_larger_module_is_watched_in_place_of_the_old_one():
    shim = make_shim()
    shim.resize(shim.module.with_tags(4), n_tags=4)
    assert not shim.module.training
    before = shim.state
    with torch.no_grad():
        shim.module.affine.bias += 1
    assert shim.state != before
