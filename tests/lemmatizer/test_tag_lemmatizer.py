"""Lemmas by words and tags."""

import pytest
import spacy
from lemmas import WORDS, examples, learned, lemma
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_lstm_tagger import caches
from spacy_lstm_tagger.lemmatizer.tag_lemmatizer import TagLemmatizer


def test_words_of_the_training_data_have_the_lemmas_that_they_have_there(nlp):
    assert [lemma(nlp, word, tag) for word, tag, _ in WORDS] == [lemma for _, _, lemma in WORDS]


@pytest.mark.parametrize(
    ("word", "tag", "expected"),
    [
        ("wennnnt", "VBD", "go"),
        ("TIIIIME", "NN", "time"),
        ("walllkeddd", "VBD", "walk"),
        ("blaaah", "NN", "blaaah"),
        ("XIII", "NN", "xiii"),
        ("www", "NN", "www"),
        ("Parisss", "NNP", "Parisss"),
    ],
)
def test_a_drawn_out_word_has_the_lemma_of_the_word_if_that_is_known(nlp, word, tag, expected):
    assert lemma(nlp, word, tag) == expected


def test_a_letter_that_is_repeated_is_not_a_drawn_out_word():
    assert lemma(learned([("w", "NN", "w"), ("dog", "NN", "dog")]), "WWW", "NN") == "www"


@pytest.mark.parametrize("drops", [True, False])
def test_numbers_lose_their_commas_if_numbers_of_the_training_data_do(drops):
    words = ["1,100", "20,000", "30,000", "3", "1,5"]
    lemmas = ["1100", "20000", "30000", "3", "1,5"] if drops else words
    nlp = learned([(word, "CD", of_word) for word, of_word in zip(words, lemmas, strict=True)])
    numbers = ["7,654,321.5", "20,000", "12,50,000", "$1,000-$2,000"]
    # These are not grouped as numbers are.
    others = ["9,99", "1,1,1,000", "1,0000"]
    found = [lemma(nlp, number, "CD") for number in [*numbers, *others]]
    plain = ["7654321.5", "20000", "1250000", "$1000-$2000"]
    assert found == [*(plain if drops else numbers), *others]


def test_words_that_differ_in_case_alone_may_have_different_lemmas():
    rows = [("Does", "V", "do"), ("Does", "V", "do"), ("does", "V", "doe"), ("Go", "V", "go")]
    nlp = learned(rows)
    assert [lemma(nlp, word, "V") for word in ("Does", "does")] == ["do", "doe"]


def test_a_word_with_a_capital_has_the_lemma_that_it_has_elsewhere_more_often():
    people = [("people", "N", "people"), ("people", "N", "people"), ("People", "N", "person")]
    hours = [("hr", "N", "hour"), ("hr", "N", "hour"), ("HR", "N", "HR")]
    nlp = learned([*people, *hours])
    found = [lemma(nlp, word, "N") for word in ("People", "HR", "hr")]
    assert found == ["people", "HR", "hour"]


def test_a_letter_is_its_own_lemma_unless_most_have_another_one():
    # The last word is Japanese, and has no case.
    lemmas = {
        "b": ["building", "benefit", "b"],
        "n": ["and", "and", "n"],
        "r": ["are", "or"],
        "\u3067": ["\u3060", "\u3060\u3060", "\u3060"],
    }
    nlp = learned([(word, "N", of_word) for word, found in lemmas.items() for of_word in found])
    assert [lemma(nlp, word, "N") for word in lemmas] == ["b", "and", "r", "\u3060"]


def test_a_word_with_several_lemmas_has_the_most_frequent_one():
    nlp = learned([("left", "V", "left"), ("left", "V", "leave"), ("left", "V", "leave")])
    assert lemma(nlp, "left", "V") == "leave"


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


def test_suffixes_have_up_to_five_letters():
    nlp = learned([("comiendo", "GER", "comer"), ("bebiendo", "GER", "beber")], lang="es")
    assert lemma(nlp, "vendiendo", "GER") == "vender"


def test_a_suffix_that_makes_a_known_lemma_goes_before_a_longer_one(nlp):
    assert lemma(nlp, "scanned", "VBD") == "scan"
    assert lemma(nlp, "timed", "VBD") == "time"


def test_tables_that_are_loaded_take_the_place_of_those_that_were_used(nlp):
    assert lemma(nlp, "dogs", "NNS") == "dog"
    other = learned([("dogs", "NNS", "hound")])
    nlp.get_pipe("tag_lemmatizer").from_bytes(other.get_pipe("tag_lemmatizer").to_bytes())
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


