"""Rules of UD's validator for CoNLL-U without trees: all of level 1, and of level 2 the rules of
tags, features and text."""

import re
from collections.abc import Iterator

from spacy.parts_of_speech import IDS as POS_IDS

ID = re.compile(r"[1-9][0-9]*(-[1-9][0-9]*)?")
FEATURE = re.compile(
    r"[A-Z][A-Za-z0-9]*(\[[a-z0-9]+\])?=[A-Z0-9][A-Za-z0-9]*(,[A-Z0-9][A-Za-z0-9]*)*"
)


def broken_rules(text: str) -> Iterator[str]:
    """What a validator would say of a file."""
    if not text.endswith("\n\n"):
        yield "no empty line after the last sentence"
    ids = set()
    for sentence in text.removesuffix("\n\n").split("\n\n"):
        lines = sentence.split("\n")
        comments = dict(line[2:].split(" = ", 1) for line in lines if line.startswith("# "))
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        sent_id = comments.get("sent_id", "")
        if not re.fullmatch(r"[^\s/]+", sent_id) or sent_id in ids:
            yield f"sent_id {sent_id!r}"
        ids.add(sent_id)
        for rule in (*broken_columns(rows), *broken_numbers(rows), *broken_text(rows, comments)):
            yield f"{sent_id}: {rule}"


def broken_columns(rows: list[list[str]]) -> Iterator[str]:
    if not rows:
        yield "no words"
    for row in rows:
        if len(row) != 10 or not all(row):
            yield f"columns of {row}"
            return
        for number, cell in enumerate(row):
            # Forms and lemmas may have single spaces.
            if cell != " ".join(cell.split()) or (" " in cell and number not in (1, 2)):
                yield f"white space in {cell!r}"
        if "-" in row[0]:
            if set(row[2:9]) != {"_"}:
                yield f"{row} is a range with annotation"
            continue
        if row[3] not in {*POS_IDS, "_"}:
            yield f"part of speech {row[3]!r}"
        if row[5] != "_":
            yield from broken_features(row[5])


def broken_features(cell: str) -> Iterator[str]:
    features = cell.split("|")
    names = [feature.split("=")[0] for feature in features]
    if [feature.lower() for feature in features] != sorted(map(str.lower, features)):
        yield f"{cell} is not sorted"
    if len(set(names)) < len(names):
        yield f"{cell} has a feature twice"
    for feature in features:
        values = feature.split("=")[-1].split(",")
        if not FEATURE.fullmatch(feature):
            yield f"feature {feature!r}"
        if len(set(values)) < len(values) or sorted(values, key=str.lower) != values:
            yield f"values of {feature!r}"


def broken_numbers(rows: list[list[str]]) -> Iterator[str]:
    """Words are counted from 1. A range stands before its first word, and has two words or more."""
    expected = 1
    range_end = 0
    for row in rows:
        if not ID.fullmatch(row[0]):
            yield f"number {row[0]!r}"
        elif "-" in row[0]:
            start, end = map(int, row[0].split("-"))
            if start != expected or end <= start or start <= range_end:
                yield f"range {row[0]}"
            range_end = end
        else:
            if int(row[0]) != expected:
                yield f"number {row[0]} in place of {expected}"
            expected += 1
    if range_end >= expected:
        yield f"range up to {range_end}"


def broken_text(rows: list[list[str]], comments: dict[str, str]) -> Iterator[str]:
    """The text is made of the words and ranges, with a space behind all without SpaceAfter=No."""
    text = comments.get("text", "")
    if not text or text != text.strip():
        yield f"text {text!r}"
    made = ""
    range_end = 0
    for row in rows:
        no_space = "SpaceAfter=No" in row[9].split("|")
        if "-" in row[0]:
            range_end = int(row[0].split("-")[1])
        elif int(row[0]) <= range_end:
            if no_space:
                yield f"SpaceAfter=No inside of a range: {row}"
            continue
        made += row[1] + ("" if no_space else " ")
    if made.rstrip() != text:
        yield f"text {text!r}, but its words are {made!r}"
