"""Lemmas by words and tags."""

import re

import pytest
import spacy
from helpers import ROOT
from spacy.lookups import Lookups, load_lookups
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_lstm_tagger.lemmatizer.tag_lemmatizer import MAX_CACHED_LEMMAS, TagLemmatizer
from spacy_lstm_tagger.tools.text.convert import convert_tags

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
    nlp = spacy.blank("xx")
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
    nlp = spacy.blank("xx")
    doc = Doc(nlp.vocab, words=["w", "dog"], tags=["NN", "NN"], lemmas=["w", "dog"])
    nlp.add_pipe("tag_lemmatizer").initialize(lambda: [Example(doc.copy(), doc)])
    assert lemma(nlp, "WWW", "NN") == "www"


@pytest.mark.parametrize("drops", [True, False])
def test_numbers_lose_their_commas_if_numbers_of_the_training_data_do(drops):
    nlp = spacy.blank("xx")
    words = ["1,100", "20,000", "30,000", "3", "1,5"]
    lemmas = ["1100", "20000", "30000", "3", "1,5"] if drops else words
    doc = Doc(nlp.vocab, words=words, tags=["CD"] * 5, lemmas=lemmas)
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    numbers = ["7,654,321.5", "20,000", "12,50,000", "$1,000-$2,000"]
    # These are not grouped as numbers are.
    others = ["9,99", "1,1,1,000", "1,0000"]
    found = [lemma(nlp, number, "CD") for number in [*numbers, *others]]
    plain = ["7654321.5", "20000", "1250000", "$1000-$2000"]
    assert found == [*(plain if drops else numbers), *others]


def test_words_that_differ_in_case_alone_may_have_different_lemmas():
    nlp = spacy.blank("xx")
    words = ["Does", "Does", "does", "Go"]
    doc = Doc(nlp.vocab, words=words, tags=["V"] * 4, lemmas=["do", "do", "doe", "go"])
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    assert [lemma(nlp, word, "V") for word in ("Does", "does")] == ["do", "doe"]


def test_a_word_with_a_capital_has_the_lemma_that_it_has_elsewhere_more_often():
    nlp = spacy.blank("xx")
    words = ["people", "people", "People", "hr", "hr", "HR"]
    lemmas = ["people", "people", "person", "hour", "hour", "HR"]
    doc = Doc(nlp.vocab, words=words, tags=["N"] * 6, lemmas=lemmas)
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    found = [lemma(nlp, word, "N") for word in ("People", "HR", "hr")]
    assert found == ["people", "HR", "hour"]


def test_a_letter_is_its_own_lemma_unless_most_have_another_one():
    nlp = spacy.blank("xx")
    words = ["b", "b", "b", "n", "n", "n", "r", "r", *"\u3067\u3067\u3067"]
    # The last word is Japanese, and has no case.
    lemmas = ["building", "benefit", "b", "and", "and", "n", "are", "or"]
    lemmas += ["\u3060", "\u3060\u3060", "\u3060"]
    doc = Doc(nlp.vocab, words=words, tags=["N"] * 11, lemmas=lemmas)
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    assert [lemma(nlp, word, "N") for word in "bnr\u3067"] == ["b", "and", "r", "\u3060"]


def test_a_word_with_several_lemmas_has_the_most_frequent_one():
    nlp = spacy.blank("xx")
    doc = Doc(nlp.vocab, words=["left"] * 3, tags=["V"] * 3, lemmas=["left", "leave", "leave"])
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
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
    nlp = spacy.blank("es")
    words = ["comiendo", "bebiendo"]
    doc = Doc(nlp.vocab, words=words, tags=["GER"] * 2, lemmas=["comer", "beber"])
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    assert lemma(nlp, "vendiendo", "GER") == "vender"


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


@pytest.mark.parametrize(
    ("word", "expected"), [("s", "s"), ("as", "as"), ("'s", "'s"), ("oks", "ok")]
)
def test_a_lemma_has_two_letters_unless_the_word_has_fewer(nlp, word, expected):
    assert lemma(nlp, word, "VBZ") == expected


@pytest.mark.parametrize("overwrite", [False, True])
def test_lemmas_that_are_set_already_stay_unless_overwrite_is_on(nlp, overwrite):
    nlp.get_pipe("tag_lemmatizer").overwrite = overwrite
    doc = nlp(Doc(nlp.vocab, words=["dogs"], tags=["NNS"], lemmas=["hound"]))
    assert doc[0].lemma_ == ("dog" if overwrite else "hound")


