"""Reads the texts of a file: lines, paragraphs or JSON, with or without markup."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .formats.format import BYTE_ORDER_MARK, RawFormat
from .formats.registry import RAW, suffixes_of
from .items import RawText
from .lines import LinePart, format_suffix, open_lines
from .markup import BREAKS, Markup, OpenElements, split_markup


def read_texts(path: Path, max_length: int) -> Iterator[str]:
    """Read the texts of a file that are not empty, in memory that does not grow with the file.

    path (Path): .txt with a text on each line, or .jsonl or .ndjson with a text under the key
        'text' of each line; also with .gz, .bz2 or .xz behind. Byte order marks are skipped.
    max_length (int): In characters. A longer text is cut at white space.

    Raises a ValueError that names the file and, where one is invalid, the line.
    """
    suffix = format_suffix(path)
    found = suffixes_of(RAW).get(suffix)
    if found is None:
        raise ValueError(
            f"{path}: can't tell the format from the suffix {suffix!r}. Raw text is "
            ".txt with a text on each line, or .jsonl with a text under the key 'text'; both can "
            "be compressed as .gz, .bz2 or .xz."
        )
    raw_format = found()
    with open_lines(path, read_size(max_length, raw_format)) as parts:
        for text in split_texts(parts, max_length, raw_format):
            yield text.text


def read_size(max_length: int, raw_format: RawFormat, markup: bool = False) -> int | None:
    """The number of characters to read at once; None for lines of JSON or of markup, which are read
    as a whole."""
    return None if raw_format.has_text_per_line or markup else max_length


def split_texts(
    parts: Iterable[LinePart],
    max_length: int,
    raw_format: RawFormat,
    *,
    paragraphs: bool = False,
    markup: bool = False,
) -> Iterator[RawText]:
    """Find the texts that are not empty.

    parts (Iterable[LinePart]): The lines of the file, read with `read_size`.
    max_length (int): In characters. A longer text is cut at white space.
    raw_format (RawFormat): Finds the text in each line.
    paragraphs (bool): Whether a text is all lines up to an empty one, except in JSON.
    markup (bool): Whether to take markup out of the texts.

    Raises a ValueError that names an invalid line.
    """
    split = split_marked_up if markup else split_plain
    texts = raw_format.texts(parts)
    return split(texts, max_length, paragraphs and not raw_format.has_text_per_line)


def split_plain(parts: Iterable[LinePart], max_length: int, paragraphs: bool) -> Iterator[RawText]:
    """Find the texts in lines without markup."""
    buffer = TextBuffer(max_length)
    for part in parts:
        buffer.keys = part.keys
        text = part.text
        if part.is_first:
            text = text.lstrip(BYTE_ORDER_MARK)
            if not text or text.isspace():
                yield from buffer.flush()
            elif buffer.has_text:
                yield from buffer.add(part.number, " ")
                text = text.lstrip()
        if part.is_last:
            text = text.rstrip()
        yield from buffer.add(part.number, text)
        if part.is_last and not paragraphs:
            yield from buffer.flush()
    yield from buffer.flush()


def split_marked_up(
    parts: Iterable[LinePart], max_length: int, paragraphs: bool
) -> Iterator[RawText]:
    """Find the texts in lines with markup. A line of markup alone ends a text, as an empty line
    does, and so does each block element."""
    buffer = TextBuffer(max_length, has_markup=True)
    elements = OpenElements()
    for part in parts:
        buffer.keys = part.keys
        try:
            segments = list(split_markup(part.text.lstrip(BYTE_ORDER_MARK)))
        except ValueError as error:
            raise ValueError(f"line {part.number} {error}") from None
        has_text = any(isinstance(segment, str) and segment.strip() for segment in segments)
        if not has_text:
            yield from buffer.flush_text()
        for segment in segments:
            if isinstance(segment, str):
                # White space on both sides of markup counts once.
                yield from buffer.add(part.number, segment, strip=buffer.ends_with_space)
                continue
            elements.add(segment, part.number)
            if segment.is_block:
                yield from buffer.flush_text()
            elif segment.name in BREAKS and buffer.has_text:
                yield from buffer.add(part.number, " ")
            is_block = segment.is_block or not has_text
            buffer.add_markup(part.number, segment._replace(is_block=is_block))
        if not paragraphs:
            yield from buffer.flush_text()
    yield from buffer.flush()
    elements.check_end()


class TextBuffer:
    """Collects the characters of a text, and gives them away in pieces of limited length.

    max_length (int): Of a piece, in characters.
    has_markup (bool): Whether markup is taken out of the text.
    """

    def __init__(self, max_length: int, has_markup: bool = False) -> None:
        self.max_length = max_length
        self.has_markup = has_markup
        # The number of the text's first line; 0 before the text has begun.
        self.line = 0
        self.chunks: list[str] = []
        self.length = 0
        # Markup, each with the number of characters before it.
        self.markup: list[tuple[int, Markup]] = []
        # Keys of the JSON object beside the text.
        self.keys: dict[str, Any] | None = None

    @property
    def has_text(self) -> bool:
        """Whether there are characters."""
        return self.length > 0

    @property
    def ends_with_space(self) -> bool:
        """Whether the next characters follow white space, or begin the text."""
        return not self.chunks or self.chunks[-1][-1].isspace()

    def add(self, number: int, text: str, strip: bool = False) -> Iterator[RawText]:
        """Add characters of a line, and yield pieces that are full. Raises a ValueError that names
        the line if a word is longer than a piece."""
        if strip or not self.chunks:
            text = text.lstrip()
        if not text:
            return
        self.line = self.line or number
        self.chunks.append(text)
        self.length += len(text)
        if self.length > self.max_length:
            yield from self.cut(number)

    def add_markup(self, number: int, markup: Markup) -> None:
        """Add markup at the end of what is there."""
        self.line = self.line or number
        self.markup.append((self.length, markup))

    def cut(self, number: int) -> Iterator[RawText]:
        """Yield pieces that end at white space, until what is left is short enough."""
        text = "".join(self.chunks)
        start = 0
        while len(text) - start > self.max_length:
            end = last_space(text, start, start + self.max_length)
            if end == start:
                raise ValueError(
                    f"line {number} has a word of more than {self.max_length:,} characters."
                )
            yield self.piece(text, start, end)
            start = end
            while start < len(text) and text[start].isspace():
                start += 1
        self.markup = [(max(offset - start, 0), markup) for offset, markup in self.markup]
        self.chunks = [text[start:]] if start < len(text) else []
        self.length = len(text) - start

    def piece(self, text: str, start: int, end: int) -> RawText:
        """Take the markup of a piece out of the buffer."""
        taken = [
            (min(max(offset - start, 0), end - start), markup)
            for offset, markup in self.markup
            if offset <= end
        ]
        self.markup = self.markup[len(taken) :]
        markup = tuple(taken) if self.has_markup else None
        return RawText(self.line, text[start:end].rstrip(), markup, self.keys)

    def flush_text(self) -> Iterator[RawText]:
        """Yield what is left if it has characters. Markup waits for the text behind it."""
        if self.has_text:
            yield from self.flush()

    def flush(self) -> Iterator[RawText]:
        """Yield what is left, and begin a new text."""
        text = "".join(self.chunks)
        if text or self.markup:
            yield self.piece(text, 0, len(text))
        self.line = 0
        self.chunks = []
        self.length = 0


def last_space(text: str, start: int, end: int) -> int:
    """The place of the white space at which to cut before `end`; `start` if there is none."""
    if text[end].isspace():
        return end
    head = text[start:end]
    if head[-1].isspace():
        return end
    return start + len(head.rsplit(None, 1)[0]) if len(head.split(None, 1)) > 1 else start
