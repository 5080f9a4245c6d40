"""Checks of config values."""

from typing import Any


def check(key: str, value: Any, is_valid: bool, rule: str) -> None:
    """Raise a ValueError that names the config key, its value and the rule that it breaks."""
    if not is_valid:
        raise ValueError(f"Invalid config value {key} = {value!r}: it has to be {rule}.")
