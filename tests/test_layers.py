"""The rooms of the package: imports go down, never up, and nothing below needs the tools."""

import re
from pathlib import Path

import spacy_lstm_tagger

PACKAGE = Path(spacy_lstm_tagger.__file__).parent
# Each imports those below it alone.
ROOMS = [
    "tools",
    "training",
    "lemmatizer",
    "noun_chunks",
    "pipeline",
    "models",
    "caches",
    "files",
    "config_rules",
    "errors",
    "_compat",
]


# Imports inside of the package are relative.
IMPORT = re.compile(r"^ *from (\.+)([\w.]*) import (\w+)", re.M)


def imports_between_rooms():
    """YIELDS (tuple[str, str, str]): A file, its room, and a room that the file imports."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE)
        parts = name.with_suffix("").parts
        if parts == ("__init__",):
            # It names the public objects of all rooms, and imports them when they are used.
            continue
        for dots, module, imported in IMPORT.findall(path.read_text(encoding="utf8")):
            folder = parts[: len(parts) - len(dots)]
            other = [*folder, *(module or imported).split(".")][0]
            if other != parts[0]:
                yield str(name), parts[0], other


def test_imports_go_down():
    edges = list(imports_between_rooms())
    assert any(room == "tools" and other == "pipeline" for _, room, other in edges)
    upwards = [edge for edge in edges if ROOMS.index(edge[1]) >= ROOMS.index(edge[2])]
    assert upwards == []
