"""Lemmas by words and tags."""

import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.pipeline.lemmatizer import MAX_CACHE, TagLemmatizer

WORDS = [
    ("walks", "VBZ", "walk"), ("talks", "VBZ", "talk"), ("goes", "VBZ", "go"), ("Is", "VBZ", "be"),
    ("walked", "VBD", "walk"), ("went", "VBD", "go"), ("planned", "VBD", "plan"),
    ("banned", "VBD", "ban"), ("saved", "VBD", "save"), ("loved", "VBD", "love"),
    ("talked", "VBD", "talk"), ("asked", "VBD", "ask"),
    ("dogs", "NNS", "dog"), ("cities", "NNS", "city"), ("duties", "NNS", "duty"),
    ("men", "NNS", "man"), ("walks", "NNS", "walk"), ("saw", "VBD", "see"), ("saw", "NN", "saw"),
    ("Cat", "NN", "cat"), ("time", "NN", "time"), ("Sept.", "NNP", "September"),
    ("London", "NNP", "London"), ("Paris", "NNP", "Paris"), ("I", "PRP", "I"), ("me", "PRP", "I"),
]  # fmt: skip


@pytest.fixture
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: examples(nlp))
    return nlp


def examples(nlp):
    words, tags, lemmas = zip(*WORDS, strict=True)
    doc = Doc(nlp.vocab, words=list(words), tags=list(tags), lemmas=list(lemmas))
    return [Example(doc.copy(), doc)]


def lemma(nlp, word, tag):
    (token,) = nlp(Doc(nlp.vocab, words=[word], tags=[tag]))
    return token.lemma_


def test_words_of_the_training_data_have_the_lemmas_that_they_have_there(nlp):
    assert [lemma(nlp, word, tag) for word, tag, _ in WORDS] == [lemma for _, _, lemma in WORDS]


def test_words_that_differ_in_case_alone_may_have_different_lemmas():
    nlp = spacy.blank("en")
    words = ["Does", "Does", "does", "Go"]
    doc = Doc(nlp.vocab, words=words, tags=["V"] * 4, lemmas=["do", "do", "doe", "go"])
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    assert [lemma(nlp, word, "V") for word in ("Does", "does")] == ["do", "doe"]


@pytest.mark.parametrize(
    ("word", "tag", "expected"),
    [
        ("balks", "VBZ", "balk"),
        ("scanned", "VBD", "scan"),
        ("worked", "VBD", "work"),
        ("parties", "NNS", "party"),
        ("Capt.", "NNP", "Capt."),  # that one word alone changes in a way says nothing of others
    ],
)
def test_other_words_change_as_words_with_the_same_suffix(nlp, word, tag, expected):
    assert lemma(nlp, word, tag) == expected


def test_a_suffix_that_makes_a_known_lemma_goes_before_a_longer_one(nlp):
    assert lemma(nlp, "scanned", "VBD") == "scan"
    assert lemma(nlp, "timed", "VBD") == "time"


def test_tables_that_are_loaded_take_the_place_of_those_that_were_used(nlp):
    assert lemma(nlp, "dogs", "NNS") == "dog"
    other = TagLemmatizer(nlp.vocab)
    hound = Doc(nlp.vocab, words=["dogs"], tags=["NNS"], lemmas=["hound"])
    other.initialize(lambda: [Example(hound.copy(), hound)])
    nlp.get_pipe("tag_lemmatizer").from_bytes(other.to_bytes())
    assert lemma(nlp, "dogs", "NNS") == "hound"


def test_the_tag_decides_between_two_lemmas(nlp):
    assert (lemma(nlp, "saw", "VBD"), lemma(nlp, "saw", "NN")) == ("see", "saw")


def test_names_keep_their_capitals_and_other_words_do_not(nlp):
    assert lemma(nlp, "Berlin", "NNP") == "Berlin"
    assert lemma(nlp, "Dogs", "NNS") == lemma(nlp, "DOGS", "NNS") == "dog"
    assert (lemma(nlp, "is", "VBZ"), lemma(nlp, "IS", "VBZ")) == ("be", "be")


def test_a_tag_that_is_new_leaves_the_word_as_it_is(nlp):
    assert lemma(nlp, "Zzz", "XX") == "Zzz"
    assert [token.lemma_ for token in nlp("a  b")] == ["a", " ", "b"]


def test_a_lemma_is_never_empty(nlp):
    assert lemma(nlp, "s", "VBZ") == "s"


@pytest.mark.parametrize("overwrite", [False, True])
def test_lemmas_that_are_set_already_stay_unless_overwrite_is_on(nlp, overwrite):
    nlp.get_pipe("tag_lemmatizer").overwrite = overwrite
    doc = nlp(Doc(nlp.vocab, words=["dogs"], tags=["NNS"], lemmas=["hound"]))
    assert doc[0].lemma_ == ("dog" if overwrite else "hound")


def test_a_saved_one_finds_the_same_lemmas(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    from_bytes = spacy.blank("en")
    from_bytes.add_pipe("tag_lemmatizer")
    for loaded in (spacy.load(tmp_path), from_bytes.from_bytes(nlp.to_bytes())):
        found = [lemma(loaded, word, tag) for word, tag, _ in WORDS]
        assert found == [lemma for _, _, lemma in WORDS]


def test_it_can_learn_from_another_corpus_and_from_tables(nlp):
    other = TagLemmatizer(nlp.vocab)
    other.initialize(lambda: [], nlp=nlp, corpus=examples)
    third = TagLemmatizer(nlp.vocab)
    third.initialize(lambda: [], lookups=other.lookups)
    for lemmatizer in (other, third):
        doc = lemmatizer(Doc(nlp.vocab, words=["parties"], tags=["NNS"]))
        assert doc[0].lemma_ == "party"


def test_data_without_lemmas_is_refused():
    nlp = spacy.blank("en")
    nlp.add_pipe("tag_lemmatizer")
    doc = Doc(nlp.vocab, words=["dogs"], tags=["NNS"])
    with pytest.raises(ValueError, match="'tag_lemmatizer' has no lemmas"):
        nlp.initialize(lambda: [Example(doc.copy(), doc)])


def test_words_that_are_parts_of_others_teach_no_lemma(nlp):
    doc = Doc(nlp.vocab, words=["with", "out"], tags=["IN", "IN"], lemmas=["without", "_"])
    other = TagLemmatizer(nlp.vocab)
    other.initialize(lambda: [Example(doc.copy(), doc)])
    assert other(Doc(nlp.vocab, words=["out"], tags=["IN"]))[0].lemma_ != "_"


def test_memory_does_not_grow_with_the_text(nlp):
    words = [f"{number}s" for number in range(MAX_CACHE + 100)]
    doc = nlp(Doc(nlp.vocab, words=words, tags=["NNS"] * len(words)))
    assert doc[-1].lemma_ == words[-1].removesuffix("s")
    assert len(nlp.get_pipe("tag_lemmatizer").cache) <= MAX_CACHE


def test_the_score_is_spacys(nlp):
    (example,) = examples(nlp)
    example.reference[0].lemma_ = "stroll"
    words = [token.text for token in example.reference]
    tags = [token.tag_ for token in example.reference]
    tagged = Doc(nlp.vocab, words=words, tags=tags)
    scores = nlp.evaluate([Example(tagged, example.reference)])
    assert scores["lemma_acc"] == pytest.approx(1 - 1 / len(WORDS))
