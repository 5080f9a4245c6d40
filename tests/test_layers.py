"""The rooms of the package: imports go down, never up, and nothing below needs the tools."""

import ast
from collections.abc import Iterator
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


def imports_between_rooms() -> Iterator[tuple[str, str, str]]:
    """YIELDS (tuple[str, str, str]): A file, its room, and a room that the file imports."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if len(parts) == 1 and parts[0] == "__init__":
            # It names the public objects of all rooms, and imports them when they are used.
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            for name in imported_rooms(node, parts):
                if name != parts[0]:
                    yield str(path.relative_to(PACKAGE)), parts[0], name


def imported_rooms(node: ast.AST, parts: tuple[str, ...]) -> list[str]:
    """The rooms that a statement imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.level == 0:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        folder = ["spacy_lstm_tagger", *parts[: len(parts) - node.level]]
        names = [".".join([*folder, node.module or alias.name]) for alias in node.names]
    else:
        names = []
    ours = [name.split(".") for name in names if name.startswith("spacy_lstm_tagger.")]
    return [name[1] for name in ours]


def test_imports_go_down():
    edges = list(imports_between_rooms())
    assert any(room == "tools" and other == "pipeline" for _, room, other in edges)
    upwards = [edge for edge in edges if ROOMS.index(edge[1]) >= ROOMS.index(edge[2])]
    assert upwards == []
