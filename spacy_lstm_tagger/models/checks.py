"""Checks of config values."""

from collections.abc import Callable
from math import isfinite
from numbers import Integral, Real
from typing import Any


def check(key: str, value: Any, is_valid: bool, rule: str) -> None:
    """Raise a ValueError that names the config key, its value and the rule that it breaks."""
    if not is_valid:
        raise ValueError(f"Invalid config value {key} = {value!r}: it has to be {rule}.")


def check_number(key: str, value: Any, is_valid: Callable[[Any], bool], rule: str) -> None:
    """Raise the ValueError of `check` if a value is not a finite number that keeps the rule."""
    is_number = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
    check(key, value, is_number and is_valid(value), f"a finite number, {rule}")


def check_int(key: str, value: Any, is_valid: Callable[[Any], bool], rule: str) -> None:
    """Raise the ValueError of `check` if a value is not a whole number that keeps the rule."""
    is_int = isinstance(value, Integral) and not isinstance(value, bool)
    check(key, value, is_int and is_valid(value), f"a whole number, {rule}")


def check_bool(key: str, value: Any) -> None:
    """Raise the ValueError of `check` if a value is neither true nor false."""
    check(key, value, isinstance(value, bool), "true or false")
