"""The keys of tags in a string store: a Doc has them in place of the strings."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..models.types import Keys


class TagKeys:
    """Gives the tags of a component their keys. The component's vocab is asked once,
    until the tags change.

    vocab (Vocab): The vocab of the component.
    """

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab
        self._found: tuple[tuple[str, ...], Keys] | None = None

    def add(
        self, labels: Sequence[str], space_tag: str | None, docs: Iterable[Doc]
    ) -> tuple[Keys, int]:
        """Add the tags to the vocabs of the component and of Docs, and return their keys.

        labels (Sequence[str]): The tags of words.
        space_tag (str | None): The tag of whitespace; None for no tag.
        docs (Iterable[Doc]): The Docs that get the tags.
        RETURNS (tuple[Keys, int]): The key of each label, (n_labels,), and of the tag of
            whitespace.
        """
        tags = (*labels, space_tag or "")
        found = self._found
        if found is None or found[0] != tags:
            found = (tags, add_strings(self._vocab, tags))
            self._found = found
        others = {id(doc.vocab): doc.vocab for doc in docs if doc.vocab is not self._vocab}
        for vocab in others.values():
            add_strings(vocab, tags)
        keys = found[1]
        return keys[:-1], keys[-1]


def add_strings(vocab: Vocab, strings: Sequence[str]) -> Keys:
    """Add strings to a vocab. In a memory zone, they stay for good, except for a string that the
    zone has added before.

    RETURNS (Keys): Their keys.
    """
    store: Any = vocab.strings
    keys = [store.add(string, allow_transient=False) for string in strings]
    return numpy.array(keys, dtype="uint64")
