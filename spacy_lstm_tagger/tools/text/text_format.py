"""The formats of the files that `tag-text` reads."""

from enum import StrEnum
from pathlib import Path

from .lines import format_suffix
from .raw_text import JSON_SUFFIXES


class TextFormat(StrEnum):
    """What `tag-text` reads: text to cut into words, or words. `auto`: by the file's suffix."""

    auto = "auto"
    text = "text"
    jsonl = "jsonl"
    conllu = "conllu"
    tsv = "tsv"
    vrt = "vrt"

    @property
    def has_words(self) -> bool:
        """Whether words are given."""
        return self in (TextFormat.conllu, TextFormat.tsv, TextFormat.vrt)


# Any other suffix stands for text.
SUFFIXES = {
    **dict.fromkeys(JSON_SUFFIXES, TextFormat.jsonl),
    ".conllu": TextFormat.conllu,
    ".tsv": TextFormat.tsv,
    ".vert": TextFormat.vrt,
    ".vrt": TextFormat.vrt,
}


def find_text_format(path: Path, text_format: TextFormat) -> TextFormat:
    """The format of a file. Any other suffix stands for text, and JSON lines are text, too."""
    of_suffix = SUFFIXES.get(format_suffix(path), TextFormat.text)
    is_json = text_format is TextFormat.text and of_suffix is TextFormat.jsonl
    return of_suffix if text_format is TextFormat.auto or is_json else text_format