def test_it_can_learn_from_another_corpus(nlp):
    other = TagLemmatizer(nlp.vocab)
    other.initialize(lambda: [], nlp=nlp, corpus=examples)
    doc = other(Doc(nlp.vocab, words=["parties"], tags=["NNS"]))
    assert doc[0].lemma_ == "party"
    with pytest.raises(ValueError, match="A corpus needs the pipeline"):
        other.initialize(lambda: [], corpus=examples)


def test_data_without_lemmas_is_refused():
    nlp = spacy.blank("xx")
    nlp.add_pipe("tag_lemmatizer")
    doc = Doc(nlp.vocab, words=["dogs"], tags=["NNS"])
    with pytest.raises(ValueError, match="'tag_lemmatizer' has no lemmas"):
        nlp.initialize(lambda: [Example(doc.copy(), doc)])


def test_words_that_are_parts_of_others_teach_no_lemma(nlp):
    words = ["with", "out", "of"]
    doc = Doc(nlp.vocab, words=words, tags=["IN"] * 3, lemmas=["without", "_", "of"])
    other = TagLemmatizer(nlp.vocab)
    other.initialize(lambda: [Example(doc.copy(), doc)])
    found = other(Doc(nlp.vocab, words=words, tags=["IN"] * 3))
    assert [token.lemma_ for token in found] == words


def test_memory_does_not_grow_with_the_text(nlp):
    words = [f"{number}s" for number in range(MAX_CACHED_LEMMAS + 100)]
    doc = nlp(Doc(nlp.vocab, words=words, tags=["NNS"] * len(words)))
    assert doc[-1].lemma_ == words[-1].removesuffix("s")
    cache = nlp.get_pipe("tag_lemmatizer").cache
    assert len(cache) <= MAX_CACHED_LEMMAS
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


POS = {"VBZ": "VERB", "VBD": "VERB", "NNS": "NOUN", "NN": "NOUN", "NNP": "PROPN", "PRP": "PRON"}


def with_tables(more_words=(), **tables):
    """A pipeline that learned from the words, and has tables as spaCy's rule lemmatizer has."""
    nlp = spacy.blank("xx")
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(f"lemma_{name}", table)
    words, tags, lemmas = zip(*WORDS, *more_words, strict=True)
    pos = [POS[tag] for tag in tags]
    doc = Doc(nlp.vocab, words=list(words), tags=list(tags), lemmas=list(lemmas), pos=pos)
    pipe = nlp.add_pipe("tag_lemmatizer")
    pipe.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp, lookups=lookups)
    return nlp


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
    assert lemma(nlp, "-", "NNS") == "-"


def test_names_of_the_training_data_get_their_capital():
    nlp = with_tables(index={"noun": ["berlin"]})
    assert [lemma(nlp, word, "NNP") for word in ("LONDON", "london")] == ["London"] * 2
    assert [lemma(nlp, word, "NNP") for word in ("BERLIN", "berlin")] == ["BERLIN", "berlin"]


def with_words(lang, words, tag="X"):
    """A pipeline that learned from words and their lemmas, which all have one tag."""
    nlp = spacy.blank(lang)
    texts, lemmas = zip(*words, strict=True)
    doc = Doc(nlp.vocab, words=list(texts), tags=[tag] * len(texts), lemmas=list(lemmas))
    nlp.add_pipe("tag_lemmatizer")
    nlp.initialize(lambda: [Example(doc.copy(), doc)])
    return nlp


def test_a_lemma_may_be_longer_than_its_word():
    nlp = with_words("de", [("lauf", "laufen"), ("kauf", "kaufen")])
    assert lemma(nlp, "geh", "X") == "gehen"


def test_a_curly_apostrophe_is_an_apostrophe():
    nlp = with_words("en", [("'d", "have"), ("n't", "not"), ("n\u2019t", "NOT")])
    assert lemma(nlp, "\u2019d", "X") == "have"
    assert lemma(nlp, "n\u2019t", "X") == "NOT"  # as in the training data


def test_lemmas_that_begin_otherwise_than_their_words_teach_no_suffix():
    nlp = with_words("en", [("better", "good"), ("fetter", "food")])
    assert lemma(nlp, "letter", "X") == "letter"


