"""Lemmas of words that the training data lacks, or has with another tag or other features."""

import pytest
import spacy
from lemmas import learned
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.lemmatizer import learning
from spacy_lstm_tagger.lemmatizer.guesser import GUESSER, apply_change, change_of

# Word, part of speech, features and lemma, in Portuguese and German.
ROWS = [
    ("canto", "VERB", "Tense=Pres", "cantar"),
    ("canto", "NOUN", "Number=Sing", "canto"),
    ("livros", "NOUN", "Number=Plur", "livro"),
    ("gatos", "NOUN", "Number=Plur", "gato"),
    ("pires", "NOUN", "Number=Sing", "pires"),
    ("lápis", "NOUN", "Number=Sing", "lápis"),
    ("vírus", "NOUN", "Number=Sing", "vírus"),
    ("caos", "NOUN", "Number=Sing", "caos"),
    ("gekauft", "VERB", "VerbForm=Part", "kaufen"),
    ("gesagt", "VERB", "VerbForm=Part", "sagen"),
    ("foi", "VERB", "Person=3", "ser"),
    ("foi", "VERB", "Person=1", "ir"),
]


def trained(rows=ROWS):
    """A pipeline that learned from words whose tags are their parts of speech."""
    nlp = spacy.blank("xx")
    words, pos, morphs, lemmas = map(list, zip(*rows, strict=True))
    doc = Doc(nlp.vocab, words=words, tags=pos, pos=pos, morphs=morphs, lemmas=lemmas)
    nlp.add_pipe("tag_lemmatizer").initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp)
    return nlp


def lemma(nlp, word, tag, morph=""):
    (token,) = nlp(Doc(nlp.vocab, words=[word], tags=[tag], pos=[tag], morphs=[morph]))
    return token.lemma_


def test_features_decide_where_a_tag_does_not():
    nlp = trained()
    assert [lemma(nlp, "foi", "VERB", f"Person={n}") for n in (1, 3)] == ["ir", "ser"]
    assert lemma(nlp, "patos", "NOUN", "Number=Plur") == "pato"
    assert lemma(nlp, "ônibus", "NOUN", "Number=Sing") == "ônibus"


def test_the_beginning_of_a_word_may_change():
    assert lemma(trained(), "gelegt", "VERB", "VerbForm=Part") == "legen"


def test_a_word_with_another_tag_has_its_lemma_there():
    nlp = trained()
    assert lemma(nlp, "gekauft", "ADJ") == "kaufen"
    assert lemma(nlp, "Gekauft", "VERB") == "kaufen"
    # No change of an ending makes this lemma.
    assert lemma(nlp, "foi", "AUX") in ("ser", "ir")


def test_tables_of_a_language_are_used_without_a_guesser():
    with_rules = learned(rules={"noun": [["s", ""]]})
    assert GUESSER not in with_rules.get_pipe("tag_lemmatizer").lookups


def test_training_again_gives_the_same_bytes():
    saved = [trained().get_pipe("tag_lemmatizer").to_bytes() for _ in range(2)]
    assert saved[0] == saved[1]


@pytest.mark.parametrize(
    ("word", "lemma", "change", "changed"),
    [
        ("gekauft", "kaufen", ["ge", "", "t", "en"], "kaufen"),
        ("neredzam", "redzēt", ["ne", "", "am", "ēt"], "redzēt"),
        # Capitals are another matter.
        ("Dogs", "dog", ["", "", "s", ""], "Dog"),
        ("OTTAWA", "Ottawa", ["", "", "", ""], "OTTAWA"),
        ("GEKAUFT", "kaufen", ["ge", "", "t", "en"], "KAUFen"),
        ("İkincisi", "ikinci", ["", "", "si", ""], "İkinci"),
    ],
)
def test_a_change_is_around_the_longest_part_that_stays(word, lemma, change, changed):
    assert change_of(word, lemma) == "\t".join(change)
    assert apply_change(word, "\t".join(change)) == changed


# Word, part of speech, no features, and lemma, in Turkish.
CAPITALS = [
    ("Geldik", "VERB", "", "gel"),
    ("bildik", "VERB", "", "bil"),
    ("Verdik", "VERB", "", "ver"),
    ("Ankara'dan", "PROPN", "", "Ankara"),
    ("Bursa'dan", "PROPN", "", "Bursa"),
    ("ADANA", "PROPN", "", "Adana"),
    ("İlk", "ADJ", "", "ilk"),
    ("İyi", "ADJ", "", "iyi"),
    ("TBMM", "NOUN", "", "TBMM"),
]


@pytest.mark.parametrize(
    ("word", "pos", "expected"),
    [
        ("Sildik", "VERB", "sil"),
        ("Konya'dan", "PROPN", "Konya"),
        ("KONYA'DAN", "PROPN", "Konya"),
        ("İkinci", "ADJ", "ikinci"),
        ("TRT", "NOUN", "TRT"),
        # Most words with a capital have a lemma without one.
        ("Evet", "INTJ", "evet"),
    ],
)
def test_an_unknown_word_has_the_case_that_such_words_have(word, pos, expected):
    assert lemma(trained(CAPITALS), word, pos) == expected


def test_what_shares_no_letter_is_no_change():
    assert change_of("is", "be") == ""
    assert apply_change("get", "ge\t\tt\ten") == ""


@pytest.mark.parametrize(
    ("most", "has_guesser", "expected"),
    [(len(ROWS), True, "kaufen"), (len(ROWS) - 1, False, "gekauft")],
)
def test_many_words_need_tables_alone(most, has_guesser, expected, monkeypatch):
    monkeypatch.setattr(learning, "MAX_GUESSER_WORDS", most)
    nlp = trained()
    assert (GUESSER in nlp.get_pipe("tag_lemmatizer").lookups) == has_guesser
    assert lemma(nlp, "gekauft", "VERB") == "kaufen"
    # Tables know a word by its tag alone.
    assert lemma(nlp, "gekauft", "ADJ") == expected
