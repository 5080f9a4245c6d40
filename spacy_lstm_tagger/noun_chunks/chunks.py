"""The function that spaCy calls for `doc.noun_chunks`."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
from spacy.attrs import IDS, IS_SPACE, SENT_START
from spacy.tokens import Doc, Span

from ..models.types import Ids
from .tag_pattern import TagPattern

LABEL = "NP"

# The first token of a chunk, the token behind its last one, and the key of its label.
Chunk = tuple[int, int, int]


# What a pattern calls the words of a Doc: the Doc, the indices of the words, and their names.
Names = Callable[[Doc, Ids], list[str]]


def attribute_names(attr: str, doc: Doc, words: Ids) -> list[str]:
    """Call words by their parts of speech or tags.

    attr (str): POS or TAG.
    """
    strings = doc.vocab.strings
    keys = doc.to_array(IDS[attr])[words].tolist()
    names = {key: strings[key] for key in set(keys)}
    return [names[key] for key in keys]


class NounChunks:
    """Finds noun chunks by a pattern of tags. A Doc with a parse has the chunks that its language
    finds in the parse, if it finds any.

    Chunks do not overlap, and none crosses the border of a sentence. White space between two words
    does not separate them. A chunk begins and ends with a word.

    name (str): The component's name, for errors.
    pattern (TagPattern): The pattern.
    needs (Sequence[str]): The annotations that `names` reads, as `Doc.has_annotation` names them.
    names (Names): Finds the names of words, which the pattern has in place of tags.
    of_parse (Callable[[Doc | Span], Iterator[Chunk]] | None): Finds chunks in a parse.
    """

    def __init__(
        self,
        name: str,
        pattern: TagPattern,
        needs: Sequence[str],
        names: Names,
        of_parse: Callable[[Any], Iterator[Chunk]] | None,
    ) -> None:
        self._name = name
        self._pattern = pattern
        self._needs = needs
        self._names = names
        self._of_parse = of_parse

    def __call__(self, doclike: Doc | Span) -> Iterator[Chunk]:
        """Find the noun chunks of a Doc, or those inside a Span.

        doclike (Doc | Span): The Doc or the Span.
        YIELDS (Chunk): Tokens of the Doc, and a label.
        RAISES (ValueError): If the Doc has words but no tags.
        """
        doc = doclike.doc
        if self._of_parse is not None and doc.has_annotation("DEP"):
            yield from self._of_parse(doclike)
            return
        is_space, is_start = doc.to_array([IS_SPACE, SENT_START]).T
        words = numpy.flatnonzero(is_space == 0)
        if not len(words):
            return
        for attr in self._needs:
            if not doc.has_annotation(attr):
                raise ValueError(
                    f"The noun chunks of component '{self._name}' need token.{attr.lower()}_, and "
                    f"no token of this Doc has it: {doc.text[:40]!r}. Annotate the Doc with a "
                    "pipeline that sets it, such as en_lstm_web."
                )
        sentences = numpy.cumsum(is_start == 1)[words].tolist()
        first = doclike.start if isinstance(doclike, Span) else 0
        last = doclike.end if isinstance(doclike, Span) else len(doc)
        store: Any = doc.vocab.strings
        # The key of the label is valid after the memory zone in which it is added.
        label = store.add(LABEL, allow_transient=False)
        for start, end in self._pattern.find(self._names(doc, words), sentences):
            chunk = int(words[start]), int(words[end - 1]) + 1
            if first <= chunk[0] and chunk[1] <= last:
                yield *chunk, label
