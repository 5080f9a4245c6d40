"""Writes tagged Docs as text: TSV, CoNLL-U, JSON lines or VRT. White space is no word there."""

import json
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate, chain
from typing import Any

from spacy.tokens import Doc

from .conllu import CoNLLUWriter
from .raw_text import RawText
from .tsv import TSVWriter
from .vrt import VRTWriter
from .writer import VALUES, ProbColumn, Writer, sentences_of

# The names of lists in JSON, where they differ from the names of columns.
LIST_NAMES = {"word": "words", "tag": "tags", "lemma": "lemmas", "prob": "probs"}


class OutputFormat(StrEnum):
    """The formats of tagged text that can be written. `auto` is the one of the file's suffix."""

    auto = "auto"
    tsv = "tsv"
    conllu = "conllu"
    jsonl = "jsonl"
    vrt = "vrt"


class JSONLWriter(Writer):
    """An object for each text, with a list for each column, and the other keys of its JSON."""

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        sentences = list(sentences_of(doc))
        words = list(chain.from_iterable(sentences))
        lists: dict[str, Any] = {}
        for column in self.columns:
            if column == "prob":
                values: list[Any] = [probs[word.i] for word in words]
            else:
                values = [VALUES[column](word) for word in words]
            lists[LIST_NAMES.get(column, column)] = values
        if doc.has_annotation("SENT_START"):
            # The indices of the first words of sentences.
            ends = list(accumulate(map(len, sentences), initial=0))
            lists["sent_starts"] = ends[:-1]
        own = {"line": text.line, "text": doc.text, **lists}
        others = {key: value for key, value in (text.keys or {}).items() if key not in own}
        return json.dumps({**others, **own}, ensure_ascii=False) + "\n"


def make_writer(
    output_format: OutputFormat, columns: Sequence[str], ranges: bool, markup: bool
) -> Writer:
    """The writer of a format. The other arguments are as in the writers."""
    if output_format is OutputFormat.conllu:
        return CoNLLUWriter(columns, ranges)
    if output_format is OutputFormat.jsonl:
        return JSONLWriter(columns)
    if output_format is OutputFormat.vrt:
        return VRTWriter(columns, markup)
    return TSVWriter(columns)
