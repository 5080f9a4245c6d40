"""The part of speech that goes with a tag, and so with a word of the lexicon."""

import pytest
import spacy
from helpers import SMALL_MODEL
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.pipeline.tag_morphology import TagMorphology

CONFIG = {"model": SMALL_MODEL}
# A word, its tag, its part of speech and its features.
WORDS = [
    ("Ann", "NNP", "PROPN", "Number=Sing"), ("Lee", "NNP", "PROPN", "Number=Sing"),
    ("Abc", "NNP", "PROPN", "Abbr=Yes|Number=Sing"), ("dog", "NN", "NOUN", "Number=Sing"),
    ("that", "DT", "PRON", "PronType=Dem"), ("the", "DT", "DET", "PronType=Art"),
    ("saw", "VBD", "VERB", "Tense=Past"), ("ran", "VBD", "VERB", "Tense=Past"),
    ("so", "RB", "ADV", ""), ("\n", "_SP", "SPACE", ""),
]  # fmt: skip
NNP = "POS=PROPN|Number=Sing"
NEW_WORDS = [f"Foo{number}" for number in range(30)]


def make_example(vocab, words=WORDS):
    texts, tags, pos, morphs = map(list, zip(*words, strict=True))
    gold = Doc(vocab, words=texts, tags=tags, pos=pos, morphs=morphs)
    return Example(Doc(vocab, words=texts), gold)


def labels(words):
    counted = TagMorphology()
    examples = [make_example(spacy.blank("xx").vocab, words)]
    assert list(counted.watch(examples)) == examples
    return counted.labels()


@pytest.fixture(scope="module")
def nlp():
    """A tagger and spaCy's morphologizer, which have learned nothing yet."""
    pytest.importorskip("torch")
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", name="tagger", config=CONFIG)
    nlp.add_pipe("morphologizer", config={"overwrite": False})
    nlp.initialize(lambda: [make_example(nlp.vocab)])
    return nlp


def test_labels():
    nouns = {"NNP": NNP, "NN": "POS=NOUN|Number=Sing"}
    # The words of DT have two parts of speech, and white space is no word.
    assert labels(WORDS) == {**nouns, "RB": "POS=ADV", "VBD": "POS=VERB|Tense=Past"}
    assert labels([("dog", "NN", "", ""), ("cat", "", "NOUN", "")]) == {}


def test_each_word_counts_once():
    be = [("be", "VB", "AUX", "VerbForm=Inf")] * 100
    verbs = [(f"verb{number}", "VB", "VERB", "VerbForm=Inf") for number in range(20)]
    assert labels(be + verbs) == {"VB": "POS=VERB|VerbForm=Inf"}


def test_a_word_with_several_features_counts_once():
    be = [("be", "VB", "AUX", features) for features in ("VerbForm=Inf", "Mood=Imp")]
    verbs = [(f"verb{number}", "VB", "VERB", "VerbForm=Inf") for number in range(9)]
    assert labels(be + verbs) == {"VB": "POS=VERB|VerbForm=Inf"}


def test_thirty_corrections_change_the_parts_of_speech_too(nlp):
    with_lexicon = nlp.from_bytes(nlp.to_bytes())
    lexicon = with_lexicon.get_pipe("tagger").lexicon
    lexicon.update(dict.fromkeys(NEW_WORDS, "NNP"))
    doc = with_lexicon(Doc(nlp.vocab, words=NEW_WORDS))
    assert {(token.tag_, token.pos_, str(token.morph)) for token in doc} == {
        ("NNP", "PROPN", "Number=Sing")
    }
    lexicon.clear()


def test_entries(nlp, tmp_path):
    lexicon = nlp.get_pipe("tagger").lexicon
    lexicon["Foo"] = ["NNP"]
    assert lexicon["Foo"] == ("NNP", NNP)
    lexicon["Foo"] = ["NNP", "POS=NOUN"]  # what the user says counts
    assert lexicon["Foo"] == ("NNP", "POS=NOUN")
    lexicon["Foo"] = ["NN", "NNP"]  # the tag is not known
    assert lexicon["Foo"] == ("NN", "NNP")
    lexicon["Foo"] = ["DT"]
    assert lexicon["Foo"] == ("DT",)
    (tmp_path / "words.tsv").write_text("Foo\tNNP\nfoo\tNNP\tany_case\n", encoding="utf8")
    lexicon.from_disk(tmp_path / "words.tsv")
    assert lexicon["Foo"] == lexicon.any_case["FOO"] == ("NNP", NNP)
    lexicon.clear()
    lexicon.any_case.clear()


def test_given_ones_count_if_the_tags_come_from_the_training_data():
    pytest.importorskip("torch")
    nlp = spacy.blank("xx")
    tagger = nlp.add_pipe("lstm_tagger", config=CONFIG)
    examples = [make_example(nlp.vocab)]
    given = {"NN": "POS=NOUN"}
    tagger.initialize(lambda: examples, labels={"words": ["dog"], "morphology": given})
    assert tagger.label_data["morphology"] == given
    tagger.lexicon["Foo"] = "NN"
    assert tagger.lexicon["Foo"] == ("NN", "POS=NOUN")
