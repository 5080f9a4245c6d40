"""Lets mkdocstrings read docstrings in spaCy's style, `name (Type): meaning`."""

import re
from typing import Any

import griffe

HEADERS = {"RETURNS": "Returns", "YIELDS": "Yields"}
ENTRY = re.compile(r"^(?P<name>\w+(?:, \w+)*) \((?P<type>.+?)\): (?P<meaning>.*)$")


class SpacyDocstrings(griffe.Extension):
    """Writes the entries of docstrings as Google's sections, which griffe reads."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        if obj.docstring:
            obj.docstring.value = as_google_style(obj.docstring.value)


def as_google_style(docstring: str) -> str:
    lines: list[str] = []
    section = ""
    for line in docstring.splitlines():
        entry = ENTRY.match(line)
        if entry:
            header = HEADERS.get(entry["name"], "Args")
            if header != section:
                lines += ["", f"{header}:"]
            section = header
            name = f"{entry['name']} ({entry['type']})" if header == "Args" else entry["type"]
            lines.append(f"    {name}: {entry['meaning']}")
        elif section and line.startswith(" "):
            lines.append(f"    {line}")
        else:
            section = ""
            lines.append(line)
    return "\n".join(lines)
