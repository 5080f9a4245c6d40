"""Tables are saved, and tables of another shape are refused."""

import re

import pytest
import spacy
from helpers import WEB
from lemmas import lemma, with_tables
from spacy.vocab import Vocab

from spacy_lstm_tagger.lemmatizer.tag_lemmatizer import TagLemmatizer


def test_tables_are_saved(tmp_path):
    nlp = with_tables(exc={"verb": {"went": ["go"], "saw": ["see"], "fled": ["flee"]}})
    nlp.to_disk(tmp_path)
    assert lemma(spacy.load(tmp_path), "fled", "VBD") == "flee"


def test_the_tables_of_the_pipeline_that_ships_are_loaded_and_saved_again(tmp_path):
    words = [("better", "JJR", "good"), ("Was", "VBD", "be"), ("mice", "NNS", "mouse")]
    words += [("LONDON", "NNP", "London"), ("1,100", "CD", "1100"), ("reread", "VBD", "reread")]
    shipped = TagLemmatizer(Vocab()).from_disk(WEB / "tag_lemmatizer", exclude=["vocab"])
    shipped.to_disk(tmp_path, exclude=["vocab"])
    saved = TagLemmatizer(Vocab()).from_disk(tmp_path, exclude=["vocab"])
    for pipe in (shipped, saved):
        assert [(word, tag, pipe.find(word, tag)) for word, tag, _ in words] == words
    assert [path.name for path in tmp_path.rglob("*.*")] == ["lookups.bin"]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"rules": {"noun": "s"}}, "lemma_rules['noun'] = 's': it has to be a list"),
        ({"rules": {"noun": [["s"]]}}, "lemma_rules['noun'][0] = ['s']: it has to"),
        ({"exc": {"noun": ["mice"]}}, "lemma_exc['noun'] = ['mice']: it has to be a valid"),
        ({"index": {"noun": 3}}, "lemma_index['noun'] = 3: it has to be a list"),
    ],
)
def test_tables_of_another_shape_are_named(tables, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        with_tables(**tables)
