"""Where the words come from: raw text, or files that are labelled already."""

import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..raw_text import n_words_of, read_shards
from ..readers import copy_words, named_in_errors, read_docs

# Docs take ten times the memory of what a file unpacks to, and more, and zlib packs zeros to a
# thousandth. Labelled text unpacks to three to six times its size.
MAX_RATIO = 30
SMALL = 8 << 20  # bytes that any file may unpack to: text that repeats itself packs well


class Source(NamedTuple):
    """What one file is made of."""

    name: str  # of the file
    content: list[str] | Path  # texts, or a file of labelled Docs
    size: int  # in words, as white space separates them; of labelled Docs, in tokens

    def start(self, vocab: Vocab, n: int) -> list[str] | list[Doc]:
        """The first n texts; of labelled Docs, Docs with their words alone."""
        if isinstance(self.content, list):
            return self.content[:n]
        return [copy_words(doc, vocab) for doc in islice(read_docs(self.content, vocab), n)]


def read_sources(
    input_path: Path, shard_words: int, max_words: int, max_length: int
) -> Iterator[Source]:
    """Read an input, one source at a time. The last is as long as the others, so that a later run
    with more words can go on from it.

    input_path (Path): A file of raw text, see `read_texts`, or a folder of labelled `.spacy` files.
    max_words (int): Stop after the source that reaches it; 0 for all.
    max_length (int): Of a text, in characters.

    Raises a ValueError if there is nothing to read, or if something is damaged.
    """
    n_words = 0
    is_folder = input_path.is_dir()
    for source in (
        read_folder(input_path) if is_folder else read_file(input_path, shard_words, max_length)
    ):
        yield source
        n_words += source.size
        if max_words and n_words >= max_words:
            return
    if not n_words:
        what = "labelled text (.spacy)" if is_folder else "text"
        raise ValueError(f"There is no {what} in {input_path}.")


def read_file(path: Path, shard_words: int, max_length: int) -> Iterator[Source]:
    for number, texts in enumerate(read_shards(path, shard_words, max_length)):
        yield Source(f"{number:05}.spacy", texts, sum(map(n_words_of, texts)))


def read_folder(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*.spacy")):
        size = n_tokens_in(path)
        if size:
            yield Source(path.name, path, size)


def n_tokens_in(path: Path) -> int:
    """The number of tokens in a `.spacy` file. Raises a ValueError that names a damaged file, and
    one that would take memory out of proportion to its size."""
    data = path.read_bytes()
    limit = max(MAX_RATIO * len(data), SMALL)
    with named_in_errors(path):
        unpacked = len(zlib.decompressobj().decompress(data, limit + 1))
    if unpacked > limit:
        raise ValueError(
            f"{path}: its {len(data):,} bytes unpack to more than {limit:,}, out of proportion for "
            "labelled text."
        )
    with named_in_errors(path):
        return sum(map(len, DocBin().from_bytes(data).tokens))
