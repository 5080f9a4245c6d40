import numpy
import pytest
from thinc.api import Adam, registry

from spacy_lstm_tagger.optimizers import scaled_adam


def step(optimizer, name):
    """How far the first step moves a parameter."""
    weights, _ = optimizer((1, name), numpy.zeros(4, "f"), numpy.ones(4, "f"))
    return float(abs(weights).max())


def test_a_pretrained_part_learns_in_smaller_steps():
    options = {"@optimizers": "spacy_lstm_tagger.scaled_adam.v1", "learn_rate": 0.01}
    resolved = registry.resolve({"optimizer": {**options, "scales": {"encoder.*": 0.1}}})
    optimizer = resolved["optimizer"]
    assert step(optimizer, "W") == pytest.approx(step(Adam(0.01), "W"))
    assert step(optimizer, "encoder.0.weight") == pytest.approx(0.1 * step(Adam(0.01), "W"))


def test_a_negative_scale():
    with pytest.raises(ValueError, match=r"scales\['encoder.\*'\] = -1: it has to be 0 or above"):
        scaled_adam(0.01, {"encoder.*": -1})
