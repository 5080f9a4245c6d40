import math

import numpy
import pytest
from thinc.api import Adam, registry

from spacy_lstm_tagger.training.optimizers import scaled_adam


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


def test_a_list_of_rates_and_a_schedule():
    for rates in ([0.01, 0.0], iter([0.01, 0.0])):
        assert scaled_adam(rates, {"encoder.*": 0.1}).learn_rate == 0.01
    with pytest.raises(ValueError, match=r"learn_rate\[1\] = nan: .* 0 or above"):
        scaled_adam([0.01, math.nan], {"encoder.*": 0.1})
    with pytest.raises(ValueError, match=r"learn_rate = \[\]: .* one rate or more"):
        scaled_adam([], {"encoder.*": 0.1})