@pytest.mark.parametrize(
    ("word", "expected"), [("s", "s"), ("as", "as"), ("'s", "'s"), ("oks", "ok")]
)
def test_a_lemma_has_two_letters_unless_the_word_has_fewer(nlp, word, expected):
    assert lemma(nlp, word, "VBZ") == expected


@pytest.mark.parametrize("overwrite", [False, True])
def test_lemmas_that_are_set_already_stay_unless_overwrite_is_on(nlp, overwrite):
    other = spacy.blank("xx")
    pipe = other.add_pipe("tag_lemmatizer", config={"overwrite": overwrite})
    pipe.from_bytes(nlp.get_pipe("tag_lemmatizer").to_bytes())
    doc = other(Doc(other.vocab, words=["dogs"], tags=["NNS"], lemmas=["hound"]))
    assert doc[0].lemma_ == ("dog" if overwrite else "hound")


def test_it_can_learn_from_another_corpus(nlp):
    other = TagLemmatizer(nlp.vocab)
    other.initialize(lambda: [], nlp=nlp, corpus=examples)
    doc = other(Doc(nlp.vocab, words=["parties"], tags=["NNS"]))
    assert doc[0].lemma_ == "party"
    with pytest.raises(ValueError, match="A corpus needs the pipeline"):
        other.initialize(lambda: [], corpus=examples)


def test_data_without_lemmas_is_refused():
    with pytest.raises(ValueError, match="'tag_lemmatizer' has no lemmas"):
        learned([("dogs", "NNS", "")])


@pytest.mark.parametrize("get_examples", [None, lambda: [], lambda: ["dogs"], "dogs"])
def test_what_gives_no_examples_is_refused(nlp, get_examples):
    with pytest.raises(TypeError, match=r"TagLemmatizer\.initialize"):
        TagLemmatizer(nlp.vocab).initialize(get_examples)


def test_words_that_are_parts_of_others_teach_no_lemma():
    nlp = learned([("with", "IN", "without"), ("out", "IN", "_"), ("of", "IN", "of")])
    words = ["with", "out", "of"]
    assert [lemma(nlp, word, "IN") for word in words] == words


def test_memory_does_not_grow_with_the_text(nlp, monkeypatch):
    monkeypatch.setattr(caches, "MAX_ENTRIES", 100)
    words = [f"{number}s" for number in range(130)]
    doc = nlp(Doc(nlp.vocab, words=words, tags=["NNS"] * len(words)))
    assert doc[-1].lemma_ == words[-1].removesuffix("s")
    cache = nlp.get_pipe("tag_lemmatizer").cache
    assert len(cache) <= 100
    n_cached = len(cache)
    word = "x" * 100_000 + "s"
    assert nlp(Doc(nlp.vocab, words=[word], tags=["NNS"]))[0].lemma_ == word.removesuffix("s")
    assert len(cache) == n_cached


def test_the_score_is_spacys(nlp):
    (example,) = examples(nlp)
    example.reference[0].lemma_ = "stroll"
    words = [token.text for token in example.reference]
    tags = [token.tag_ for token in example.reference]
    tagged = Doc(nlp.vocab, words=words, tags=tags)
    scores = nlp.evaluate([Example(tagged, example.reference)])
    assert scores["lemma_acc"] == pytest.approx(1 - 1 / len(WORDS))


def test_spacys_tables_are_loaded_by_a_config(tmp_path):
    pytest.importorskip("spacy_lookups_data")
    nlp = spacy.blank("xx")
    words = ["dogs", "books"]
    doc = Doc(nlp.vocab, words=words, tags=["NNS"] * 2, pos=["NOUN"] * 2, lemmas=["dog", "book"])
    DocBin(docs=[doc], attrs=["TAG", "POS", "LEMMA"]).to_disk(tmp_path / "train.spacy")
    nlp.add_pipe("tag_lemmatizer")
    nlp.config["initialize"]["components"]["tag_lemmatizer"] = {
        "lookups": {
            "@misc": "spacy.LookupsDataLoader.v1",
            "lang": "en",
            "tables": ["lemma_rules", "lemma_exc", "lemma_index"],
        },
        "corpus": {
            "@readers": "spacy_lstm_tagger.SentenceCorpus.v1",
            "path": str(tmp_path / "train.spacy"),
        },
    }
    nlp.initialize()
    assert [lemma(nlp, word, "NNS") for word in ("potatos", "ties")] == ["potato", "tie"]


def test_tables_that_were_not_loaded_are_named():
    with pytest.raises(ValueError, match="E1004"):
        TagLemmatizer(spacy.blank("xx").vocab).find("dogs", "NNS")
