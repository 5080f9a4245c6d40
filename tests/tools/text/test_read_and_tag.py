"""Texts are tagged in batches. Text that looks like words has a warning."""

import io

import pytest
import spacy
from helpers import by_rules
from text_samples import CONLLU, VRT

from spacy_lstm_tagger.tools.text import read_and_tag
from spacy_lstm_tagger.tools.text.items import RawText
from spacy_lstm_tagger.tools.text.read_and_tag import tag_file, tag_texts
from spacy_lstm_tagger.tools.text.tag_options import TagOptions


def test_a_text_that_is_longer_than_a_batch(model, monkeypatch):
    monkeypatch.setattr(read_and_tag, "BATCH_CHARACTERS", 10)
    texts = [RawText(1, "The dog ate the apple"), RawText(2, "dogs")]
    output = io.BytesIO()
    assert tag_texts(spacy.load(model), texts, output, TagOptions()) == 6
    assert "apple\tNN" in output.getvalue().decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONLLU, "conllu"),
        (VRT, "vrt"),
        ('{"text": "Go"}\n', "jsonl"),
        ("Go\tVB\nhome\tNN\n.\t.\n\nYes\tUH\n,\t,\n", "tsv"),
        ("Go\nhome\n.\n\nYes\n!\n", "tsv"),
        ("Go\nhome\n\ufeff\n.\n\ufeffYes\n!\n", "tsv"),
        ("Go home.\nYes\n!\nNo.\nWell, then.\n", None),
        ("apple\nbook\ncat\ndog\negg\n", None),
        ("<p>Go\thome.</p>\n<p>Yes.</p>\n", None),
        ("1\tGo home.\n2\tYes, go.\n3\tNo, stay.\n4\tWell then\n5\tOh no\n", None),
    ],
)
def test_text_that_looks_like_words(tmp_path, text, expected):
    (tmp_path / "a.txt").write_text(text, encoding="utf8")
    warning = tag_file(by_rules("T"), tmp_path / "a.txt", io.BytesIO(), TagOptions()).warning
    if expected is None:
        assert warning == ""
    else:
        assert f"a.txt looks like {expected}, and was tagged as text" in warning
        assert f"use --input-format {expected}." in warning
