"""Lets mkdocstrings read docstrings in spaCy's style: an extension of Griffe that mkdocs.yml names.

An entry such as `docs (Iterable[Doc]): The documents.`, RETURNS, YIELDS or RAISES becomes an entry
of a section in Google's style. Arguments have the types of the docstring, results the annotation.
"""

import re
from inspect import cleandoc
from typing import Any

import griffe

# Lines that go on with an entry are indented.
ENTRY = re.compile(r"^(\w+) \(((?:[^()]|\([^()]*\))+?)\): (.*(?:\n[ ]+.*)*)\n?", re.M)
RAISES = re.compile(r"^RAISES \((\w+)\): (.*(?:\n[ ]+.*)*)\n?", re.M)
RESULTS = {"RETURNS": "Returns", "YIELDS": "Yields"}


class SpacyDocstrings(griffe.Extension):
    """Rewrites the docstring of each object that Griffe has read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is None:
            return
        docstring = cleandoc(obj.docstring.value)
        if obj.name == "__init__":
            # It stands below the docstring of the class, where its first sentence says nothing new.
            docstring = docstring.partition("\n\n")[2]
        obj.docstring.value = in_googles_style(docstring)


def in_googles_style(docstring: str) -> str:
    """A docstring with a section for each kind of entry."""
    sections: dict[str, list[str]] = {"Args": [], "Returns": [], "Yields": [], "Raises": []}
    for error, meaning in RAISES.findall(docstring):
        sections["Raises"].append(f"{error}: {one_line(meaning)}")
    prose = RAISES.sub("", docstring)
    for name, kind, meaning in ENTRY.findall(prose):
        if name in RESULTS:
            sections[RESULTS[name]].append(one_line(meaning))
        else:
            sections["Args"].append(f"{name} ({one_line(kind)}): {one_line(meaning)}")
    parts = [ENTRY.sub("", prose).strip()]
    for title, entries in sections.items():
        if entries:
            parts.append("\n    ".join([f"{title}:", *entries]))
    return "\n\n".join(parts)


def one_line(text: str) -> str:
    return " ".join(text.split())
