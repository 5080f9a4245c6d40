"""`spacy tag-text`: tag a file of text, and write its words and tags as text."""

import sys
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from typer import BadParameter
from wasabi import msg

from ..._compat import Arg, Opt, app, import_code, setup_gpu
from ...files import replace_file
from ...training.loading import load_pipeline
from ..text.lines import STANDARD, is_compressed, open_lines
from ..text.raw_text import read_size, split_texts
from ..text.tag_texts import tag_texts
from ..text.write_tagged import OutputFormat
from .errors import errors_shown
from .options import (
    BATCH_SIZE,
    CODE,
    DISABLE,
    EXCLUDE,
    GPU_ID,
    N_PROCESS,
    QUIET,
    component_names,
)
from .processes import ended_without_waiting, stopped_by_signals


def check_encoding(encoding: str) -> str:
    """Refuse an encoding that Python does not know, or that is not one of text."""
    try:
        TextIOWrapper(BytesIO(), encoding)
    except LookupError:
        raise BadParameter(f"{encoding} is not an encoding of text that Python knows.") from None
    return encoding


def check_exists(path: Path) -> Path:
    """Refuse an input that is not there."""
    if path != STANDARD and not path.exists():
        raise BadParameter(f"file {str(path)!r} does not exist.")
    return path


@app.command("tag-text")
def tag_text_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    input_path: Path = Arg(
        ...,
        help="Text, with a text on each line, or .jsonl with a text under the key 'text'; .gz, "
        ".bz2 and .xz are read, too; - for standard input",
        dir_okay=False,
        # Typer's own `exists` refuses the dash.
        callback=check_exists,
    ),
    output_path: Path = Opt(
        STANDARD,
        "--output",
        "-o",
        help=".tsv, .conllu, .jsonl or .vrt; - for standard output",
        dir_okay=False,
    ),
    output_format: OutputFormat = Opt(
        OutputFormat.auto,
        "--format",
        "-f",
        help="auto: by the output's suffix; tsv for standard output",
    ),
    paragraphs: bool = Opt(
        False, "--paragraphs", "-P", help="A text is all lines up to an empty one, as in books"
    ),
    markup: bool = Opt(
        False,
        "--markup",
        "-m",
        help='Write markup such as <text id="a"> and <b> to the VRT as it is, and do not tag it',
    ),
    probs: bool = Opt(False, "--probs", "-p", help="Add the probability of each tag"),
    ranges: bool | None = Opt(
        None,
        "--ranges/--no-ranges",
        help="CoNLL-U: a line with a range of numbers before the words of don't (without it: in "
        "English)",
    ),
    encoding: str = Opt(
        "utf8",
        "--encoding",
        "-e",
        help="Of the input. The output is UTF-8",
        callback=check_encoding,
    ),
    exclude: str = EXCLUDE,
    disable: str = DISABLE,
    n_process: int = N_PROCESS,
    batch_size: int | None = BATCH_SIZE,
    gpu_id: int = GPU_ID,
    code_path: Path | None = CODE,
    quiet: bool = QUIET,
) -> None:
    """Tag a file of text. The output has each word with its tag and, if the pipeline sets them,
    its part of speech and its lemma.

    tsv: a word on each line, under a line with the names of the columns. An empty line follows
    each sentence, or each text if the pipeline finds no sentences. conllu: CoNLL-U without heads.
    jsonl: an object for each text, with lists of words and tags. vrt: word, tag and lemma on each
    line, with <s> around sentences and <p> around texts, for CQPweb or Sketch Engine.

    Empty lines are left out. White space is no word. The output file appears when it is
    complete, so a command that was stopped begins anew.

    Example: python -m spacy tag-text en_lstm_web book.txt --paragraphs --output book.tsv

    DOCS: https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/commands.html
    """
    stopped = "Stopped. No file was written or changed."
    console = sys.stdout
    # Standard output has the tags alone.
    with (
        redirect_stdout(sys.stderr),
        ended_without_waiting(n_process),
        errors_shown("Can't tag text", stopped),
    ):
        output_format = find_format(output_path, output_format)
        check_options(input_path, output_path, output_format, markup)
        title = None if quiet else f"Tagging {input_path.name}"
        with stopped_by_signals(), open_output(output_path, console) as output:
            import_code(code_path)
            setup_gpu(gpu_id, silent=quiet or gpu_id < 0)
            nlp = load_pipeline(pipeline, component_names(exclude), component_names(disable))
            size = read_size(input_path, nlp.max_length, markup)
            with open_lines(input_path, size, encoding, title) as parts:
                n_words = tag_texts(
                    nlp,
                    split_texts(parts, input_path, nlp.max_length, paragraphs, markup),
                    output,
                    output_format,
                    probs=probs,
                    ranges=nlp.lang == "en" if ranges is None else ranges,
                    markup=markup,
                    n_process=n_process,
                    batch_size=batch_size,
                )
    if output_path != STANDARD:
        msg.good(f"Tagged {n_words:,} words in {output_path}")


def find_format(output_path: Path, output_format: OutputFormat) -> OutputFormat:
    """The format to write. Raises a ValueError if the suffix of the output does not name it."""
    if output_format is not OutputFormat.auto:
        return output_format
    if output_path == STANDARD:
        return OutputFormat.tsv
    name = output_path.suffix.lower().removeprefix(".")
    if name not in list(OutputFormat)[1:]:
        raise ValueError(
            f"{output_path}: can't tell the format from the suffix {output_path.suffix!r}; use "
            ".tsv, .conllu, .jsonl or .vrt, or --format."
        )
    return OutputFormat(name)


def check_options(
    input_path: Path, output_path: Path, output_format: OutputFormat, markup: bool
) -> None:
    """Raise a ValueError for options that don't go together."""
    if markup and output_format is not OutputFormat.vrt:
        raise ValueError("--markup needs --format vrt: other formats have no place for markup.")
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
