"""Cuts a Doc into pieces of some sentences."""

import random
from collections.abc import Iterator
from typing import Any

from spacy.tokens import Doc, Span, SpanGroup

from ..pipeline.soft_tags import KEY as SOFT_TAGS
from ..pipeline.soft_tags import copy_soft_tags

MAX_COPIES = 32  # of parts of the same Doc


def cut(doc: Doc, max_sents: int = 1) -> Iterator[Doc]:
    """Cut a Doc into pieces, each with a random number of sentences from one to max_sents. A Doc
    without sentence boundaries is not cut."""
    if not doc.has_annotation("SENT_START"):
        yield doc
        return
    starts, places = [*(sent.start for sent in doc.sents), len(doc)], list[tuple[int, int]]()
    first, last = 0, len(starts) - 1
    while first < last:
        after = min(first + random.randint(1, max_sents), last)
        places.append((starts[first], starts[after]))
        first = after
    yield from copies(doc, places)


def copies(doc: Doc, places: list[tuple[int, int]]) -> Iterator[Doc]:
    """Copy parts of a Doc, each from a token to another. Many are copied out of halves of the Doc:
    each copy reads all annotation, so that the time would grow with the square of its length."""
    attrs = doc._get_array_attrs()
    rows = {"array_head": attrs, "array": doc.to_array(list(attrs))}
    if len(places) <= MAX_COPIES:
        yield from (copy_part(doc, start, end, rows) for start, end in places)
        return
    middle = len(places) // 2
    for half in (places[:middle], places[middle:]):
        first, last = half[0][0], half[-1][1]
        part = copy_part(doc, first, last, rows)
        yield from copies(part, [(start - first, end - first) for start, end in half])


def copy_part(doc: Doc, start: int, end: int, rows: dict[str, Any]) -> Doc:
    """Make a Doc of some tokens of a Doc, with categories and attributes of the whole Doc, which
    `Span.as_doc` leaves out. Spans, and attributes of tokens and spans, are kept if they lie within
    the part. An entity that does not becomes missing annotation."""
    whole = doc[start:end]
    part = whole.as_doc(**rows)
    part.has_unknown_spaces = doc.has_unknown_spaces
    part.cats = dict(doc.cats)
    for key, group in doc.spans.items():
        spans = [
            Span(part, s.start - start, s.end - start, s.label, kb_id=s.kb_id, span_id=s.id)
            for s in group
            if start <= s.start and s.end <= end
        ]
        part.spans[key] = SpanGroup(part, name=group.name, attrs=group.attrs, spans=spans)
    copy_soft_tags(doc, part, slice(start, end))
    user_data: dict[Any, Any] = part.user_data
    for key, value in doc.user_data.items():
        if not (isinstance(key, tuple) and key[:1] == ("._.",) and key[2] is not None):
            if key != SOFT_TAGS:
                user_data[key] = value
        elif whole.start_char <= key[2] and (key[3] or key[2] + 1) <= whole.end_char:
            places = (place and place - whole.start_char for place in key[2:])
            user_data[(*key[:2], *places)] = value
    return part
