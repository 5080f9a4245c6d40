"""Lemmas are learned from words, and from tables that are given."""

import pytest
from lemmas import learned, lemma, with_tables


def test_irregular_forms_are_looked_up_for_tags_that_have_some():
    verbs = {"went": ["go"], "saw": ["see"], "fled": ["flee"], "goes": ["went"], "is": ["was"]}
    nlp = with_tables(exc={"verb": verbs})
    assert [lemma(nlp, word, "VBD") for word in ("fled", "Fled", "FLED")] == ["flee"] * 3
    assert lemma(nlp, "fled", "NN") == lemma(nlp, "fled", "VBZ") == "fled"


def test_rules_are_followed_by_tags_that_follow_them_in_the_training_data():
    rules = {"noun": [["s", ""], ["ies", "y"], ["oes", "o"], ["men", "man"]], "verb": []}
    index = {"noun": ["dog", "city", "duty", "potato", "hero", "time"]}
    nlp = with_tables(rules=rules, index=index)
    assert lemma(nlp, "dutys", "NNS") == "duty"
    assert lemma(nlp, "citys", "NN") == "citys"


def test_a_known_lemma_goes_before_others():
    assert lemma(with_tables(index={"verb": []}), "named", "VBD") == "nam"
    assert lemma(with_tables(index={"verb": ["name"]}), "named", "VBD") == "name"


def test_a_lemma_of_the_training_data_counts_unless_the_tables_have_another_one_alone():
    # Most words follow the rule, so the tag has it.
    words = [("books", "NNS", "book"), ("cats", "NNS", "catt"), ("leaves", "NNS", "leaf")]
    index = {"noun": ["book", "cat", "dog", "walk", "leaf", "leave"]}
    nlp = with_tables(words, rules={"noun": [["s", ""]]}, index=index)
    assert [lemma(nlp, word, "NNS") for word in ("cats", "leaves")] == ["cat", "leaf"]


def test_a_word_that_is_its_own_lemma_in_the_training_data_stays_as_it_is():
    words = [("books", "NNS", "book"), ("new", "NN", "new"), ("news", "NNS", "news")]
    index = {"noun": ["book", "dog", "new"]}
    nlp = with_tables(words, rules={"noun": [["s", ""]]}, index=index)
    assert [lemma(nlp, word, "NNS") for word in ("news", "dogs")] == ["news", "dog"]


def test_of_two_known_lemmas_the_one_in_the_training_data_goes_first():
    index = {"verb": ["car", "care"]}
    assert lemma(with_tables(index=index), "cared", "VBD") == "car"
    nlp = with_tables([("cares", "VBZ", "care")], index=index)
    assert lemma(nlp, "cared", "VBD") == "care"


def test_a_form_like_an_irregular_one_has_another_lemma():
    tables = {
        "exc": {"verb": {"scrapped": ["scrap"], "went": ["go"], "saw": ["see"]}},
        "index": {"verb": ["scrap", "scrape", "save"]},
    }
    nlp = with_tables(**tables)
    assert [lemma(nlp, word, "VBD") for word in ("scraped", "scrapped")] == ["scrape", "scrap"]
    # Also if the training data has the other lemma alone.
    nlp = with_tables([("scrap", "VBZ", "scrap")], **tables)
    assert lemma(nlp, "scraped", "VBD") == "scrape"


def test_the_last_part_of_a_word_with_hyphens_changes():
    nlp = with_tables(index={"noun": ["duty"]})
    assert lemma(nlp, "half-duties", "NNS") == "half-duty"
    assert lemma(nlp, "under-went", "VBD") == "under-go"
    assert lemma(nlp, "-", "NNS") == "-"


def test_names_of_the_training_data_get_their_capital():
    nlp = with_tables(index={"noun": ["berlin"]})
    assert [lemma(nlp, word, "NNP") for word in ("LONDON", "london")] == ["London"] * 2
    assert [lemma(nlp, word, "NNP") for word in ("BERLIN", "berlin")] == ["BERLIN", "berlin"]


def test_a_lemma_may_be_longer_than_its_word():
    nlp = learned([("lauf", "X", "laufen"), ("kauf", "X", "kaufen")], lang="de")
    assert lemma(nlp, "geh", "X") == "gehen"


def test_a_curly_apostrophe_is_an_apostrophe():
    nlp = learned([("'d", "X", "have"), ("n't", "X", "not"), ("n\u2019t", "X", "NOT")])
    assert lemma(nlp, "\u2019d", "X") == "have"
    assert lemma(nlp, "n\u2019t", "X") == "NOT"  # as in the training data


def test_lemmas_that_begin_otherwise_than_their_words_teach_no_suffix():
    nlp = learned([("better", "X", "good"), ("fetter", "X", "food")])
    assert lemma(nlp, "letter", "X") == "letter"


