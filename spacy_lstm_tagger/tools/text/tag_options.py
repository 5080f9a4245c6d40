"""How `tag-text` reads, tags and writes files."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from .formats.columns import columns_in
from .formats.format import Format
from .formats.registry import AUTO
from .formats.tsv import TSV
from .formats.vertical import VerticalFormat


class TagOptions(NamedTuple):
    """What `tag-text` is told.

    text_format (str): What the files are; `auto`: what their suffixes say.
    output_format (str): What to write of text; words that are given keep their format.
    columns (Sequence[str]): What to replace beside given words; none: what the pipeline sets.
    paragraphs (bool): Whether a text is all lines up to an empty one.
    probs (bool): Whether to write the probability of each tag.
    encoding (str): Of the files that are read.
    exclude (Sequence[str]): Components that are not loaded.
    code (Path | None): A Python file with functions that the pipeline needs.
    n_process (int): Number of processes.
    may_be_empty (bool): Whether a file without text is no mistake.
    """

    text_format: str = AUTO
    output_format: str = TSV.name
    columns: Sequence[str] = ()
    paragraphs: bool = False
    probs: bool = False
    encoding: str = "utf8"
    exclude: Sequence[str] = ()
    code: Path | None = None
    n_process: int = 1
    may_be_empty: bool = False


def check_options(options: TagOptions, formats: Collection[type[Format]]) -> None:
    """Raise a ValueError for options that don't go together with the formats of the inputs."""
    given = sorted(found.name for found in formats if issubclass(found, VerticalFormat))
    written = [*given, options.output_format]
    if options.columns and not given:
        raise ValueError("--columns is for words that are given: .conllu, .vrt or .tsv.")
    if len(given) == len(formats):
        written = given
        if options.paragraphs:
            raise ValueError(f"--paragraphs is for text, and the words of {given[0]} are given.")
    for name in written if options.probs else ():
        if "prob" not in [column.name for column in columns_in(name)]:
            raise ValueError(f"--probs: {name.upper()} has no column for the probability of a tag.")
