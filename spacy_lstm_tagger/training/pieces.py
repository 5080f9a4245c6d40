"""Cuts a Doc into pieces of some sentences."""

import random
from collections.abc import Iterator
from typing import Any

from spacy.tokens import Doc, Span, SpanGroup

from ..pipeline.soft_tags import KEY as SOFT_TAGS
from ..pipeline.soft_tags import copy_soft_tags

N_SENTS = 16  # of a part from which pieces are cut


def cut(doc: Doc, max_sents: int = 1) -> Iterator[Doc]:
    """Cut a Doc into pieces, each with a random number of sentences from one to max_sents. A Doc
    without sentence boundaries is not cut."""
    if not doc.has_annotation("SENT_START"):
        yield doc
        return
    starts = [*(sent.start for sent in doc.sents), len(doc)]
    first, last = 0, len(starts) - 1
    # Each part lies within the one before, and a piece is cut out of the last one: all annotation
    # of a part is read for each piece, so that the time would grow with the square of its length.
    parts = [(doc, 0, last, rows_of(doc))]
    while first < last:
        after = min(first + random.randint(1, max_sents), last)
        while after > parts[-1][2]:
            parts.pop()
        while True:
            part, begin, end, rows = parts[-1]
            n_sents = max((end - begin) // 4, after - first)
            if end - begin <= max(N_SENTS, n_sents):
                break
            end = min(first + n_sents, end)
            smaller = copy_part(
                part, starts[first] - starts[begin], starts[end] - starts[begin], rows
            )
            parts.append((smaller, first, end, rows_of(smaller)))
        yield copy_part(part, starts[first] - starts[begin], starts[after] - starts[begin], rows)
        first = after


def rows_of(doc: Doc) -> dict[str, Any]:
    """The annotation of a Doc as `Span.as_doc` takes it."""
    attrs = doc._get_array_attrs()
    return {"array_head": attrs, "array": doc.to_array(list(attrs))}


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
