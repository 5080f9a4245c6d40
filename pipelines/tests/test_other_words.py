"""The text of a treebank with other words."""

import random

import pytest
from other_words import count_words, main, replace_words
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab


def make_doc(text):
    """A Doc of word/tag/part of speech, one sentence."""
    words, tags, pos = zip(*(token.split("/") for token in text.split()), strict=True)
    spaces = [after not in (".", "n't") for after in (*words[1:], ".")]
    starts = [True, *[False] * (len(words) - 1)]
    return Doc(Vocab(), words=words, spaces=spaces, tags=tags, pos=pos, sent_starts=starts)


DOC = make_doc(
    "Anna/NNP/PROPN ca/MD/AUX n't/RB/PART see/VB/VERB a/DT/DET DOG/NN/NOUN near/IN/ADP "
    "the/DT/DET house/NN/NOUN ./././PUNCT".replace("./././", "././")
)
WORDS = {
    ("NNP", "PROPN"): (["Berta"], [1.0]),
    ("VB", "VERB"): (["hear"], [1.0]),
    ("NN", "NOUN"): (["owl"], [1.0]),
}


@pytest.fixture(scope="module")
def copies():
    draw = random.Random(0)
    return [replace_words(DOC, WORDS, draw) for _ in range(200)]


def test_words_of_open_classes_are_replaced_in_the_case_of_the_word(copies):
    seen = [{copy[i].text for copy in copies} for i in range(len(DOC))]
    assert seen[0] == {"Anna", "Berta"}
    assert seen[3] == {"see", "hear"}
    assert seen[5] == {"DOG", "OWL"}
    assert seen[8] == {"house", "owl"}


def test_all_other_words_and_the_annotation_stay(copies):
    for copy in copies:
        assert [copy[i].text for i in (1, 2, 6, 7, 9)] == ["ca", "n't", "near", "the", "."]
        for token, original in zip(copy, DOC, strict=True):
            assert token.tag_ == original.tag_
            assert token.pos_ == original.pos_
            assert token.whitespace_ == original.whitespace_
            assert token.is_sent_start == original.is_sent_start


def test_the_article_follows_the_word(copies):
    articles = {copy[4].text for copy in copies if copy[5].text == "OWL"}
    assert articles == {"an"}
    assert {copy[4].text for copy in copies if copy[5].text == "DOG"} == {"a"}


def test_words_that_touch_others_stay():
    doc = make_doc("dog/NN/NOUN n't/RB/PART ././PUNCT")
    for _ in range(50):
        assert replace_words(doc, WORDS, random.Random()).text == doc.text


def test_words_are_counted_by_tag_and_part_of_speech(tmp_path):
    path = tmp_path / "gold.spacy"
    docs = [make_doc("Dogs/NNS/NOUN bark/VBP/VERB ././PUNCT")] * 3
    DocBin(docs=[*docs, make_doc("Cats/NNS/NOUN sleep/VBP/VERB")]).to_disk(path)
    words = count_words([path])
    assert {kind: choice for kind, (choice, _) in words.items()} == {
        ("NNS", "NOUN"): ["dogs"],
        ("VBP", "VERB"): ["bark"],
    }


def test_the_text_as_it_is_comes_first(tmp_path):
    path = tmp_path / "gold.spacy"
    DocBin(docs=[DOC]).to_disk(path)
    main(path, [], output=tmp_path / "other", copies=4, seed=0)
    docs = list(DocBin().from_disk(tmp_path / "other" / "00000.spacy").get_docs(Vocab()))
    assert len(docs) == 5
    assert docs[0].text == DOC.text


def test_files_of_an_earlier_run_go(tmp_path):
    path = tmp_path / "gold.spacy"
    DocBin(docs=[DOC]).to_disk(path)
    for copies in (150, 1):
        main(path, [], output=tmp_path / "other", copies=copies, seed=0)
    assert [file.name for file in (tmp_path / "other").iterdir()] == ["00000.spacy"]
