"""What the report shares with drawings."""

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, PackageLoader, Template
from spacy.glossary import GLOSSARY
from spacy.training import Alignment

# spaCy's code for several languages, and the code that a browser knows for it.
LANGUAGES = {"xx": "mul"}


def template(name: str, **filters: Any) -> Template:
    environment = Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("spacy_lstm_tagger", "tools"),
    )
    environment.filters |= filters
    return environment.get_template(name)


def explain(tag: str) -> str:
    """What a tag means, as `spacy.explain` says, without its warning; empty if it is not known."""
    return GLOSSARY.get(tag, "")


def one_to_one(alignment: Alignment) -> Iterator[tuple[int, int]]:
    """The index of each token of the first text that is one token of the second, and its index
    there."""
    to_second, to_first = alignment.x2y, alignment.y2x
    for i, n in enumerate(to_second.lengths.tolist()):
        if n == 1 and to_first.lengths[j := int(to_second[i][0])] == 1:
            yield i, j
