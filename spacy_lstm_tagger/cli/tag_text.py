"""`spacy tag-text`: tag a file of text, and write its words and tags as text."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext, redirect_stdout
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from spacy.cli._util import Arg, Opt, app
from spacy.language import Language
from wasabi import msg

from ..files import replace_file
from ..loading import load_pipeline
from ..pipeline import LSTMTagger
from ..tools.tagged_text import columns_of, to_conllu, to_jsonl, to_tsv
from ..training.raw_text import OPENERS, STANDARD, groups, numbered_texts, open_lines
from . import QUIET, by_suffix, check_file, errors_shown, stopped_by_sigterm

BATCH = 100_000  # characters of text in a memory zone


class Format(StrEnum):
    auto = "auto"
    tsv = "tsv"
    conllu = "conllu"
    jsonl = "jsonl"


FORMATS = {".tsv": Format.tsv, ".conllu": Format.conllu, ".jsonl": Format.jsonl}
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
    is_file = output_path != STANDARD
    writing = replace_file(output_path) if is_file else nullcontext(sys.stdout.buffer)
    stopped = "Stopped. No file was written or changed."
    # Standard output has the tags alone.
    with redirect_stdout(sys.stderr), errors_shown("Can't tag text", stopped):
        if format is Format.auto:
            suffix = output_path.suffix if is_file else ".tsv"
            remedy = ".tsv, .conllu or .jsonl, or --format"
            format = by_suffix(output_path, suffix, FORMATS, remedy)
        check_paths(input_path, output_path, encoding)
        nlp = load_pipeline(pipeline)
        title = None if quiet else f"Tagging {input_path.name}"
        reading = open_lines(input_path, encoding, title)
        with stopped_by_sigterm(), reading as lines, writing as output:
            texts = numbered_texts(lines, input_path, nlp.max_length, paragraphs)
            n_words = tag_texts(nlp, texts, output, format, probs)
    if is_file:
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
    for batch in groups(texts, BATCH, lambda numbered: len(numbered[1])):
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
            output.flush()
    if columns is None:
        raise ValueError("There is no text in the input.")
    return n_words


def check_paths(input_path: Path, output_path: Path, encoding: str) -> None:
    """Raise an OSError or a ValueError for paths and an encoding that can't be used."""
    try:
        TextIOWrapper(BytesIO(), encoding)
    except LookupError:
        raise ValueError(f"--encoding {encoding} is not one of text that Python knows.") from None
    if input_path != STANDARD and not input_path.is_file():
        raise ValueError(f"The input {input_path} is not a file.")
    if output_path != STANDARD:
        if output_path.suffix in OPENERS:
            raise ValueError(f"Can't write {output_path}: the output is not compressed.")
        check_file(output_path)
        if output_path.exists() and input_path != STANDARD and output_path.samefile(input_path):
            raise ValueError(f"The output {output_path} is the input, which would be overwritten.")
