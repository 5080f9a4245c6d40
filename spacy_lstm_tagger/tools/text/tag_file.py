"""Tags one file, whose words the pipeline finds or the file gives."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from spacy.language import Language

from .formats.conllu import CoNLLU
from .formats.format import RawFormat
from .formats.json_lines import JSONLines
from .formats.registry import AUTO, WRITABLE, find_input
from .formats.tsv import TSV
from .formats.vertical import VerticalFormat
from .lines import (
    MAX_LINE,
    EncodingError,
    LinePart,
    name_file,
    name_of,
    open_lines,
    whole_lines,
)
from .looks_like import N_FIRST_LINES, has_markup, looks_like, looks_like_text
from .raw_text import read_size, split_texts
from .retagging import make_retagger
from .tag_texts import annotate, tag_texts, write_annotated


class TagOptions(NamedTuple):
    """What `tag-text` is told.

    text_format (str): What the files are; `auto`: what their suffixes say.
    output_format (str): What to write of text; words that are given keep their format.
    columns (Sequence[str]): What to replace beside given words; none: what the pipeline sets.
    paragraphs (bool): Whether a text is all lines up to an empty one.
    markup (bool): Whether texts have markup.
    probs (bool): Whether to write the probability of each tag.
    encoding (str): Of the files that are read.
    n_process (int): Number of processes.
    batch_size (int | None): Number of texts that are tagged at once.
    """

    text_format: str = AUTO
    output_format: str = TSV.name
    columns: Sequence[str] = ()
    paragraphs: bool = False
    markup: bool = False
    probs: bool = False
    encoding: str = "utf8"
    n_process: int = 1
    batch_size: int | None = None


class Tagged(NamedTuple):
    """What there is to say of a file that was tagged.

    n_words (int): Its number of words.
    warning (str): What may be wrong with it; empty if nothing.
    """

    n_words: int
    warning: str = ""


def tag_file(
    nlp: Language,
    path: Path,
    output: BinaryIO,
    options: TagOptions,
    on_read: Callable[[int], Any] | None = None,
    may_be_empty: bool = False,
) -> Tagged:
    """Tag a file, in memory that does not grow with it.

    nlp (Language): A pipeline that sets tags.
    path (Path): The file, or `STANDARD` for standard input.
    output (BinaryIO): What to write to.
    options (TagOptions): How to read, tag and write.
    on_read (Callable[[int], Any] | None): Called with numbers of bytes, see `open_lines`.
    may_be_empty (bool): Whether the file may have no words.
    RETURNS (Tagged): Number of words, and a warning if the file looks like another format.

    Raises a ValueError that names the file and an invalid line.
    """
    text_format = find_input(path, options.text_format)
    try:
        if issubclass(text_format, VerticalFormat):
            return retag(nlp, path, output, options, text_format, on_read, may_be_empty)
        return tag_text(nlp, path, output, options, text_format(), on_read, may_be_empty)
    except EncodingError as error:
        said = str(error).rstrip(".")
        raise ValueError(f"{said}. Name the encoding, as in --encoding cp1252.") from None


def tag_text(
    nlp: Language,
    path: Path,
    output: BinaryIO,
    options: TagOptions,
    raw_format: RawFormat,
    on_read: Callable[[int], Any] | None,
    may_be_empty: bool,
) -> Tagged:
    """Tag running text."""
    size = read_size(nlp.max_length, raw_format, options.markup)
    with open_lines(path, size, options.encoding, on_read) as parts:
        first: list[str] = []
        n_words = tag_texts(
            nlp,
            split_texts(
                note_first(parts, first),
                path,
                nlp.max_length,
                raw_format,
                paragraphs=options.paragraphs,
                markup=options.markup,
            ),
            output,
            WRITABLE[options.output_format],
            probs=options.probs,
            n_process=options.n_process,
            batch_size=options.batch_size,
            may_be_empty=may_be_empty,
        )
    is_json = isinstance(raw_format, JSONLines)
    return Tagged(n_words, "" if is_json else warning_of(path, first, options.markup))


def warning_of(path: Path, first: Sequence[str], markup: bool) -> str:
    """What to say of a text whose first lines look as if they were none; "" for running text."""
    other = looks_like(first)
    if other is JSONLines:
        return (
            f"{name_of(path)} looks like JSON lines, and was tagged as text: its keys are words. "
            "To tag the texts in it, use --input-format jsonl."
        )
    if other is not None:
        return (
            f"{name_of(path)} looks like {other.name}, and was tagged as text: its columns and "
            f"markup are words. To keep its words, use --input-format {other.name}."
        )
    if has_markup(first) and not markup:
        return (
            f"{name_of(path)} has markup, which was tagged as words. To leave it untagged, use "
            "--markup and --format vrt."
        )
    return ""


def note_first(parts: Iterable[LinePart], first: list[str]) -> Iterator[LinePart]:
    """Note the first lines while they are read."""
    for part in parts:
        if len(first) < N_FIRST_LINES:
            first.append(part.text)
        yield part


def retag(
    nlp: Language,
    path: Path,
    output: BinaryIO,
    options: TagOptions,
    text_format: type[VerticalFormat],
    on_read: Callable[[int], Any] | None,
    may_be_empty: bool,
) -> Tagged:
    """Tag words that are given."""
    retagger = make_retagger(nlp, text_format, options.columns, options.probs)
    # What ends a line stays, so the lines have to come as they are.
    with open_lines(path, MAX_LINE + 1, options.encoding, on_read, newline="\n") as parts:
        first: list[str] = []
        sentences = named(retagger.read(note_first(whole_lines(parts), first)), path)
        annotated = annotate(nlp, sentences, options.probs, options.n_process, options.batch_size)
        n_words = write_annotated(annotated, retagger, output, may_be_empty)
    warning = ""
    if text_format is not CoNLLU and looks_like_text(first):
        warning = (
            f"{name_of(path)} has no tabs and several words on a line, and each line was tagged as "
            "one word. To tag it as text, use --input-format text."
        )
    return Tagged(n_words, warning)


def named(items: Iterable[Any], path: Path) -> Iterator[Any]:
    """Name the file in an error of reading."""
    try:
        yield from items
    except ValueError as error:
        raise name_file(error, path) from None
