"""What the components of a pipeline set."""

import pytest
from helpers import make_nlp

from spacy_lstm_tagger.tools.assigned import sets_attribute


@pytest.mark.parametrize(
    ("label", "attributes"),
    [
        ("POS=PROPN", ["pos"]),
        ("Number=Sing", ["morph"]),
        ("POS=PROPN|Number=Sing", ["pos", "morph"]),
    ],
)
def test_a_lexicon_sets_what_an_entry_has(label, attributes):
    nlp = make_nlp([("the dog", ["DET", "NN"])], 0)
    names = ["tag", "pos", "morph", "lemma"]
    assert [name for name in names if sets_attribute(nlp, name)] == ["tag"]
    lexicon = nlp.get_pipe("lstm_tagger").lexicon
    for entries in (lexicon, lexicon.any_case):
        entries["spacy"] = ["NN", label]
        assert [name for name in names if sets_attribute(nlp, name)] == ["tag", *attributes]
        del entries["spacy"]


def test_a_tag_of_a_lexicon_that_looks_like_a_part_of_speech_is_a_tag():
    nlp = make_nlp([("the dog", ["POS=DET", "POS=NOUN"])], 0)
    nlp.get_pipe("lstm_tagger").lexicon["cat"] = ["POS=NOUN"]
    assert not sets_attribute(nlp, "pos")
