"""Common words have their lemmas if the treebanks teach them."""

import pytest
import spacy
from helpers import ROOT
from lemmas import lemma
from spacy.lookups import load_lookups
from spacy.tokens import DocBin
from spacy.training import Example

from spacy_lstm_tagger.tools.text.convert import convert_tags


def wrong_lemmas(nlp):
    """The words of a list of common words with unusual forms that get another lemma."""
    lines = (ROOT / "benchmarks/data/lemmas.tsv").read_text(encoding="utf8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert len(rows) > 800
    return [word for word, tag, expected in rows if lemma(nlp, word, tag) != expected]


def trained_on(*paths):
    nlp = spacy.blank("xx")
    docs = [doc for path in paths for doc in DocBin().from_disk(path).get_docs(nlp.vocab)]
    pipe = nlp.add_pipe("tag_lemmatizer")
    tables = load_lookups("en", ["lemma_rules", "lemma_exc", "lemma_index"])
    pipe.initialize(lambda: [Example(doc, doc) for doc in docs], lookups=tables)
    return nlp


@pytest.mark.slow
def test_common_words_from_treebanks(treebanks, tmp_path):
    pytest.importorskip("spacy_lookups_data")
    paths = []
    for name in ("en_ewt", "en_gum"):
        (source,) = (treebanks / name).glob("*-train.conllu")
        convert_tags(source, tmp_path / f"{name}.spacy")
        paths.append(tmp_path / f"{name}.spacy")
    nlp = trained_on(*paths)
    wrong = wrong_lemmas(nlp)
    assert len(wrong) < 20, wrong
    words = [
        ("O'Briens", "NNPS", "O'Brien"),
        ("iPhones", "NNPS", "iPhone"),
        ("co-workers", "NNS", "co-worker"),
        ("1990s", "NNS", "1990s"),
        ("'90s", "NNS", "'90s"),
        ("anti-Americans", "NNPS", "anti-American"),
        ("COWORKERS", "NNS", "coworker"),
        ("re-elected", "VBN", "re-elect"),
        ("ten-year-olds", "NNS", "ten-year-old"),
    ]
    found = [(word, tag, lemma(nlp, word, tag)) for word, tag, _ in words]
    assert found == words
