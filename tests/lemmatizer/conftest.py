"""A pipeline with a tag_lemmatizer."""

import pytest
import spacy
from lemmas import examples


@pytest.fixture
def nlp():
    """A pipeline of a tag_lemmatizer, in place of an lstm_tagger."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: examples(nlp))
    return nlp
