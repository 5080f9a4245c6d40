"""Adds strings to a string store: a Doc has their keys in place of the strings."""

from collections.abc import Sequence
from typing import Any

import numpy
from spacy.vocab import Vocab

from ..models.types import Keys


def add_strings(vocab: Vocab, strings: Sequence[str]) -> Keys:
    """Add strings to a vocab. In a memory zone, they stay for good, except for a string that the
    zone has added before.

    RETURNS (Keys): Their keys.
    """
    store: Any = vocab.strings
    keys = [store.add(string, allow_transient=False) for string in strings]
    return numpy.array(keys, dtype="uint64")
