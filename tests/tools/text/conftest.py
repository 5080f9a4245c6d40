"""Functions that read a file of words, and that tag its words anew."""

import io

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.tools.text.read_and_tag import tag_file
from spacy_lstm_tagger.tools.text.tag_options import TagOptions


@pytest.fixture
def read(tmp_path):
    """A function that converts a text to Docs."""

    def read(text, suffix, **settings):
        (tmp_path / f"data{suffix}").write_text(text, encoding="utf8", newline="")
        convert_tags(tmp_path / f"data{suffix}", tmp_path / "data.spacy", **settings)
        return list(DocBin().from_disk(tmp_path / "data.spacy").get_docs(spacy.blank("xx").vocab))

    return read


@pytest.fixture
def retag(tmp_path):
    """A function that tags the words of a text anew."""

    def retag(nlp, suffix, text, **options):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        output = io.BytesIO()
        tag_file(nlp, path, output, TagOptions(**options))
        return output.getvalue().decode()

    return retag
