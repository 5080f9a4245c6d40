"""Tables are saved; damaged ones, and ones of another shape, are refused."""

import re

import pytest
import spacy
from lemmas import lemma, with_tables


def test_tables_are_saved(tmp_path):
    nlp = with_tables(exc={"verb": {"went": ["go"], "saw": ["see"], "fled": ["flee"]}})
    nlp.to_disk(tmp_path)
    assert lemma(spacy.load(tmp_path), "fled", "VBD") == "flee"


def test_damaged_bytes_change_nothing(nlp):
    pipe = nlp.get_pipe("tag_lemmatizer")
    damaged = pipe.to_bytes().replace(b"September", b"Neptember")
    with pytest.raises(ValueError, match="'tag_lemmatizer' from a bytestring"):
        pipe.from_bytes(damaged)
    assert lemma(nlp, "Sept.", "NNP") == "September"


def test_tables_without_their_checksum_are_refused(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    (tmp_path / "tag_lemmatizer/checksums.json").unlink()
    with pytest.raises(ValueError, match=r"'tag_lemmatizer' .*checksums\.json"):
        spacy.load(tmp_path)


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
