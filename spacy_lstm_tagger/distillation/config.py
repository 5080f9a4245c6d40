"""The section [distillation] of a config."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import CONFIG_SECTION_ORDER, registry
from thinc.api import Config

from ..models.checks import check

SECTION = "distillation"
CORPUS = "corpora.distillation"
DEFAULTS = """
[paths]
raw_text = null

[distillation]
corpus = "corpora.distillation"
dropout = 0.1
max_epochs = 1
max_steps = 0
temperature = 1.0
gold_share = 0.0

[corpora]

[corpora.distillation]
@readers = "spacy.PlainTextCorpus.v1"
path = ${paths.raw_text}
min_length = 0
max_length = 0
"""


def fill_config(
    config: Config, overrides: Mapping[str, Any] | None = None
) -> tuple[Config, dict[str, Any]]:
    """Add to a training config what distillation needs and the config lacks. The optimizer and the
    batcher are those of training.

    config (Config): The config, not interpolated. It is not changed.
    overrides (Mapping[str, Any] | None): Dotted keys, as in "distillation.max_epochs", and values
        that replace those of the config and of what is filled in.
    RETURNS (tuple[Config, dict[str, Any]]): The config, not interpolated; and the dotted keys with
        the values that were filled in. Raises a ValueError if there is no path of raw text.
    """
    overrides = dict(overrides or {})
    defaults = Config().from_str(DEFAULTS, interpolate=False)
    training = Config(Language.default_config).merge(config)["training"]
    defaults[SECTION] |= {key: training[key] for key in ("batcher", "optimizer")}
    raw_text = overrides.get("paths.raw_text") or config.get("paths", {}).get("raw_text")
    if raw_text and Path(raw_text).suffix == ".jsonl":
        defaults["corpora"][SECTION]["@readers"] = "spacy.JsonlCorpus.v1"
    corpus = overrides.get(f"{SECTION}.corpus") or config.get(SECTION, {}).get("corpus")
    if corpus not in (None, CORPUS) or SECTION in config.get("corpora", {}):
        del defaults["corpora"], defaults["paths"]
    text = defaults.merge(config).to_str(interpolate=False)
    filled = Config(section_order=CONFIG_SECTION_ORDER).from_str(
        text, interpolate=False, overrides=overrides
    )
    reader = filled.interpolate().get("corpora", {}).get(SECTION, {})
    if corpus in (None, CORPUS) and reader.get("path", "") is None:
        raise ValueError(
            "Distillation needs raw text. Set --paths.raw_text raw.txt, a file or a folder of .txt "
            'files with a text on each line, or raw.jsonl with {"text": "..."} on each line.'
        )
    given = {*dict(flatten(config)), *overrides}
    return filled, {key: value for key, value in flatten(filled) if key not in given}


def flatten(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a config with their dotted keys."""
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def resolve_settings(config: Config) -> dict[str, Any]:
    """The values of [distillation], with its functions called. Raises a ValueError for a value that
    is not valid, and for a key that is missing or unknown.

    config (Config): The whole config, interpolated.
    """
    if SECTION not in config:
        raise ValueError(f"The config has no section [{SECTION}]. Use fill_config to add it.")
    keys = {*Config().from_str(DEFAULTS, interpolate=False)[SECTION], "batcher", "optimizer"}
    check(f"[{SECTION}]", sorted(config[SECTION]), set(config[SECTION]) == keys, f"{sorted(keys)}")
    settings: dict[str, Any] = registry.resolve(config[SECTION])
    for key, low, high, rule in (
        ("dropout", 0, 1, "from 0 to below 1"),
        ("gold_share", 0, 1, "from 0 to below 1"),
        ("temperature", 0, float("inf"), "0 or above"),
        ("max_steps", 0, float("inf"), "0 or above"),
    ):
        value = settings[key]
        check(f"{SECTION}.{key}", value, is_number(value) and low <= value < high, rule)
    for key in ("max_epochs", "max_steps"):
        check(f"{SECTION}.{key}", settings[key], isinstance(settings[key], int), "a whole number")
    settings["dropout"] = float(settings["dropout"])  # spaCy takes another type for a schedule
    return settings


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
