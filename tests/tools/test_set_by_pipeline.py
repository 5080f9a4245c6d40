"""Which attributes of tokens a pipeline sets."""

import pytest
import spacy
from helpers import make_nlp
from spacy.language import Language

from spacy_lstm_tagger.tools.set_by_pipeline import check_tags, sets_attribute

NAMES = ["tag", "pos", "morph", "lemma"]


@pytest.mark.parametrize(
    ("factories", "attributes"),
    [
        (["tok2vec", "tagger", "senter"], ["tag"]),
        (["tagger", "morphologizer", "tag_lemmatizer"], NAMES),
        (["lstm_tagger", "lemmatizer"], ["tag", "lemma"]),
        (["morphologizer", "noun_chunker", "ner"], ["pos", "morph"]),
        # It may have any pattern.
        (["attribute_ruler"], NAMES),
        (["says_nothing"], NAMES),
        (["noun_chunker", "sentencizer"], []),
        ([], []),
    ],
)
def test_a_component_sets_what_it_says_and_else_it_may_set_all(factories, attributes):
    Language.component("says_nothing", func=lambda doc: doc)
    nlp = spacy.blank("en")
    for factory in factories:
        # Another name does not hide what it is.
        nlp.add_pipe(factory, name=f"my_{factory}")
    assert [name for name in NAMES if sets_attribute(nlp, name)] == attributes
    if "tag" not in attributes:
        with pytest.raises(ValueError, match="The pipeline sets no tags"):
            check_tags(nlp)


def test_a_lexicon_does_not_change_what_a_tagger_sets():
    nlp = make_nlp([("the dog", ["DET", "NN"])], 0)
    nlp.get_pipe("lstm_tagger").lexicon["spacy"] = ["NN", "POS=PROPN"]
    assert not sets_attribute(nlp, "pos")
