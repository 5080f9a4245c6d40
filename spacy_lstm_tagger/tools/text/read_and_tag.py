"""Reads a file, tags its texts or its words, and writes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from ..probabilities import BATCH_SIZE, pipe_probs
from ..set_by_pipeline import check_tags
from .formats.columns import columns_of
from .formats.conllu import CoNLLU
from .formats.format import ProbColumn, RawFormat, RawText
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

# Characters of text in a memory zone and at once in a batch, for each process.
BATCH_CHARACTERS = 100_000
# With several processes, starting them takes time, so zones are longer.
ZONE_CHARACTERS = 5_000_000


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
    may_be_empty (bool): Whether a file without text is no mistake.
    """

    text_format: str = AUTO
    output_format: str = TSV.name
    columns: Sequence[str] = ()
    paragraphs: bool = False
    markup: bool = False
    probs: bool = False
    encoding: str = "utf8"
    n_process: int = 1
    may_be_empty: bool = False


class Tagged(NamedTuple):
    """What there is to say of a file that was tagged.

    n_words (int): Its number of words.
    warning (str): What may be wrong with it; empty if nothing.
    """

    n_words: int
    warning: str = ""


class Item(Protocol):
    """What a pipeline tags: a text, or a sentence whose words are given."""

    @property
    def n_characters(self) -> int: ...

    def to_input(self, nlp: Language) -> str | Doc: ...


AnyItem = TypeVar("AnyItem", bound=Item)
Read = TypeVar("Read", bound=Item, contravariant=True)


class ItemWriter(Protocol[Read]):
    """Turns what was tagged into lines, see `WritableFormat` and `Retagger`."""

    def begin(self) -> str: ...

    def write(self, text: Read, doc: Doc, probs: ProbColumn, /) -> str: ...

    def end(self) -> str: ...


def tag_file(
    nlp: Language,
    path: Path,
    output: BinaryIO,
    options: TagOptions,
    on_read: Callable[[int], Any] | None = None,
) -> Tagged:
    """Tag a file, in memory that does not grow with it.

    nlp (Language): A pipeline that sets tags.
    path (Path): The file, or `STANDARD` for standard input.
    output (BinaryIO): What to write to.
    options (TagOptions): How to read, tag and write.
    on_read (Callable[[int], Any] | None): Called with numbers of bytes, see `open_lines`.
    RETURNS (Tagged): Number of words, and a warning if the file looks like another format.

    Raises a ValueError that names the file and an invalid line.
    """
    text_format = find_input(path, options.text_format)
    try:
        if issubclass(text_format, VerticalFormat):
            return retag(nlp, path, output, options, text_format, on_read)
        return tag_text(nlp, path, output, options, text_format(), on_read)
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
) -> Tagged:
    """Tag running text."""
    size = read_size(nlp.max_length, raw_format, options.markup)
    with open_lines(path, size, options.encoding, on_read) as parts:
        first: list[str] = []
        texts = split_texts(
            note_first(parts, first),
            path,
            nlp.max_length,
            raw_format,
            paragraphs=options.paragraphs,
            markup=options.markup,
        )
        n_words = tag_texts(nlp, texts, output, options)
    is_json = isinstance(raw_format, JSONLines)
    return Tagged(n_words, "" if is_json else warning_of(path, first, options.markup))


def tag_texts(
    nlp: Language, texts: Iterable[RawText], output: BinaryIO, options: TagOptions
) -> int:
    """Tag texts, and write them. The arguments are as in `write_tagged`. Raises a ValueError if the
    pipeline sets no tags."""
    check_tags(nlp)
    output_format = WRITABLE[options.output_format]
    writer = output_format(columns_of(nlp, output_format.name, options.probs))
    return write_tagged(nlp, texts, writer, output, options)


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
) -> Tagged:
    """Tag words that are given."""
    retagger = make_retagger(nlp, text_format, options.columns, options.probs)
    # What ends a line stays, so the lines have to come as they are.
    with open_lines(path, MAX_LINE + 1, options.encoding, on_read, newline="\n") as parts:
        first: list[str] = []
        sentences = named(retagger.read(note_first(whole_lines(parts), first)), path)
        n_words = write_tagged(nlp, sentences, retagger, output, options)
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


