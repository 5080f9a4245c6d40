"""Texts of a program are tagged in batches, and written to a file of its own."""

from io import BytesIO

import spacy

from spacy_lstm_tagger.tools.text import read_and_tag
from spacy_lstm_tagger.tools.text.formats.format import RawText
from spacy_lstm_tagger.tools.text.read_and_tag import TagOptions, tag_texts


def test_texts_of_a_program(model, tmp_path):
    with (tmp_path / "tagged.tsv").open("wb") as file:
        assert tag_texts(spacy.load(model), [RawText(1, "The dog")], file, TagOptions()) == 2
    assert (tmp_path / "tagged.tsv").read_text().startswith("word\ttag")


def test_a_text_that_is_longer_than_a_batch(model, monkeypatch):
    monkeypatch.setattr(read_and_tag, "BATCH_CHARACTERS", 10)
    texts = [RawText(1, "The dog ate the apple"), RawText(2, "dogs")]
    output = BytesIO()
    assert tag_texts(spacy.load(model), texts, output, TagOptions()) == 6
    assert "apple\tNN" in output.getvalue().decode()
