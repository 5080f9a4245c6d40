"""Reads raw text from files, compressed or not."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def read_shards(path: Path, shard_words: int) -> Iterator[list[str]]:
    """Read texts in lists of about shard_words words."""
    texts: list[str] = []
    n_words = 0
    for text in read_texts(path):
        texts.append(text)
        n_words += n_words_of(text)
        if n_words >= shard_words:
            yield texts
            texts, n_words = [], 0
    if texts:
        yield texts


def read_texts(path: Path) -> Iterator[str]:
    """Read the texts of a file that are not empty. Raises a ValueError that names an invalid
    line."""
    opener = OPENERS.get(path.suffix, open)
    suffix = path.with_suffix("").suffix if path.suffix in OPENERS else path.suffix
    with opener(path, "rt", encoding="utf8") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            if text and suffix == ".jsonl":
                try:
                    text = json.loads(text)["text"].strip()
                except (ValueError, KeyError, TypeError, AttributeError):
                    raise ValueError(
                        f"{path}: line {number} is not a JSON object with a string under 'text'."
                    ) from None
            if text:
                yield text


def n_words_of(text: str) -> int:
    return len(text.split())
