"""`spacy tag-text`: tag a file of text, and write its words and tags as text."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from enum import StrEnum
from io import TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import IO, Any, BinaryIO

from spacy.cli._util import Arg, Opt, app
from spacy.language import Language
from typer import Exit
from wasabi import msg

from ..files import replace_file
from ..loading import load_pipeline
from ..pipeline import LSTMTagger
from ..progress import progress_bar
from ..tools.tagged_text import columns_of, to_conllu, to_jsonl, to_tsv
from ..training.raw_text import OPENERS, cut, damage_named, text_of
from . import QUIET, check_file

STANDARD = Path("-")  # standard input or output
BATCH = 100_000  # characters of text in a memory zone


class Format(StrEnum):
    auto = "auto"
    tsv = "tsv"
    conllu = "conllu"
    jsonl = "jsonl"


WRITERS = {Format.tsv: to_tsv, Format.conllu: to_conllu, Format.jsonl: to_jsonl}


@app.command("tag-text")
def tag_text_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    input_path: Path = Arg(
        ...,
        help="Text, with a text on each line, or .jsonl with a text under the key 'text'; .gz, "
        ".bz2 and .xz are read, too; - for standard input",
    ),
    output_path: Path = Opt(
        STANDARD, "--output", "-o", help=".tsv, .conllu or .jsonl; - for standard output"
    ),
    format: Format = Opt(
        Format.auto, "--format", "-f", help="auto: by the output's suffix; tsv for standard output"
    ),
    paragraphs: bool = Opt(
        False, "--paragraphs", "-P", help="A text is all lines up to an empty one, as in books"
    ),
    probs: bool = Opt(False, "--probs", "-p", help="Add the probability of each tag"),
    encoding: str = Opt("utf8", "--encoding", "-e", help="Of the input. The output is UTF-8"),
    quiet: bool = QUIET,
) -> None:
    """Tag a file of text. The output has each word with its tag and, if the pipeline sets them,
    its part of speech and its lemma.

    tsv: a word on each line, under a line with the names of the columns. An empty line follows
    each sentence, or each text if the pipeline finds no sentences. conllu: CoNLL-U without heads.
    jsonl: an object for each text, with lists of words and tags.

    Empty lines are left out. White space is no word. The output file appears when it is
    complete, so a command that was stopped begins anew.

    Example: python -m spacy tag-text en_lstm_web book.txt --paragraphs --output book.tsv
    """
    try:
        if format is Format.auto:
            format = format_of(output_path)
        check_paths(input_path, output_path, encoding)
        nlp = load_pipeline(pipeline)
        with (
            open_input(input_path, encoding, progress=not quiet) as lines,
            open_output(output_path) as output,
        ):
            texts = read_texts(lines, input_path, paragraphs, nlp.max_length)
            n_words = tag_texts(nlp, texts, output, format, probs)
    except BrokenPipeError:  # of `head`, say, which has read enough
        raise
    except (OSError, ValueError) as error:
        with redirect_stdout(sys.stderr):
            msg.fail("Can't tag text", str(error), exits=1)
    except KeyboardInterrupt:
        with redirect_stdout(sys.stderr):
            msg.warn("Stopped. No file was written or changed.")
        raise Exit(130) from None
    if output_path != STANDARD:
        msg.good(f"Tagged {n_words:,} words in {output_path}")


def tag_texts(
    nlp: Language,
    texts: Iterable[tuple[int, str]],
    output: BinaryIO,
    format: Format = Format.tsv,
    probs: bool = False,
) -> int:
    """Tag texts, each with the number of its line, and write them, in memory that does not grow
    with their number. Raises a ValueError if there are none, or no tags or probabilities.

    RETURNS (int): Number of words.
    """
    taggers = [name for name, pipe in nlp.pipeline if isinstance(pipe, LSTMTagger)]
    if probs and not taggers:
        raise ValueError(f"--probs needs an lstm_tagger; the components are {nlp.pipe_names}.")
    settings = {name: {"log_probs": True} for name in taggers} if probs else {}
    columns, n_words = None, 0
    for batch in batches(texts):
        with nlp.memory_zone():
            docs = list(nlp.pipe((text for _, text in batch), component_cfg=settings))
            if columns is None:
                if not any(token.tag for doc in docs for token in doc):
                    raise ValueError(f"The pipeline sets no tags; it has {nlp.pipe_names}.")
                columns = columns_of(docs, probs)
                if format is Format.tsv:
                    output.write(("\t".join(columns) + "\n").encode())
            for (line, _), doc in zip(batch, docs, strict=True):
                n_words += sum(not token.is_space for token in doc)
                output.write(WRITERS[format](doc, line, columns).encode())
    if columns is None:
        raise ValueError("There is no text in the input.")
    return n_words


def batches(texts: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    batch, size = [], 0
    for line, text in texts:
        batch.append((line, text))
        size += len(text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def read_texts(
    lines: Iterable[str], path: Path, paragraphs: bool, max_length: int
) -> Iterator[tuple[int, str]]:
    """The texts that are not empty, and the numbers of their first lines. A longer one is cut at
    white space into max_length characters or less."""
    suffix = ".jsonl" if suffix_of(path) == ".jsonl" else ".txt"
    number = 0

    def read() -> Iterator[tuple[int, str]]:
        nonlocal number
        for number, line in enumerate(lines, start=1):
            yield number, text_of(line, suffix)

    try:
        for is_text, block in groupby(read(), key=lambda numbered: bool(numbered[1])):
            if is_text and paragraphs:
                texts = list(block)
                block = iter([(texts[0][0], " ".join(text for _, text in texts))])
            if is_text:
                for first, text in block:
                    for piece in cut(text, max_length):
                        yield first, piece
    except ValueError as error:
        raise ValueError(f"{path}: line {number} {error}") from None


@contextmanager
def open_input(path: Path, encoding: str, progress: bool) -> Iterator[Iterator[str]]:
    """Open a file, compressed or not, whose lines move a progress bar. Bytes that are no text
    become surrogates, so that an error can name their line."""
    standard = path == STANDARD
    title = f"Tagging {path.name}" if progress and not standard else None
    size = None if standard else path.stat().st_size
    with (
        nullcontext(sys.stdin.buffer) if standard else path.open("rb") as raw,
        progress_bar(title, size, "B", unit_scale=True) as bar,
        damage_named(path),
    ):
        unpacked: IO[Any] = OPENERS[path.suffix](raw) if path.suffix in OPENERS else raw
        lines = TextIOWrapper(unpacked, encoding, errors="surrogateescape")

        def read() -> Iterator[str]:
            for line in lines:
                yield line
                if title is not None:
                    bar.update(raw.tell() - bar.n)

        yield read()
        lines.detach()


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with replace_file(path) as file:
            yield file


def check_paths(input_path: Path, output_path: Path, encoding: str) -> None:
    """Raise an OSError or a ValueError for paths and an encoding that can't be used."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ValueError(f"--encoding {encoding} is not one that Python knows.") from None
    if input_path != STANDARD and not input_path.is_file():
        raise ValueError(f"The input {input_path} is not a file.")
    if output_path != STANDARD:
        check_file(output_path)
        if output_path.exists() and input_path != STANDARD and output_path.samefile(input_path):
            raise ValueError(f"The output {output_path} is the input, which would be overwritten.")


def format_of(output_path: Path) -> Format:
    """The format that a file's suffix names."""
    if output_path == STANDARD:
        return Format.tsv
    name = output_path.suffix[1:]
    if name not in WRITERS:
        raise ValueError(
            f"{output_path}: can't tell the format from the suffix; use .tsv, .conllu or .jsonl, "
            "or --format."
        )
    return Format(name)


def suffix_of(path: Path) -> str:
    """A file's suffix, before the one of its compression."""
    return (path.with_suffix("") if path.suffix in OPENERS else path).suffix