def write_tagged(
    nlp: Language,
    items: Iterable[AnyItem],
    writer: ItemWriter[AnyItem],
    output: BinaryIO,
    options: TagOptions,
) -> int:
    """Tag texts or sentences, and write them.

    nlp (Language): A pipeline.
    items (Iterable[Item]): The texts or sentences.
    writer (ItemWriter): What turns them into lines.
    output (BinaryIO): A file.
    options (TagOptions): How to tag.
    RETURNS (int): Number of words that are no white space. Raises a ValueError if there is nothing
        to tag, unless the options say that this is no mistake.
    """
    n_words = 0
    is_empty = True
    for item, doc, probs in annotate(nlp, items, options.probs, options.n_process):
        if is_empty:
            output.write(writer.begin().encode())
            is_empty = False
        n_words += sum(not token.is_space for token in doc)
        output.write(writer.write(item, doc, probs).encode())
    if is_empty:
        if not options.may_be_empty:
            raise ValueError("There is no text in the input.")
        output.write(writer.begin().encode())
    output.write(writer.end().encode())
    output.flush()
    return n_words


def annotate(
    nlp: Language, items: Iterable[AnyItem], probs: bool = False, n_process: int = 1
) -> Iterator[tuple[AnyItem, Doc, ProbColumn]]:
    """Run a pipeline on texts or sentences, in memory that does not grow with their number. A Doc
    is valid until the next one is asked for.

    YIELDS (tuple[Item, Doc, ProbColumn]): Each text or sentence, its Doc, and the probabilities of
        the tags, which are empty if they are not asked for.

    Raises a ValueError if probabilities are asked for, and there are none.
    """
    zone_characters = BATCH_CHARACTERS if n_process == 1 else ZONE_CHARACTERS * n_process
    most = BATCH_SIZE if probs else nlp.batch_size
    for group in groups(items, zone_characters):
        n_characters = sum(item.n_characters for item in group)
        size = min(most, len(group) * BATCH_CHARACTERS // n_characters + 1)
        with nlp.memory_zone():
            inputs = (item.to_input(nlp) for item in group)
            if probs:
                docs = pipe_with_probs(nlp, inputs, n_process, size)
            else:
                tagged = nlp.pipe(inputs, n_process=n_process, batch_size=size)
                docs = ((doc, []) for doc in tagged)
            for item, (doc, of_tags) in zip(group, docs, strict=True):
                yield item, doc, of_tags


def pipe_with_probs(
    nlp: Language, inputs: Iterable[str | Doc], n_process: int, batch_size: int
) -> Iterator[tuple[Doc, ProbColumn]]:
    """Run a pipeline, and find the probability of each tag."""
    for doc, found in pipe_probs(nlp, inputs, n_process, batch_size):
        if found is None and len(doc):
            raise ValueError(
                "No component says how probable its tags are, or a later one merges or splits "
                f"tokens, in the text {doc.text[:50]!r}. The components are {nlp.pipe_names}."
            )
        probs_of_tags = [] if found is None else found.of_tags(doc)
        yield doc, [None if prob is None else round(prob, 3) for prob in probs_of_tags]


def groups(items: Iterable[AnyItem], size: int) -> Iterator[list[AnyItem]]:
    """Split items, in their order, into lists. Each ends with the item that brings the number of
    characters to `size`, the last one with the last item."""
    group: list[AnyItem] = []
    n_characters = 0
    for item in items:
        group.append(item)
        n_characters += item.n_characters
        if n_characters >= size:
            yield group
            group = []
            n_characters = 0
    if group:
        yield group
