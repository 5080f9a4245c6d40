"""A pipeline with a tag_lemmatizer."""

import pytest
from lemmas import learned


@pytest.fixture
def nlp():
    """A pipeline of a tag_lemmatizer, in place of an lstm_tagger."""
    return learned()
