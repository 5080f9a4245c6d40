"""Samples that several tests of training read."""

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_lstm_tagger.training.corpus import SentenceCorpus


@pytest.fixture
def blank():
    """A pipeline without components."""
    return spacy.blank("xx")


@pytest.fixture
def read(tmp_path, blank):
    """A function that saves Docs in a file, and reads them with a SentenceCorpus."""

    def save_and_read(*docs, nlp=blank, **config):
        DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "data.spacy")
        return list(SentenceCorpus(tmp_path / "data.spacy", **config)(nlp))

    return save_and_read
