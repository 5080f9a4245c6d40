"""`spacy tag-text`: tag files of text or of words, and write words and tags as text."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from enum import StrEnum
from functools import partial
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from spacy.language import Language
from typer import BadParameter
from wasabi import msg

from ..._compat import Arg, Opt, app, setup_gpu
from ...files import replace_file
from ..loading import load_pipeline
from ..progress import progress_bar
from ..text.formats.columns import REPLACEABLE
from ..text.formats.registry import AUTO, TAGGABLE, WRITABLE, find_input, suffixes_of
from ..text.formats.tsv import TSV
from ..text.formats.vertical import VerticalFormat
from ..text.lines import STANDARD, is_compressed
from ..text.read_and_tag import tag_file
from ..text.tag_options import TagOptions, check_options
from .drive_tagging import tag_corpus
from .messages import errors_shown
from .options import (
    CODE,
    EXCLUDE,
    GPU_ID,
    N_PROCESS,
    QUIET,
    check_processes,
    component_names,
)
from .processes import ended_without_waiting, stopped_by_signals

INPUTS = (
    "Text, with a text on each line, or .jsonl with a text under the key 'text'; words to tag "
    "anew: .conllu, .vrt, .tsv; .gz, .bz2 and .xz of these; folders; or - for standard input"
)
OUTPUT = (
    ".tsv, .conllu, .jsonl or .vrt, or a folder for several inputs; it is not compressed; - for "
    "standard output"
)

# Typer takes its choices from enumerations.
TextFormat = StrEnum("TextFormat", [AUTO, *TAGGABLE])  # type: ignore[misc]
OutputFormat = StrEnum("OutputFormat", [AUTO, *WRITABLE])  # type: ignore[misc]


def check_encoding(encoding: str) -> str:
    """Refuse an encoding that Python does not know, or that is not one of text."""
    try:
        TextIOWrapper(BytesIO(), encoding)
    except LookupError:
        raise BadParameter(f"{encoding} is not an encoding of text that Python knows.") from None
    return encoding


def check_exist(paths: list[Path]) -> list[Path]:
    """Refuse an input that is not there."""
    for path in paths:
        # `Path.exists` raises an error for a text in place of a path, which is too long for a name.
        if path != STANDARD and not os.path.exists(path):
            raise BadParameter(f"file {str(path)!r} does not exist.")
    return paths


def check_columns(columns: str) -> str:
    """Refuse a column that no format can replace."""
    for name in component_names(columns):
        if name not in REPLACEABLE:
            raise BadParameter(f"{name} is not one of {', '.join(REPLACEABLE)}.")
    return columns


@app.command("tag-text")
def tag_text_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    # Typer's own `exists` refuses the dash.
    inputs: list[Path] = Arg(..., help=INPUTS, callback=check_exist),
    output_path: Path = Opt(STANDARD, "--output", "-o", help=OUTPUT),
    output_format: OutputFormat = Opt(
        AUTO,
        "--format",
        "-f",
        help="auto: by the output's suffix; tsv for standard output and folders. Words to tag anew "
        "keep their format",
    ),
    text_format: TextFormat = Opt(
        AUTO,
        "--input-format",
        help="text; jsonl, a text under the key 'text' of each line; or words to tag anew: conllu, "
        "vrt, or tsv, a word on each line; auto: by the suffix",
    ),
    columns: str = Opt(
        "",
        "--columns",
        help=f"Of words to tag anew: what to replace, among {', '.join(REPLACEABLE)}, with commas "
        "between them (without it: all that the pipeline sets)",
        callback=check_columns,
    ),
    overwrite: bool = Opt(
        False, "--overwrite", help="Tag all files anew, also those that are finished"
    ),
    paragraphs: bool = Opt(
        False, "--paragraphs", "-P", help="A text is all lines up to an empty one, as in books"
    ),
    probs: bool = Opt(False, "--probs", "-p", help="Add the probability of each tag; not in VRT"),
    encoding: str = Opt(
        "utf8",
        "--encoding",
        "-e",
        help="Of the input. The output is UTF-8",
        callback=check_encoding,
    ),
    exclude: str = EXCLUDE,
    n_process: int = N_PROCESS,
    gpu_id: int = GPU_ID,
    code_path: Path | None = CODE,
    quiet: bool = QUIET,
) -> None:
    """Tag text. The output has each word with its tag and, if the pipeline sets them, its part of
    speech and its lemma.

    tsv: a word on each line, under a line with the names of the columns. An empty line follows
    each sentence, or each text if the pipeline finds no sentences. conllu: CoNLL-U without heads.
    jsonl: an object for each text, with lists of words and tags. vrt: word, tag and lemma on each
    line, with <s> around sentences and <p> around texts, for CQPweb or Sketch Engine.

    Several files, or a folder: the output is a folder with the same tree, in which a.txt or
    a.txt.gz becomes a.tsv. If the command is stopped, run it again: it leaves out the files that
    are finished. With --n-process, each process tags a file.

    Words to tag anew, in CoNLL-U, VRT or a TSV: words, sentences and all other columns and lines
    stay as they are. Tags, parts of speech, features and lemmas are replaced.

    Empty lines are left out. White space is no word. An output file appears when it is complete.

    Example: python -m spacy tag-text en_lstm_web book.txt --paragraphs --output book.tsv

    Example: python -m spacy tag-text en_lstm_web corpus --output tagged --format vrt

    DOCS: https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/reference.html
    """
    options = TagOptions(
        text_format=text_format.value,
        output_format=output_format.value,
        columns=component_names(columns),
        paragraphs=paragraphs,
        probs=probs,
        encoding=encoding,
        exclude=component_names(exclude),
        code=code_path,
        n_process=n_process,
    )
    load = partial(load_pipeline, pipeline, options.exclude, options.code)
    is_corpus = len(inputs) > 1 or any(map(os.path.isdir, (inputs[0], output_path)))
    stopped = "Stopped. No file was written or changed."
    if is_corpus:
        stopped = "Stopped. Run the same command again to go on: it leaves out what is finished."
    console = sys.stdout
    with (
        # The processes that tag files of a corpus are ended by what has started them.
        ended_without_waiting(1 if is_corpus else n_process),
        errors_shown("Can't tag text", stopped),
        # Standard output has the tags alone.
        redirect_stdout(sys.stderr),
        stopped_by_signals(),
    ):
        check_processes(n_process, gpu_id)
        setup_gpu(gpu_id, silent=quiet or gpu_id < 0)
        if is_corpus:
            tag_corpus(load, inputs, output_path, options, overwrite, quiet)
        else:
            tag_one(load, inputs[0], output_path, options, console, quiet)


def tag_one(
    load: Callable[[], Language],
    input_path: Path,
    output_path: Path,
    options: TagOptions,
    console: TextIO | None,
    quiet: bool,
) -> None:
    """Tag one file, or standard input.

    load (Callable[[], Language]): Loads the pipeline.
    console (TextIO | None): Standard output.
    """
    check_output(input_path, output_path)
    options = options._replace(output_format=find_format(input_path, output_path, options))
    check_options(options, [find_input(input_path, options.text_format)])
    # Nobody knows how long standard input will be.
    size = None if input_path == STANDARD else input_path.stat().st_size
    title = None if quiet or size is None else f"Tagging {input_path.name}"
    with open_output(output_path, console) as output:
        nlp = load()
        with progress_bar(title, size, "B") as bar:
            n_words = tag_file(nlp, input_path, output, options, bar.update)
    if output_path != STANDARD:
        # If the tags are in a file, standard output is free. /dev/stdout is no such file.
        with redirect_stdout(console if output_path.is_file() else sys.stderr):
            msg.good(f"Tagged {n_words:,} words in {output_path}")


def find_format(input_path: Path, output_path: Path, options: TagOptions) -> str:
    """The format to write. Raises a ValueError if the suffix of the output does not name it, or if
    it is not the format of words that are given."""
    wanted = options.output_format
    by_suffix = suffixes_of(WRITABLE).get(output_path.suffix.lower())
    if wanted == AUTO and by_suffix is not None:
        wanted = by_suffix.name
    own = find_input(input_path, options.text_format)
    if issubclass(own, VerticalFormat):
        if wanted not in (AUTO, own.name):
            raise ValueError(
                f"{input_path} has words, whose tags are replaced in their lines, so the output "
                f"is {own.name} and not {wanted}."
            )
        return own.name
    if wanted == AUTO and output_path == STANDARD:
        return TSV.name
    if wanted == AUTO:
        raise ValueError(
            f"{output_path}: can't tell the format from the suffix {output_path.suffix!r}. Use "
            f"--format, or another suffix: {', '.join(suffixes_of(WRITABLE))}. If it is to be a "
            "folder, make it first."
        )
    return wanted


def check_output(input_path: Path, output_path: Path) -> None:
    """Raise a ValueError for an output that can't be written."""
    if output_path == STANDARD:
        return
    if is_compressed(output_path):
        raise ValueError(f"Can't write {output_path}: the output is not compressed.")
    if output_path.exists() and input_path != STANDARD and output_path.samefile(input_path):
        raise ValueError(f"The output {output_path} is the input, which would be overwritten.")


def open_output(path: Path, console: TextIO | None) -> AbstractContextManager[BinaryIO]:
    """Open the output. Raises a ValueError if it is standard output, and that is closed."""
    if path != STANDARD:
        return replace_file(path)
    if console is None:
        raise ValueError("Standard output is closed. Name a file: --output book.tsv")
    return nullcontext(console.buffer)
