"""Cuts a Doc into pieces of some sentences."""

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

from spacy.attrs import ENT_IOB, ENT_TYPE
from spacy.tokens import Doc, Span, SpanGroup
from thinc.types import Ints2d

from ..pipeline.soft_tags import KEY as SOFT_TAGS
from ..pipeline.soft_tags import copy_soft_tags

MISSING, INSIDE, BEGIN = 0, 1, 3  # values of ENT_IOB


class Placed(NamedTuple):
    """Something that is said of a part of a Doc, from a start to an end."""

    start: int
    end: int
    value: Any


class Cutter:
    """Cuts pieces out of a Doc. It reads the annotation of the Doc once: `Span.as_doc` reads all
    entities for each piece, so that the time would grow with the square of the sentences.

    Categories and attributes of the whole Doc are kept, which `Span.as_doc` leaves out. Spans, and
    attributes of tokens and spans, are kept if they lie within the piece. An entity that does not
    becomes missing annotation.

    doc (Doc): The Doc.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self._words = [token.text for token in doc]
        self._spaces = [bool(token.whitespace_) for token in doc]
        self._attrs: Any = doc._get_array_attrs()
        self._array: Any = doc.to_array(list(self._attrs))  # (n_tokens, n_attributes)
        self._entities = {i: ent for ent in doc.ents for i in range(ent.start, ent.end)}
        self._spans = {
            key: Sorted(Placed(span.start, span.end, span) for span in group)
            for key, group in doc.spans.items()
        }
        parts: dict[bool, list[tuple[Any, Any]]] = defaultdict(list)
        for item in doc.user_data.items():
            parts[is_of_part(item[0])].append(item)
        self._of_doc = {key: value for key, value in parts[False] if key != SOFT_TAGS}
        # A token's attribute has the character where the token starts, but no end.
        self._of_parts = Sorted(
            Placed(key[2], max(key[2] + 1, key[3] or 0), (key, value)) for key, value in parts[True]
        )

    def cut(self, start: int, end: int) -> Doc:
        """Make a Doc of the tokens from start to before end."""
        whole, piece = self.doc, self.doc[start:end]
        doc = Doc(whole.vocab, words=self._words[start:end], spaces=self._spaces[start:end])
        doc.from_array(self._attrs, self._rows(piece))
        doc.has_unknown_spaces = whole.has_unknown_spaces
        doc.tensor = whole.tensor[start:end]
        doc.cats = dict(whole.cats)
        for key, group in whole.spans.items():
            within = self._spans[key].within(start, end)
            spans = [move(placed.value, piece, doc) for placed in within]
            doc.spans[key] = SpanGroup(doc, name=group.name, attrs=group.attrs, spans=spans)
        copy_soft_tags(whole, doc, slice(start, end))
        user_data: dict[Any, Any] = doc.user_data
        user_data.update(self._of_doc)
        for placed in self._of_parts.within(piece.start_char, piece.end_char):
            (_, name, first, last), value = placed.value
            moved = first - piece.start_char, last and last - piece.start_char
            user_data["._.", name, *moved] = value
        return doc

    def _rows(self, piece: Any) -> Ints2d:
        """The annotation of the tokens of a piece, without heads and entities outside of it."""
        start, end = piece.start, piece.end
        rows: Any = self._array[start:end].copy()
        piece._fix_dep_copy(self._attrs, rows)
        iob, kind = self._attrs.index(ENT_IOB), self._attrs.index(ENT_TYPE)
        if rows[0, iob] == INSIDE:
            rows[0, iob] = BEGIN
        for i in (start, end - 1):
            ent = self._entities.get(i)
            if ent is not None and not (start <= ent.start and ent.end <= end):
                rows[max(ent.start - start, 0) : ent.end - start, [iob, kind]] = MISSING
        return cast(Ints2d, rows)


class Sorted:
    """Things that are said of parts of a Doc, to be found by their place."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._placed = list(placed)
        self._order = sorted(range(len(self._placed)), key=lambda i: self._placed[i].start)
        self._starts = [self._placed[i].start for i in self._order]

    def within(self, start: int, end: int) -> list[Placed]:
        """What starts and ends between these places, in the order in which it was given."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        found = [self._placed[i] for i in sorted(self._order[low:high])]
        return [placed for placed in found if placed.end <= end]


def cut(doc: Doc, max_sents: int = 1) -> Iterator[Doc]:
    """Cut a Doc into pieces, each with a random number of sentences from one to max_sents. A Doc
    without sentence boundaries is not cut."""
    if not doc.has_annotation("SENT_START"):
        yield doc
        return
    cutter, ends = Cutter(doc), [sent.end for sent in doc.sents]
    start = i = 0
    while i < len(ends):
        i = min(i + random.randint(1, max_sents), len(ends))
        yield cutter.cut(start, ends[i - 1])
        start = ends[i - 1]


def is_of_part(key: Any) -> bool:
    """Whether a key of a Doc's user data is an attribute of a token or a span."""
    return isinstance(key, tuple) and key[:1] == ("._.",) and key[2] is not None


def move(span: Span, piece: Span, doc: Doc) -> Span:
    """Move a span of the whole Doc to the Doc of a piece."""
    start, end = span.start - piece.start, span.end - piece.start
    return Span(doc, start, end, label=span.label, kb_id=span.kb_id, span_id=span.id)
