"""Writes signatures, arguments and errors into docs/reference.md, from the docstrings.

    python docs/tools/api.py

The page has them between <!-- api: PATH --> and <!-- end of api -->, as plain Markdown that reads
well on a code host, too. A test fails if a docstring says something else.
"""

import inspect
import re
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reference.md"
BLOCK = re.compile(r"(<!-- api: ([\w.]+) -->\n).*?(<!-- end of api -->)", re.S)
# The style of spaCy's docstrings. Lines that go on with an entry are indented.
ENTRY = re.compile(r"^(\w+(?:, \w+)*) \(((?:[^()]|\([^()]*\))+?)\): (.*(?:\n[ ]+.*)*)", re.M)
SECTIONS = {"RETURNS": "Returns", "YIELDS": "Yields", "RAISES": "Raises"}
# What stands before the name of an argument that takes any number of values.
STARS = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}
# Annotated[float, Ge(0)] is for the check of configs.
ANNOTATED = re.compile(r"Annotated\[(\w+), [^\]]*\]")


def described(path: str, package: griffe.Object) -> str:
    """The description of a class, a function or a method in Markdown.

    path (str): Where it is in the package, as in tools.reporting.report.
    """
    thing: Any = package[path]
    docstring = inspect.cleandoc(thing.docstring.value) if thing.docstring else ""
    entries = [
        (name, kind, " ".join(meaning.split()))
        for name, kind, meaning in ENTRY.findall(constructor_docstring(thing) or docstring)
    ]
    prose = ENTRY.sub("", docstring).strip()
    parts = [signature(thing), re.sub(r"\n{3,}", "\n\n", prose)]
    arguments = [entry for entry in entries if entry[0] not in SECTIONS]
    if arguments:
        defaults = defaults_of(thing)
        rows = ["| argument | type | default | meaning |", "|---|---|---|---|"]
        for name, kind, meaning in arguments:
            default = cell(defaults[name]) if name in defaults else "required"
            rows.append(f"| `{name}` | {cell(kind)} | {default} | {escaped(meaning)} |")
        parts.append("\n".join(rows))
    for name, kind, meaning in entries:
        if name in SECTIONS:
            parts.append(f"**{SECTIONS[name]}** `{kind}`: {meaning}")
    return "\n\n".join(part for part in parts if part)


def constructor_docstring(thing: Any) -> str:
    """The docstring of a class's constructor, if it describes arguments."""
    constructor = thing.members.get("__init__") if thing.is_class else None
    if constructor is None or constructor.docstring is None:
        return ""
    return inspect.cleandoc(constructor.docstring.value)


def signature(thing: Any) -> str:
    """A call with the names of the arguments, in a block that no tool runs."""
    if thing.is_attribute:
        return ""
    parts = []
    seen_keyword = False
    for parameter in parameters_of(thing):
        is_keyword = parameter.kind is griffe.ParameterKind.keyword_only
        if is_keyword and not seen_keyword:
            parts.append("*")
            seen_keyword = True
        if parameter.kind in STARS:
            parts.append(f"{STARS[parameter.kind]}{parameter.name}")
            continue
        default = f"={parameter.default}" if parameter.default is not None else ""
        parts.append(f"{parameter.name}{default}")
    name = thing.name if thing.parent.is_module else f"{thing.parent.name}.{thing.name}"
    call = f"{name}({', '.join(parts)})"
    if len(call) > 76:
        call = f"{name}(\n    " + ",\n    ".join(parts) + ",\n)"
    return f"```py\n{call}\n```"


def parameters_of(thing: Any) -> list[Any]:
    function = thing.members.get("__init__") if thing.is_class else thing
    if function is None:
        return []
    return [parameter for parameter in function.parameters if parameter.name != "self"]


def defaults_of(thing: Any) -> dict[str, str]:
    return {
        parameter.name: str(parameter.default)
        for parameter in parameters_of(thing)
        if parameter.default is not None
    }


def cell(code: str) -> str:
    """Code in a table, in which a bar would begin the next cell."""
    plain = ANNOTATED.sub(r"\1", code)
    return f"`{plain}`".replace("|", r"\|")


def escaped(text: str) -> str:
    return text.replace("|", r"\|")


def with_api(text: str) -> str:
    """A page with the descriptions of today."""
    package = griffe.load("spacy_lstm_tagger", search_paths=[ROOT])
    return BLOCK.sub(
        lambda found: f"{found[1]}\n{described(found[2], package)}\n\n{found[3]}", text
    )


if __name__ == "__main__":
    PAGE.write_text(with_api(PAGE.read_text(encoding="utf8")), encoding="utf8")
