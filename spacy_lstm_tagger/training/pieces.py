"""Cuts a Doc into pieces of some sentences."""

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, cast

from spacy.attrs import ENT_IOB, ENT_TYPE
from spacy.tokens import Doc, Span, SpanGroup
from thinc.types import Ints2d

from ..pipeline.soft_tags import KEY as SOFT_TAGS
from ..pipeline.soft_tags import copy_soft_tags

MISSING, INSIDE, BEGIN = 0, 1, 3  # values of ENT_IOB


class Placed(NamedTuple):
    """An annotation of a part of a Doc, from a start to an end, and its number among its kind."""

    number: int
    start: int
    end: int
    value: Any


class Cutter:
    """Cuts pieces of sentences out of a Doc. It reads the annotation of the Doc once: `Span.as_doc`
    reads all entities for each piece, so the time would grow with the square of the sentences.

    Categories and attributes of the whole Doc are kept, which `Span.as_doc` leaves out. Spans, and
    attributes of tokens and spans, are kept if they lie within the piece. An entity that does not
    becomes missing annotation.

    doc (Doc): The Doc, with sentence boundaries.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.sents = list(doc.sents)
        self._words = [token.text for token in doc]
        self._spaces = [bool(token.whitespace_) for token in doc]
        self._attrs: Any = doc._get_array_attrs()
        self._array: Any = doc.to_array(list(self._attrs))  # (n_tokens, n_attributes)
        self._entities = {i: ent for ent in doc.ents for i in range(ent.start, ent.end)}
        starts = [sent.start for sent in self.sents]
        self._spans = {
            key: by_sentence(((span.start, span.end, span) for span in group), starts)
            for key, group in doc.spans.items()
        }
        user_data: dict[Any, Any] = doc.user_data
        extensions = [key for key in user_data if isinstance(key, tuple) and key[:1] == ("._.",)]
        of_parts = {key: user_data[key] for key in extensions if key[2] is not None}
        self._doc_data = {
            key: value
            for key, value in user_data.items()
            if key not in of_parts and key != SOFT_TAGS
        }
        # A token's attribute has the character where the token starts, but no end.
        self._part_data = by_sentence(
            ((item[0][2], max(item[0][2] + 1, item[0][3] or 0), item) for item in of_parts.items()),
            [sent.start_char for sent in self.sents],
        )

    def cut(self, first: int, after: int) -> Doc:
        """Make a Doc of the sentences from the first to before another, by their numbers."""
        whole, start, end = self.doc, self.sents[first].start, self.sents[after - 1].end
        piece = whole[start:end]
        doc = Doc(whole.vocab, words=self._words[start:end], spaces=self._spaces[start:end])
        doc.from_array(self._attrs, self._rows(piece))
        doc.has_unknown_spaces = whole.has_unknown_spaces
        doc.tensor = whole.tensor[start:end]
        doc.cats = dict(whole.cats)
        for key, group in whole.spans.items():
            spans = [
                Span(doc, at - start, to - start, span.label, kb_id=span.kb_id, span_id=span.id)
                for _, at, to, span in sorted(chain(*self._spans[key][first:after]))
                if to <= end
            ]
            doc.spans[key] = SpanGroup(doc, name=group.name, attrs=group.attrs, spans=spans)
        copy_soft_tags(whole, doc, slice(start, end))
        user_data: dict[Any, Any] = doc.user_data
        user_data.update(self._doc_data)
        for _, _, last, ((_, name, at, to), value) in chain(*self._part_data[first:after]):
            if last <= piece.end_char:
                moved = at - piece.start_char, to and to - piece.start_char
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


def by_sentence(
    annotation: Iterable[tuple[int, int, Any]], starts: Sequence[int]
) -> list[list[Placed]]:
    """What starts in each sentence, given as start, end and value."""
    found: list[list[Placed]] = [[] for _ in starts]
    for number, (start, end, value) in enumerate(annotation):
        found[bisect_right(starts, start) - 1].append(Placed(number, start, end, value))
    return found


def cut(doc: Doc, max_sents: int = 1) -> Iterator[Doc]:
    """Cut a Doc into pieces, each with a random number of sentences from one to max_sents. A Doc
    without sentence boundaries is not cut."""
    if not doc.has_annotation("SENT_START"):
        yield doc
        return
    cutter, first = Cutter(doc), 0
    while first < len(cutter.sents):
        after = min(first + random.randint(1, max_sents), len(cutter.sents))
        yield cutter.cut(first, after)
        first = after
