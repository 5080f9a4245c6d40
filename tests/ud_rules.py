"""Rules of UD's validator for CoNLL-U without trees: all of level 1, and of level 2 the rules of
tags, features and text."""

import re

from spacy.parts_of_speech import IDS as POS_IDS

NAME = r"[A-Z][A-Za-z0-9]*(\[[a-z0-9]+\])?"
VALUE = r"[A-Z0-9][A-Za-z0-9]*"
FEATURE = re.compile(rf"{NAME}={VALUE}(,{VALUE})*")


def broken_rules(text):
    """YIELDS (str): What a validator would say of a file."""
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
        if not rows or any(len(row) != 10 or not all(row) for row in rows):
            yield f"{sent_id}: columns of {rows}"
            continue
        text = comments.get("text", "")
        for rule in (*broken_cells(rows), *broken_numbers(rows), *broken_text(rows, text)):
            yield f"{sent_id}: {rule}"


def broken_cells(rows):
    for row in rows:
        for number, cell in enumerate(row):
            # Forms and lemmas may have single spaces.
            if cell != " ".join(cell.split()) or (" " in cell and number not in (1, 2)):
                yield f"white space in {cell!r}"
        if "-" in row[0] and set(row[2:9]) != {"_"}:
            yield f"{row} is a range with annotation"
        if row[3] not in {*POS_IDS, "_"}:
            yield f"part of speech {row[3]!r}"
        features = row[5].split("|") if row[5] != "_" else []
        names = [feature.partition("=")[0].lower() for feature in features]
        if names != sorted(set(names)):
            yield f"{row[5]} is not sorted"
        for feature in features:
            values = feature.partition("=")[2].split(",")
            if not FEATURE.fullmatch(feature) or values != sorted(set(values), key=str.lower):
                yield f"feature {feature!r}"


def broken_numbers(rows):
    """Words are counted from 1. A range stands before its first word, and has two words or more."""
    expected = 1
    range_end = 0
    for number in (row[0] for row in rows):
        if "-" in number:
            start, end = map(int, number.split("-"))
            if start != expected or end <= start or start <= range_end:
                yield f"range {number}"
            range_end = end
        else:
            if number != str(expected):
                yield f"number {number} in place of {expected}"
            expected += 1
    if range_end >= expected:
        yield f"range up to {range_end}"


def broken_text(rows, text):
    """The text is made of the words and ranges, with a space behind all without SpaceAfter=No."""
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
    if not text or made.rstrip() != text:
        yield f"text {text!r}, but its words are {made!r}"
