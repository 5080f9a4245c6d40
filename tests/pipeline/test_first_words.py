"""Where the patterns of a ruler may begin: the matches are spaCy's."""

import pickle

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc, Token
from spacy.vocab import Vocab

WORDS = ["no", "No", "nos", ".", "5", "\n", " \n\n ", "dog", "😀", "dogs"]
KNOWN = [
    [[{"IS_SPACE": True}]],
    [[{"TEXT": {"REGEX": r"\n\s*\n"}}, {"IS_SPACE": False}]],
    [[{"LOWER": {"IN": ["no", "nos"]}}, {"TEXT": "."}, {"IS_DIGIT": True}]],
    [[{"text": {"REGEX": "^dog"}}], [{"LENGTH": {">=": 4}}, {"TAG": "NN"}]],
    [[{}, {"ORTH": "dog"}]],
]
UNKNOWN = [
    [[{"LOWER": "no", "OP": "+"}]],
    [[{"LOWER": "no"}, {"TEXT": ".", "OP": "?"}]],
    [[{"TAG": "NN"}]],
    [[{"LOWER": "no"}], [{"_": {"is_odd": True}}]],
]


def make_ruler(*patterns):
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("space_ruler")
    for number, alternatives in enumerate(patterns):
        ruler.add(alternatives, {"LEMMA": str(number)})
    return nlp, ruler


def make_doc(nlp, words):
    return Doc(nlp.vocab, words=words, tags=["NN" if word == "dog" else "X" for word in words])


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4),
    st.lists(st.sampled_from(WORDS), max_size=12),
)
def test_matches_are_spacys(patterns, words):
    nlp, ruler = make_ruler(*patterns)
    doc = make_doc(nlp, words)
    assert ruler.first_words.are_known
    assert ruler.match(doc) == AttributeRuler.match(ruler, doc)


def test_new_words_of_a_text_are_not_kept():
    """In a memory zone of another pipeline, nothing would free them."""
    nlp, ruler = make_ruler(*KNOWN)
    known = len(nlp.vocab)
    ruler(spacy.blank("xx").make_doc("dogged No. 12345"))
    assert len(nlp.vocab) == known


def test_a_vocab_without_shapes_and_small_letters_spoils_no_other_doc():
    nlp, ruler = make_ruler(*KNOWN)
    words = ["No", ".", "5"]
    expected = ruler.match(make_doc(nlp, words))
    assert ruler.match(Doc(Vocab(), words=words)) == []
    assert ruler.match(make_doc(nlp, words)) == expected != []


@pytest.mark.parametrize("pattern", UNKNOWN)
def test_patterns_that_may_begin_anywhere_are_left_to_spacy(pattern):
    Token.set_extension("is_odd", default=False, force=True)
    nlp, ruler = make_ruler(KNOWN[0], pattern)
    doc = make_doc(nlp, WORDS)
    assert not ruler.first_words.are_known
    assert ruler.match(doc) == AttributeRuler.match(ruler, doc)


def test_patterns_that_are_added_later_count():
    nlp, ruler = make_ruler(KNOWN[0])
    doc = make_doc(nlp, ["dog", "no"])
    assert not ruler.match(doc)
    ruler.add([[{"TEXT": "dog"}]], {"LEMMA": "hound"})
    assert [start for _, _, start, _ in ruler.match(doc)] == [0]
    ruler.clear()
    ruler.add([[{"TEXT": "no"}]], {"LEMMA": "not"})
    assert [start for _, _, start, _ in ruler.match(doc)] == [1]


def test_saved_patterns_count(tmp_path):
    nlp, ruler = make_ruler(*KNOWN)
    expected = ruler.match(make_doc(nlp, WORDS))
    ruler.match(make_doc(nlp, ["no"]))
    nlp.to_disk(tmp_path)
    for again in (spacy.load(tmp_path), pickle.loads(pickle.dumps(nlp))):
        assert again.get_pipe("space_ruler").match(make_doc(again, WORDS)) == expected


def test_words_without_end_are_not_kept(monkeypatch):
    monkeypatch.setattr("spacy_lstm_tagger.caches.MAX_ENTRIES", 5)
    nlp, ruler = make_ruler(KNOWN[2])
    for number in range(20):
        ruler.match(make_doc(nlp, [f"word{number}"]))
    assert len(ruler.first_words.found[1]) <= 5