def test_a_tag_is_of_the_part_of_speech_that_most_of_its_words_have():
    rows = [("men", "X", "man"), ("mice", "X", "mouse"), ("went", "X", "go")]
    exc = {"noun": {"men": ["man"], "mice": ["mouse"], "feet": ["foot"]}}
    assert lemma(learned(rows, pos=["NOUN", "NOUN", "VERB"], exc=exc), "feet", "X") == "foot"


def test_auxiliary_verbs_have_the_irregular_forms_of_verbs():
    rows = [("has", "X", "have"), ("was", "X", "be")]
    exc = {"verb": {"has": ["have"], "was": ["be"], "did": ["do"]}}
    assert lemma(learned(rows, pos=["AUX", "AUX"], exc=exc), "did", "X") == "do"


def test_irregular_forms_of_which_one_half_is_wrong_are_not_looked_up():
    nlp = with_tables(exc={"verb": {"went": ["go"], "saw": ["saw"], "taught": ["teach"]}})
    assert lemma(nlp, "taught", "VBD") == "taught"


def test_of_several_lemmas_of_an_irregular_form_a_known_one_goes_first():
    words = [("feet", "NNS", "foot")]
    exc = {"noun": {"men": ["man"], "feet": ["foot"], "axes": ["ax", "axis"]}}
    assert lemma(with_tables(words, exc=exc), "axes", "NNS") == "ax"
    assert lemma(with_tables(words, exc=exc, index={"noun": ["axis"]}), "axes", "NNS") == "axis"


def test_of_equally_common_lemmas_an_irregular_one_goes_first():
    words = [("flown", "VBD", "flow"), ("flown", "VBD", "fly")]
    assert lemma(with_tables(words, exc={"verb": {}}), "flown", "VBD") == "flow"
    assert lemma(with_tables(words, exc={"verb": {"flown": ["fly"]}}), "flown", "VBD") == "fly"


def test_irregular_forms_with_a_capital_are_found_for_tags_that_keep_it():
    words = [("mice", "NNP", "mouse"), ("geese", "NNP", "goose")]
    exc = {"noun": {"mice": ["mouse"], "geese": ["goose"], "teeth": ["tooth"]}}
    assert lemma(with_tables(words, exc=exc), "Teeth", "NNP") == "tooth"


def test_a_form_with_other_last_letters_is_not_like_an_irregular_one():
    exc = {"verb": {"carted": ["car"], "went": ["go"], "saw": ["see"]}}
    nlp = with_tables(exc=exc, index={"verb": ["car", "care"]})
    assert lemma(nlp, "cared", "VBD") == "car"


def test_a_rule_finds_a_lemma_that_the_suffixes_do_not_find():
    words = [
        *(("leaves", "NNS", "leaf"), ("wolves", "NNS", "wolf"), ("gloves", "NNS", "glove")),
        *(("doves", "NNS", "dove"), ("curves", "NNS", "curve")),
    ]
    rules = {"noun": [["ves", "f"]]}
    nlp = with_tables(words, rules=rules, index={"noun": ["leaf", "wolf", "calf"]})
    assert [lemma(nlp, word, "NNS") for word in ("calves", "waves")] == ["calf", "wave"]


CAPITALS = [("LIONS", "NNP", "Lion"), ("BEARS", "NNP", "Bear"), ("EAGLES", "NNP", "Eagle")]


def test_rules_do_not_ask_for_capitals():
    index = {"noun": ["lion", "bear", "eagle", "tiger", "falcon", "leaf", "leave"]}
    words = [*CAPITALS, ("Falcons", "NNP", "Falkon"), ("Leaves", "NNP", "Leaf")]
    nlp = with_tables(words, rules={"noun": [["s", ""]]}, index=index)
    assert [lemma(nlp, word, "NNP") for word in ("TIGERS", "Londons")] == ["TIGER", "London"]
    # The tables have falcon, and no falkon. They have both leaf and leave.
    assert [lemma(nlp, word, "NNP") for word in ("Falcons", "Leaves")] == ["Falcon", "Leaf"]


@pytest.mark.parametrize(("words", "expected"), [("cares Cares", "car"), ("cares careth", "care")])
def test_a_lemma_of_two_words_is_known(words, expected):
    """A word is the same in any case."""
    more_words = [(word, "VBZ", "care") for word in words.split()]
    assert lemma(with_tables(more_words, index={"verb": ["car"]}), "cared", "VBD") == expected


def test_known_lemmas_are_saved_in_an_order_that_does_not_depend_on_hashes():
    names = ["dog", "city", "duty", "potato", "hero", "time", "leaf", "calf", "loaf", "falcon"]
    nlp = with_tables(index={"noun": names})
    known = list(nlp.get_pipe("tag_lemmatizer").lookups.get_table("known_lemmas")["noun"])
    assert known[: len(names)] == sorted(names)


def test_tables_without_any_of_spacys_are_refused():
    with pytest.raises(ValueError, match="'tag_lemmatizer' have none of the tables lemma_rules"):
        with_tables(lookup={"dogs": "dog"})
