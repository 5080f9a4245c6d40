"""JSON lines: an object for each text."""

import json
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from typing import Any

from spacy.tokens import Doc

from ..items import RawText
from ..lines import Line, is_unicode
from .format import BYTE_ORDER_MARK, ProbColumn, RawFormat, WritableFormat, sentences_of
from .text import cut


class JSONLines(WritableFormat, RawFormat):
    """It is read with a text under the key `text`, and written with a list for each column, and the
    other keys of its input."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")

    def read_size(self, max_length: int) -> int | None:
        return None

    def texts(self, lines: Iterable[Line], max_length: int, paragraphs: bool) -> Iterator[RawText]:
        for line in lines:
            source = line.text.strip().lstrip(BYTE_ORDER_MARK)
            item = read_object(source) if source else {"text": ""}
            text = item.pop("text", None)
            if not isinstance(text, str):
                raise ValueError(
                    f"line {line.number} is not a JSON object with a string under 'text'."
                )
            try:
                others = json.dumps(item, ensure_ascii=False, allow_nan=False)
            except ValueError:
                raise ValueError(
                    f"line {line.number} has a number that is not finite, which JSON does not "
                    "allow."
                ) from None
            # An escape may be half of a character, which can't be written.
            if not is_unicode(text + others):
                raise ValueError(f"line {line.number} has an escape that is half of a character.")
            text = text.lstrip(BYTE_ORDER_MARK).strip()
            for piece in cut(text, max_length, line.number) if text else ():
                yield RawText(line.number, piece.rstrip(), item)

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        sentences = list(sentences_of(doc))
        values = [self.values(word, probs) for word in chain.from_iterable(sentences)]
        own: dict[str, Any] = {"line": text.line, "text": doc.text}
        for i, column in enumerate(self.columns):
            own[column.key] = [of_word[i] for of_word in values]
        if doc.has_annotation("SENT_START"):
            # The indices of the first words of sentences.
            ends = list(accumulate(map(len, sentences), initial=0))
            own["sent_starts"] = ends[:-1]
        chunks = find_chunks(doc)
        if chunks is not None:
            own["chunks"] = chunks
        others = {key: value for key, value in (text.keys or {}).items() if key not in own}
        return json.dumps({**others, **own}, ensure_ascii=False) + "\n"


def read_object(source: str) -> dict[str, Any]:
    """Read a JSON object. It is empty if there is none."""
    try:
        item = json.loads(source)
    except (ValueError, RecursionError):
        return {}
    return item if isinstance(item, dict) else {}


def find_chunks(doc: Doc) -> list[list[int]] | None:
    """The noun chunks of a Doc: for each, the indices of its first word and of the word behind its
    last one, not counting white space. None if no component finds chunks."""
    n_words = list(accumulate((not token.is_space for token in doc), initial=0))
    try:
        return [[n_words[chunk.start], n_words[chunk.end]] for chunk in doc.noun_chunks]
    # No component finds them, the language has none, or the words lack what they are found by.
    except (NotImplementedError, ValueError):
        return None
