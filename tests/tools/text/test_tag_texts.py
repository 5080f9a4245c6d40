"""Texts of a program are tagged in batches, and written to a file of its own."""

from io import BytesIO

import pytest
import spacy
from helpers import fit
from spacy.language import Language

from spacy_lstm_tagger.tools.text import tag_texts as tag_texts_module
from spacy_lstm_tagger.tools.text.formats.format import RawText
from spacy_lstm_tagger.tools.text.tag_texts import tag_texts


@pytest.mark.parametrize("probs", [False, True])
def test_batches_have_the_size_that_was_asked_for(probs):
    sizes = []

    class Watch:
        def __call__(self, doc):
            return doc

        def pipe(self, docs, batch_size):
            sizes.append(batch_size)
            yield from docs

    Language.factory("watch", func=lambda nlp, name: Watch())
    nlp = spacy.blank("xx")
    nlp.add_pipe("tagger")
    fit(nlp)
    nlp.add_pipe("watch")
    texts = [RawText(number, "The dog") for number in range(1, 5)]
    assert tag_texts(nlp, texts, BytesIO(), probs=probs, batch_size=3) == 8
    assert sizes == [3]


def test_texts_of_a_program(model, tmp_path):
    with (tmp_path / "tagged.tsv").open("wb") as file:
        assert tag_texts(spacy.load(model), [RawText(1, "The dog")], file) == 2
    assert (tmp_path / "tagged.tsv").read_text().startswith("word\ttag")


def test_a_text_that_is_longer_than_a_batch(model, monkeypatch):
    monkeypatch.setattr(tag_texts_module, "BATCH_CHARACTERS", 10)
    texts, output = [RawText(1, "The dog ate the apple"), RawText(2, "dogs")], BytesIO()
    assert tag_texts(spacy.load(model), texts, output) == 6
    assert "apple\tNN" in output.getvalue().decode()
