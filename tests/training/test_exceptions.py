"""The tokenizer learns from the training data how words are split."""

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.training.exceptions import learn_exceptions


def learned(tmp_path, *texts, nlp=None, **settings):
    """A pipeline whose tokenizer learned from texts, in which | separates words without a space."""
    nlp = nlp or spacy.blank("xx")
    docs = DocBin()
    for text in texts:
        parts = [part.split("|") for part in text.split(" ")]
        words = [word for part in parts for word in part]
        spaces = [i == len(part) - 1 for part in parts for i in range(len(part))]
        docs.add(Doc(nlp.vocab, words=words, spaces=spaces))
    docs.to_disk(tmp_path / "train.spacy")
    learn_exceptions(str(tmp_path / "train.spacy"), **settings)(nlp)
    return nlp


def words(nlp, text):
    return [token.text for token in nlp(text)]


def test_words_that_the_tokenizer_splits_and_strings_that_it_does_not_split(tmp_path):
    nlp = learned(tmp_path, "(1) a gim|me b", "(1) c gim|me")
    assert words(nlp, "see (1), gimme.") == ["see", "(1)", ",", "gim", "me", "."]
    assert words(nlp, "(2)") == ["(", "2", ")"]


def test_it_is_saved_with_the_pipeline(tmp_path):
    learned(tmp_path, "(1) (1)").to_disk(tmp_path / "model")
    assert words(spacy.load(tmp_path / "model"), "(1) (2)") == ["(1)", "(", "2", ")"]


@pytest.mark.parametrize(
    ("texts", "settings", "expected"),
    [
        (["(1) a"], {}, ["(", "1", ")"]),
        (["(1) a"], {"min_freq": 1}, ["(1)"]),
        (["(1) (1) (|1|) (|1|)"], {}, ["(", "1", ")"]),
        (["(1) (1) (|1|) (|1|)"], {"min_share": 0.5}, ["(1)"]),
    ],
)
def test_a_string_has_to_be_split_so_often_enough(tmp_path, texts, settings, expected):
    assert words(learned(tmp_path, *texts, **settings), "(1)") == expected


def test_docs_with_unknown_spaces_teach_nothing(tmp_path):
    nlp = spacy.blank("xx")
    DocBin(docs=[Doc(nlp.vocab, words=["(1)", "(1)"])]).to_disk(tmp_path / "train.spacy")
    learn_exceptions(str(tmp_path / "train.spacy"))(nlp)
    assert words(nlp, "(1)") == ["(", "1", ")"]


def test_another_tokenizer_stays_as_it_is(tmp_path):
    nlp = spacy.blank("zh")
    learned(tmp_path, "(1) (1)", nlp=nlp)
    assert words(nlp, "(1)") == ["(", "1", ")"]


def test_a_word_with_a_space_inside_is_no_exception(tmp_path):
    nlp = spacy.blank("xx")
    docs = [Doc(nlp.vocab, words=["chủ tịch", "x"], spaces=[True, False])] * 2
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    learn_exceptions(str(tmp_path / "train.spacy"))(nlp)
    assert words(nlp, "chủ tịch x") == ["chủ", "tịch", "x"]


def test_wrong_values_are_refused(nlp):
    for settings in ({"min_freq": 0}, {"min_share": 0.4}, {"path": None}):
        with pytest.raises(ValueError, match=r"min_freq|min_share|has no path"):
            learn_exceptions(**{"path": "train.spacy", **settings})(nlp)
