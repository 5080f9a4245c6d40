"""Learning rates for the config."""

from collections.abc import Iterator
from math import cos, pi

from ..models.checks import check_int, check_number


def warmup_cosine(initial_rate: float, warmup_steps: int, total_steps: int) -> Iterator[float]:
    """A learning rate that rises linearly from near 0, then falls to 0 along half a cosine period.

    initial_rate (float): The rate after the warm-up.
    warmup_steps (int): Number of steps of the warm-up.
    total_steps (int): Total number of steps with the warm-up. After them the rate is 0.
    YIELDS (float): The rate of each step.
    """
    check_number("initial_rate", initial_rate, lambda rate: rate > 0, "above 0")
    check_int("total_steps", total_steps, lambda steps: steps > 0, "above 0")
    rule = f"from 0 to below total_steps = {total_steps}"
    check_int("warmup_steps", warmup_steps, lambda steps: 0 <= steps < total_steps, rule)
    return _warmup_cosine(initial_rate, warmup_steps, total_steps)


def _warmup_cosine(rate: float, warmup_steps: int, total_steps: int) -> Iterator[float]:
    for step in range(warmup_steps):
        yield rate * (step + 1) / warmup_steps
    falling = total_steps - warmup_steps
    for step in range(falling):
        yield rate * (1 + cos(pi * step / falling)) / 2
    while True:
        yield 0.0
