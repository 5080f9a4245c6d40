"""docs/reference.md has each option of the commands, with its type and its default."""

import inspect
import re
from enum import Enum
from pathlib import Path
from typing import get_args, get_origin

import pytest
import spacy
from helpers import ROOT

REFERENCE = (ROOT / "docs/reference.md").read_text(encoding="utf8")
PAGE = REFERENCE.partition("\n## Commands and formats\n")[2]
COMMANDS = {
    name: command
    for name, command in spacy.registry.cli.get_all().items()
    if command.__module__.startswith("spacy_lstm_tagger.")
}
# Of a flag, an argument, and options that are left out.
NO_DEFAULT = ("False", "Ellipsis", "None", "[]")


def rows_of(part):
    """The cells of each row of the tables in a part of the page."""
    return [row.split(" | ") for row in re.findall(r"^\| (.*) \|$", part, flags=re.M)]


def type_of(annotation):
    """The word of the page for a type."""
    if get_origin(annotation) is list:
        return type_of(get_args(annotation)[0])
    (kind,) = {*(get_args(annotation) or [annotation])} - {type(None)}
    if issubclass(kind, Enum):
        return "choice"
    return {bool: "flag", Path: "path"}.get(kind, kind.__name__)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_option_has_a_row_with_its_type_and_default(command):
    common, *_ = PAGE.split("\n### ")
    section = PAGE.split(f"\n### {command}\n")[1].split("\n### ")[0].split("\n#### ")[0]
    rows = rows_of(common) + rows_of(section)
    for name, parameter in inspect.signature(COMMANDS[command]).parameters.items():
        options = [
            option for text in parameter.default.param_decls or () for option in text.split("/")
        ]
        names = options or [name.upper()]
        found = [cells for cells in rows if all(f"`{name}`" in cells[0] for name in names)]
        assert len(found) == 1, names
        kind, _, default = found[0][1].partition(", ")
        assert kind.removesuffix("s") == type_of(parameter.annotation), names
        value = parameter.default.default
        shown = "" if repr(value) in NO_DEFAULT else str(getattr(value, "value", value))
        assert default.strip("`") == shown, names
