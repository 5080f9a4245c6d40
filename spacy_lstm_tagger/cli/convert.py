"""`spacy convert-tags`: convert tagged text to a DocBin."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import chain, groupby, islice
from pathlib import Path
from typing import NamedTuple

from spacy.cli._util import Arg, Opt, app
from spacy.parts_of_speech import IDS as POS_NAMES
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from wasabi import msg

from ..files import write_file
from ..pipeline.lexicon import MORPHOLOGY
from ..training.raw_text import format_of, open_lines
from . import QUIET, by_suffix, check_file, errors_shown

UPOS = {"_", *POS_NAMES} - {""}


class TaggedToken(NamedTuple):
    word: str
    tag: str
    pos: str = ""
    morph: str = ""
    lemma: str = ""
    space: bool = True


Sentence = list[TaggedToken]


class Format(StrEnum):
    auto = "auto"
    conllu = "conllu"
    tsv = "tsv"
    slash = "slash"


@app.command("convert-tags")
def convert_tags_cli(
    input_path: Path = Arg(
        ..., help="Tagged text: .conllu, .tsv or .txt", exists=True, dir_okay=False
    ),
    output_path: Path = Arg(..., help="The .spacy file to write", dir_okay=False),
    format: Format = Opt(
        Format.auto,
        "--format",
        "-f",
        help="conllu; tsv: word, tab, tag on each line, a blank line after each sentence; "
        "slash: word/TAG word/TAG, a sentence on each line; auto: by the file's suffix",
    ),
    n_sents: int = Opt(
        10, "--n-sents", "-n", help="Number of sentences per Doc (0 for one Doc)", min=0
    ),
    quiet: bool = QUIET,
) -> None:
    """Convert tagged text to a DocBin for training and evaluation.

    The DocBin has sentence boundaries, words, tags and, from CoNLL-U, universal parts of
    speech, morphological features and lemmas. A token without a tag (empty or _) is left out
    of training and evaluation.
    Unlike `spacy convert`, the command accepts CoNLL-U without trees.

    Example: python -m spacy convert-tags train.conllu train.spacy
    """
    with errors_shown("Can't convert tagged text"):
        n_docs, n_tokens = convert_tags(
            input_path, output_path, format, n_sents, progress=not quiet
        )
    msg.good(f"Generated {output_path} ({n_docs} documents, {n_tokens} tokens)")


def convert_tags(
    input_path: Path,
    output_path: Path,
    format: Format = Format.auto,
    n_sents: int = 10,
    *,
    progress: bool = False,
) -> tuple[int, int]:
    """Convert a file of tagged text. Raises a ValueError that names the invalid line, and an
    OSError if a file can't be read or written. An old output file then stays as it is.

    RETURNS (tuple[int, int]): Number of Docs and of tokens.
    """
    if format is Format.auto:
        remedy = "--format conllu, tsv or slash"
        format = by_suffix(input_path, format_of(input_path), FORMATS, remedy)
    if output_path.suffix != ".spacy":
        raise ValueError(f"{output_path}: has to be a .spacy file.")
    check_file(output_path)
    vocab = Vocab()
    doc_bin = DocBin()
    n_tokens = 0
    title = f"Converting {input_path.name}" if progress else None
    with open_lines(input_path, title=title) as lines:  # which names the file in its own errors
        sentences = READERS[format](lines)
        try:
            while group := list(islice(sentences, n_sents or None)):
                doc = to_doc(vocab, group)
                n_tokens += len(doc)
                doc_bin.add(doc)
        except ValueError as error:
            raise ValueError(f"{input_path}: {error}") from None
    if not n_tokens:
        raise ValueError(f"{input_path}: no sentence found in format {format.value}.")
    write_file(output_path, doc_bin.to_bytes())
    return len(doc_bin), n_tokens


def to_doc(vocab: Vocab, sentences: list[Sentence]) -> Doc:
    tokens = zip(*chain.from_iterable(sentences), strict=True)
    words, tags, pos, morphs, lemmas, spaces = map(list, tokens)
    return Doc(
        vocab,
        words=words,
        spaces=spaces,
        tags=tags,
        pos=pos,
        # Without any, they are unknown: an empty list of features would be an annotation.
        morphs=morphs if any(morphs) else None,
        lemmas=lemmas if any(lemmas) else None,
        sent_starts=[i == 0 for sentence in sentences for i in range(len(sentence))],
    )


def read_conllu(lines: Iterator[str]) -> Iterator[Sentence]:
    """One token per line, in ten columns. The tag is XPOS, or UPOS if there is no XPOS."""
    for block in blocks(lines):
        sentence: Sentence = []
        inside_until, space_after_it = 0, True  # of a multiword token such as 3-4
        for number, line in block:
            if line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) != 10:
                raise ValueError(f"line {number} has {len(columns)} columns, not 10: {line!r}")
            id_, word, lemma, upos, xpos, feats, *_, misc = columns
            if not re.fullmatch(r"\d+([-.]\d+)?", id_) or not word:
                raise ValueError(f"line {number} has no id or no word: {line!r}")
            if upos not in UPOS:
                raise ValueError(f"line {number}: {upos!r} is not a universal part of speech.")
            if feats != "_" and not re.fullmatch(MORPHOLOGY, feats):
                raise ValueError(f"line {number}: {feats!r} is not like Case=Nom|Number=Sing.")
            space = "SpaceAfter=No" not in misc.split("|")
            if "-" in id_:
                inside_until, space_after_it = int(id_.split("-")[1]), space
            elif "." not in id_:  # with a point: an empty node, which is not in the text
                if int(id_) <= inside_until:
                    space = int(id_) == inside_until and space_after_it
                upos, feats = ("" if value == "_" else value for value in (upos, feats))
                lemma = "" if lemma == "_" != word else lemma
                tag = upos if xpos == "_" else xpos
                sentence.append(TaggedToken(word, tag, upos, feats, lemma, space))
        if sentence:
            yield sentence


def read_tsv(lines: Iterator[str]) -> Iterator[Sentence]:
    """Word, tab, tag; a blank line after each sentence."""
    for block in blocks(lines):
        yield [split_token(line, "\t", number) for number, line in block]


def read_slash(lines: Iterator[str]) -> Iterator[Sentence]:
    """word/TAG word/TAG, a sentence on each line; the last slash of a token is the separator."""
    for number, line in chain.from_iterable(blocks(lines)):
        yield [split_token(token, "/", number) for token in re.split("[ \t]+", line)]


def blocks(lines: Iterator[str]) -> Iterator[Iterator[tuple[int, str]]]:
    """The lines between blank lines, with their numbers."""
    numbered = enumerate((line.strip("\ufeff\r\n ") for line in lines), start=1)
    for has_text, block in groupby(numbered, key=lambda numbered_line: bool(numbered_line[1])):
        if has_text:
            yield map(checked, block)


def checked(numbered: tuple[int, str]) -> tuple[int, str]:
    number, line = numbered
    try:
        line.encode()
    except UnicodeEncodeError:
        raise ValueError(f"line {number} is not UTF-8.") from None
    return numbered


def split_token(token: str, separator: str, line_number: int) -> TaggedToken:
    word, _, tag = token.rpartition(separator)
    if not word or "\t" in word:
        name = "a tab" if separator == "\t" else "a slash"
        raise ValueError(f"line {line_number}: {token!r} is not a word, {name}, and a tag.")
    tag = tag.strip()
    return TaggedToken(word, "" if tag == "_" else tag)


FORMATS = {".conllu": Format.conllu, ".tsv": Format.tsv, ".txt": Format.slash}
READERS: dict[Format, Callable[[Iterator[str]], Iterator[Sentence]]] = {
    Format.conllu: read_conllu,
    Format.tsv: read_tsv,
    Format.slash: read_slash,
}
