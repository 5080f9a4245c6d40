"""Running text."""

from collections.abc import Iterable, Iterator

from ..items import RawText
from ..lines import Line
from .format import BYTE_ORDER_MARK, RawFormat


class Text(RawFormat):
    """A text on each line, or in each paragraph."""

    name = "text"
    suffixes = (".txt",)

    def texts(self, lines: Iterable[Line], max_length: int, paragraphs: bool) -> Iterator[RawText]:
        # What is left of the text, and the number of its first line; 0 before it has begun.
        text = ""
        first = 0
        for line in lines:
            added = line.text
            is_end = line.is_last and not paragraphs
            if line.is_first:
                added = added.lstrip(BYTE_ORDER_MARK)
                if not added or added.isspace():
                    is_end = True
                elif text:
                    added = f" {added.lstrip()}"
            if line.is_last:
                added = added.rstrip()
            if not text:
                added = added.lstrip()
            text += added
            if text:
                first = first or line.number
            *pieces, text = cut(text, max_length, line.number)
            for piece in pieces:
                yield RawText(first, piece.rstrip())
            if is_end:
                if text:
                    yield RawText(first, text.rstrip())
                text = ""
                first = 0
        if text:
            yield RawText(first, text.rstrip())


def cut(text: str, max_length: int, number: int) -> list[str]:
    """Cut a text at white space into pieces that are short enough. The last one may be empty.
    Raises a ValueError that names the line if a word is longer than a piece."""
    pieces = []
    start = 0
    while len(text) - start > max_length:
        end = last_space(text, start, start + max_length)
        if end == start:
            raise ValueError(f"line {number} has a word of more than {max_length:,} characters.")
        pieces.append(text[start:end])
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    return [*pieces, text[start:]]


def last_space(text: str, start: int, end: int) -> int:
    """The place of the white space at which to cut before `end`; `start` if there is none."""
    if text[end].isspace():
        return end
    head = text[start:end]
    if head[-1].isspace():
        return end
    return start + len(head.rsplit(None, 1)[0]) if len(head.split(None, 1)) > 1 else start
