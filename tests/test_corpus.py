"""The corpora that ship: well formed, and large and varied enough."""

import re

import pytest
from helpers import ROOT

PARTS = ["train", "dev", "test"]


def read(part):
    """Blocks of (comments, rows)."""
    text = (ROOT / f"corpus/en_sample-{part}.conllu").read_text(encoding="utf8")
    for block in text.strip().split("\n\n"):
        lines = block.split("\n")
        comments = dict(line[2:].split(" = ", 1) for line in lines if line.startswith("#"))
        yield comments, [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("part", PARTS)
def test_is_conllu(part):
    for comments, rows in read(part):
        assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
        assert all(len(row) == 10 and row[3] != "_" and row[4] != "_" for row in rows)
        text = "".join(row[1] + ("" if row[9] == "SpaceAfter=No" else " ") for row in rows)
        assert text.rstrip() == comments["text"]
        assert re.fullmatch(r"[a-z]+-\d{3}", comments["sent_id"])


def test_size_and_split():
    sentences = {part: list(read(part)) for part in PARTS}
    everything = [sentence for part in PARTS for sentence in sentences[part]]
    assert len(everything) >= 400
    assert sum(len(rows) for _, rows in everything) >= 5000
    for key in ("sent_id", "text"):
        assert len({comments[key] for comments, _ in everything}) == len(everything)
    genres = {part: {c["sent_id"].split("-")[0] for c, _ in sentences[part]} for part in PARTS}
    assert len(genres["train"]) == 7
    assert genres["train"] == genres["dev"] == genres["test"]
