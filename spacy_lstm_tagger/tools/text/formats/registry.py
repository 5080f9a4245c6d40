"""The formats of text files, and how the right one is found."""

from pathlib import Path
from typing import TypeVar

from ..lines import format_suffix
from .conllu import CoNLLU
from .format import Format, RawFormat, TaggedFormat, WritableFormat
from .json_lines import JSONLines
from .slash import Slash
from .text import Text
from .tsv import TSV
from .vertical import VerticalFormat
from .vrt import VRT

AnyFormat = TypeVar("AnyFormat", bound=Format)

# A new format is a line here. The columns that it has are in columns.py.
FORMATS: dict[str, type[Format]] = {
    of_format.name: of_format for of_format in (Text, JSONLines, CoNLLU, TSV, VRT, Slash)
}
RAW = {name: found for name, found in FORMATS.items() if issubclass(found, RawFormat)}
TAGGED = {name: found for name, found in FORMATS.items() if issubclass(found, TaggedFormat)}
WRITABLE = {name: found for name, found in FORMATS.items() if issubclass(found, WritableFormat)}
# What `tag-text` reads.
TAGGABLE = {
    name: found for name, found in FORMATS.items() if issubclass(found, RawFormat | VerticalFormat)
}
# In an option, it stands for the format that the suffix names.
AUTO = "auto"


def suffixes_of(formats: dict[str, type[AnyFormat]]) -> dict[str, type[AnyFormat]]:
    """The formats by their suffixes."""
    return {suffix: found for found in formats.values() for suffix in found.suffixes}


def find_input(path: Path, name: str) -> type[RawFormat] | type[VerticalFormat]:
    """The format of a file to tag. Any other suffix stands for text, and JSON lines are text, too.

    name (str): The format's name, or `auto`.
    """
    by_suffix = suffixes_of(TAGGABLE).get(format_suffix(path), Text)
    is_json = name == Text.name and by_suffix is JSONLines
    return by_suffix if name == AUTO or is_json else TAGGABLE[name]