def test_a_tag_is_of_the_part_of_speech_that_most_of_its_words_have():
    nlp = spacy.blank("xx")
    lookups = Lookups()
    lookups.add_table("lemma_exc", {"noun": {"men": ["man"], "mice": ["mouse"], "feet": ["foot"]}})
    words = ["men", "mice", "went"]
    pos = ["NOUN", "NOUN", "VERB"]
    lemmas = ["man", "mouse", "go"]
    doc = Doc(nlp.vocab, words=words, tags=["X"] * 3, pos=pos, lemmas=lemmas)
    pipe = nlp.add_pipe("tag_lemmatizer")
    pipe.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp, lookups=lookups)
    assert lemma(nlp, "feet", "X") == "foot"


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


def test_tables_are_saved(tmp_path):
    nlp = with_tables(exc={"verb": {"went": ["go"], "saw": ["see"], "fled": ["flee"]}})
    nlp.to_disk(tmp_path)
    assert lemma(spacy.load(tmp_path), "fled", "VBD") == "flee"


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


def wrong_lemmas(nlp):
    """The words of a list of common words with unusual forms that get another lemma."""
    lines = (ROOT / "benchmarks/data/lemmas.tsv").read_text(encoding="utf8").splitlines()
    rows = [line.split("\t") for line in lines]
    assert len(rows) > 800
    return [word for word, tag, expected in rows if lemma(nlp, word, tag) != expected]


def trained_on(*paths):
    nlp = spacy.blank("xx")
    docs = [doc for path in paths for doc in DocBin().from_disk(path).get_docs(nlp.vocab)]
    pipe = nlp.add_pipe("tag_lemmatizer")
    tables = load_lookups("en", ["lemma_rules", "lemma_exc", "lemma_index"])
    pipe.initialize(lambda: [Example(doc, doc) for doc in docs], lookups=tables)
    return nlp


@pytest.mark.slow
def test_common_words_from_treebanks(treebanks, tmp_path):
    pytest.importorskip("spacy_lookups_data")
    paths = []
    for name in ("en_ewt", "en_gum"):
        (source,) = (treebanks / name).glob("*-train.conllu")
        convert_tags(source, tmp_path / f"{name}.spacy")
        paths.append(tmp_path / f"{name}.spacy")
    nlp = trained_on(*paths)
    wrong = wrong_lemmas(nlp)
    assert len(wrong) < 20, wrong
    words = [
        ("O'Briens", "NNPS", "O'Brien"),
        ("iPhones", "NNPS", "iPhone"),
        ("co-workers", "NNS", "co-worker"),
        ("1990s", "NNS", "1990s"),
        ("'90s", "NNS", "'90s"),
        ("anti-Americans", "NNPS", "anti-American"),
        ("COWORKERS", "NNS", "coworker"),
        ("re-elected", "VBN", "re-elect"),
        ("ten-year-olds", "NNS", "ten-year-old"),
    ]
    found = [(word, tag, lemma(nlp, word, tag)) for word, tag, _ in words]
    assert found == words


def test_damaged_bytes_change_nothing(nlp):
    pipe = nlp.get_pipe("tag_lemmatizer")
    damaged = pipe.to_bytes().replace(b"September", b"Neptember")
    with pytest.raises(ValueError, match="'tag_lemmatizer' from a bytestring"):
        pipe.from_bytes(damaged)
    assert lemma(nlp, "Sept.", "NNP") == "September"


def test_tables_that_were_saved_without_a_checksum_are_loaded(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    folder = tmp_path / "tag_lemmatizer"
    (folder / "checksums.json").unlink()
    assert lemma(spacy.load(tmp_path), "dogs", "NNS") == "dog"
    (folder / "lookups/lookups.bin").write_bytes(b"\x81\xa9lemma_exc\x90")  # a list in MessagePack
    with pytest.raises(ValueError, match="its tables are damaged"):
        spacy.load(tmp_path)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"rules": {"noun": "s"}}, "lemma_rules['noun'] = 's': it has to be a list"),
        ({"rules": {"noun": [["s"]]}}, "lemma_rules['noun'][0] = ['s']: it has to"),
        ({"exc": {"noun": ["mice"]}}, "lemma_exc['noun'] = ['mice']: it has to be a valid"),
        ({"index": {"noun": 3}}, "lemma_index['noun'] = 3: it has to be a list"),
    ],
)
def test_tables_of_another_shape_are_named(tables, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        with_tables(**tables)
