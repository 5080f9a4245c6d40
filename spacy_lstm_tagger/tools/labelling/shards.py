"""Cuts raw text into shards, the texts of one file each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.tokens import Doc
from spacy.training.corpus import FILE_TYPE, walk_corpus
from spacy.vocab import Vocab

from ...training.corpus import read_docs
from ..journal import file_digest, short_digest
from ..text.raw_text import read_texts
from ..text.read_and_tag import groups

# So that text without spaces is cut into files, too.
MAX_LETTERS = 20


class Shard(NamedTuple):
    """The texts of one file, raw or labelled already, and a checksum of them."""

    name: str
    texts: Sequence[str | Doc]
    n_words: int
    checksum: str


def read_shards(path: Path, output_dir: Path, shard_words: int, max_length: int) -> Iterator[Shard]:
    """Read raw texts of max_length characters or less, or the labelled files of a folder and its
    subfolders, without the outputs that lie there. A shard of raw text ends with the text that
    reaches the number of words."""
    if path.is_dir():
        outputs = output_dir.resolve()
        locs = walk_corpus(path, FILE_TYPE)
        files = [file for file in locs if outputs not in file.resolve().parents]
        if not files:
            raise ValueError(
                f"There is no .spacy file in {path}. Raw text is one file, .txt or .jsonl."
            )
        for file in files:
            # With these functions, the Vocab knows which tokens are white space.
            vocab = Vocab(LEX_ATTRS)
            docs = list(read_docs(file, vocab))
            if not any(token.tag for doc in docs for token in doc):
                raise ValueError(f"{file} has no tags.")
            name = file.relative_to(path).as_posix()
            yield Shard(name, docs, sum(map(len, docs)), file_digest(file))
        return
    shards = groups(read_texts(path, max_length), shard_words, estimate_words)
    for number, texts in enumerate(shards):
        checksum = short_digest("\n".join(texts).encode())
        yield Shard(f"{number:05}.spacy", texts, sum(map(estimate_words, texts)), checksum)


def estimate_words(text: str) -> int:
    """About how many words a text has: those between white space. For languages without spaces, a
    word has at most `MAX_LETTERS` on the average."""
    return max(len(text.split()), len(text) // MAX_LETTERS)
