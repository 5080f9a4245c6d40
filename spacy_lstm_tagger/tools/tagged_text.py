"""Writes tagged Docs as text: TSV, CoNLL-U or JSON lines. White space is no word there."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, chain
from typing import Any

from spacy.tokens import Doc, Token

Columns = dict[str, Callable[[Token], str | float | None]]


def prob(token: Token) -> float | None:
    """The probability of a token's tag; None for a tag that a rule has set."""
    found = token._.tag_prob
    return None if found is None else round(found, 3)


COLUMNS: Columns = {
    "word": lambda token: " ".join(token.text.split()),
    "tag": lambda token: token.tag_,
    "pos": lambda token: token.pos_,
    "lemma": lambda token: token.lemma_,
    "prob": prob,
}


def columns_of(docs: Iterable[Doc], probs: bool = False) -> Columns:
    """What there is to write of Docs: words, tags, and what a word of them has.

    probs (bool): Whether to write the probability of each tag, too.
    """
    optional = {"pos": "POS", "lemma": "LEMMA"}
    names = {"word", "tag"} | ({"prob"} if probs else set())
    for doc in docs:
        names |= {name for name, attribute in optional.items() if doc.has_annotation(attribute)}
    return {name: get for name, get in COLUMNS.items() if name in names}


def to_tsv(doc: Doc, line: int, columns: Columns) -> str:
    """A word on each line, and an empty line after each sentence."""
    rows = []
    for sentence in sentences_of(doc):
        for word in sentence:
            cells = (get(word) for get in columns.values())
            rows.append("\t".join("" if cell is None else str(cell) for cell in cells))
        rows.append("")
    return "".join(f"{row}\n" for row in rows)


def to_conllu(doc: Doc, line: int, columns: Columns) -> str:
    """Sentences in CoNLL-U, without heads. Their ids are the line and a number."""
    rows = []
    for number, sentence in enumerate(sentences_of(doc), start=1):
        text = " ".join(doc[sentence[0].i : sentence[-1].i + 1].text.split())
        rows += [f"# sent_id = {line}.{number}", f"# text = {text}"]
        for i, word in enumerate(sentence, start=1):
            misc = [] if has_space(word) or word.i + 1 == len(doc) else ["SpaceAfter=No"]
            if "prob" in columns and (found := prob(word)) is not None:
                misc.append(f"TagProb={found}")
            lemma = word.lemma_ if "lemma" in columns else ""
            first = [columns["word"](word), lemma, word.pos_, word.tag_, str(word.morph)]
            cells = [str(i), *first, "", "", "", "|".join(misc)]
            rows.append("\t".join(str(cell) or "_" for cell in cells))
        rows.append("")
    return "".join(f"{row}\n" for row in rows)


def to_jsonl(doc: Doc, line: int, columns: Columns) -> str:
    """An object with a list for each column and, of sentences, the indices of their first words."""
    names = {"word": "words", "tag": "tags", "lemma": "lemmas", "prob": "probs"}
    sentences = list(sentences_of(doc))
    words = list(chain.from_iterable(sentences))
    lists: dict[str, Any] = {
        names.get(name, name): list(map(get, words)) for name, get in columns.items()
    }
    if doc.has_annotation("SENT_START"):
        lists["sent_starts"] = list(accumulate(map(len, sentences), initial=0))[:-1]
    return json.dumps({"line": line, "text": doc.text, **lists}, ensure_ascii=False) + "\n"


def sentences_of(doc: Doc) -> Iterator[list[Token]]:
    """The words of each sentence, or of the Doc if it has no sentence boundaries."""
    for span in doc.sents if doc.has_annotation("SENT_START") else [doc]:
        if words := [token for token in span if not token.is_space]:
            yield words


def has_space(token: Token) -> bool:
    """Whether white space follows a token."""
    after = token.i + 1
    return bool(token.whitespace_) or (after < len(token.doc) and token.doc[after].is_space)
