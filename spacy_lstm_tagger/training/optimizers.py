"""Optimizers for the config."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, cast

from thinc.optimizers import KeyT, Optimizer
from thinc.types import FloatsXd

from ..models.checks import check, check_bool, check_number


def scaled_adam(
    learn_rate: float | list[float] | Iterator[float],
    scales: dict[str, float],
    *,
    L2: float = 0.0,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    grad_clip: float = 1.0,
    L2_is_weight_decay: bool = True,
    use_averages: bool = False,
) -> Optimizer:
    """Adam with a smaller learning rate for the pretrained part of a pipeline.

    A pretrained transformer needs a learning rate some 20 to 50 times smaller than an LSTM that
    starts from random weights. Adam.v1 has one rate for all.

    learn_rate (float | list[float] | Iterator[float]): The rate, or a schedule of rates.
    scales (dict[str, float]): Pattern of a parameter's name to the factor of its learning rate, as
        in {"encoder.*": 0.04}. The first pattern that matches counts. Names are as in
        `torch.nn.Module.named_parameters`.
    L2, beta1, beta2, eps, grad_clip, L2_is_weight_decay, use_averages: As in Adam.v1. Averages of
        a transformer's weights are never used, so leave them off.
    RETURNS (Optimizer): The optimizer.
    """
    options = dict(locals())  # so far, these are the arguments
    not_negative = {"L2": L2, "grad_clip": grad_clip}
    if isinstance(learn_rate, list):
        check("learn_rate", learn_rate, bool(learn_rate), "a list of one rate or more")
        not_negative |= {f"learn_rate[{i}]": rate for i, rate in enumerate(learn_rate)}
    elif not isinstance(learn_rate, Iterator):  # a schedule, whose rates are not known before
        check_number("learn_rate", learn_rate, lambda rate: rate > 0, "above 0")
    is_dict = isinstance(scales, dict) and bool(scales)
    check("scales", scales, is_dict, "patterns with their factors; without any, use Adam.v1")
    not_negative |= {f"scales[{pattern!r}]": scale for pattern, scale in scales.items()}
    for key, value in not_negative.items():
        check_number(key, value, lambda value: value >= 0, "0 or above")
    for key, beta in {"beta1": beta1, "beta2": beta2}.items():
        check_number(key, beta, lambda beta: 0 <= beta < 1, "from 0 to below 1")
    check_number("eps", eps, lambda eps: eps > 0, "above 0")
    check_bool("L2_is_weight_decay", L2_is_weight_decay)
    check_bool("use_averages", use_averages)
    return ScaledAdam(**options)


class ScaledAdam(Optimizer):
    """Thinc's Adam, with a factor of the learning rate for parameters of certain names."""

    __slots__ = ["scales"]

    def __init__(self, learn_rate: Any, scales: dict[str, float], **options: Any) -> None:
        super().__init__(learn_rate, **options)
        self.scales = scales

    def __call__(
        self, key: KeyT, weights: FloatsXd, gradient: FloatsXd, *, lr_scale: float = 1.0
    ) -> tuple[FloatsXd, FloatsXd]:
        scale = next((s for p, s in self.scales.items() if fnmatchcase(key[1], p)), 1.0)
        updated = super().__call__(key, weights, gradient, lr_scale=lr_scale * scale)
        return cast(tuple[FloatsXd, FloatsXd], updated)
