"""The tokenizer learns from the training data how words are split."""

import tracemalloc

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.training.learn_tokenizer import learn_tokenizer
from spacy_lstm_tagger.training.split_rules import words_f


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
    learn_tokenizer(str(tmp_path / "train.spacy"), **settings)(nlp)
    return nlp


def words(nlp, text):
    return [token.text for token in nlp(text)]


def test_words_that_the_tokenizer_splits_and_strings_that_it_does_not_split(tmp_path):
    nlp = learned(tmp_path, "(1) a gim|me b", "(1) c gim|me")
    assert words(nlp, "see (1), gimme.") == ["see", "(1)", ",", "gim", "me", "."]
    assert words(nlp, "(2)") == ["(", "2", ")"]


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
    learn_tokenizer(str(tmp_path / "train.spacy"))(nlp)
    assert words(nlp, "(1)") == ["(", "1", ")"]


def test_another_tokenizer_stays_as_it_is(tmp_path):
    nlp = spacy.blank("zh")
    learned(tmp_path, "(1) (1)", nlp=nlp)
    assert words(nlp, "(1)") == ["(", "1", ")"]


def test_a_word_with_a_space_inside_is_no_exception(tmp_path):
    nlp = spacy.blank("xx")
    docs = [Doc(nlp.vocab, words=["chủ tịch", "x"], spaces=[True, False])] * 2
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    learn_tokenizer(str(tmp_path / "train.spacy"))(nlp)
    assert words(nlp, "chủ tịch x") == ["chủ", "tịch", "x"]


def test_wrong_values_are_refused():
    for settings in ({"min_freq": 0}, {"min_share": 0.4}):
        with pytest.raises(ValueError, match=r"min_freq|min_share"):
            learn_tokenizer(**{"path": "train.spacy", **settings})


MALTESE = "il-|kelb u l-|qattus ta\u2019 l-|ikel tal-|baħar x\u2019|qal"


def test_a_split_behind_a_mark_is_learned_for_all_words(tmp_path):
    nlp = learned(tmp_path, *[MALTESE] * 4)
    assert words(nlp, "mill-belt, t-tifel") == ["mill-", "belt", ",", "t-", "tifel"]
    assert words(nlp, "2-3") == words(spacy.blank("xx"), "2-3")


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("a-|b c-|d", "x-y", ["x-", "y"]),
        ("a|-b c|-d", "x-y", ["x", "-y"]),
        ("a|=|b c|=|d", "x=y", ["x", "=", "y"]),
        ("a-b c-d", "x-y", ["x-y"]),
        ("a-1 c-2", "x-3", ["x-3"]),
        ("-ab -cd", "-xy", ["-xy"]),
        ("#|ab #|cd", "#xy", ["#", "xy"]),
        ("ab) cd)", "xy)", ["xy)"]),
        ("ab#|) cd#|)", "xy#)", ["xy#", ")"]),
        ("ab|~ cd|~", "xy~", ["xy", "~"]),
    ],
)
def test_splits_at_marks(tmp_path, text, new, expected):
    nlp = learned(tmp_path, *[text] * 10)
    assert words(nlp, new) == expected


def test_a_rule_that_makes_fewer_words_right_is_not_learned(tmp_path):
    texts = ["a-b c-|d e|-|f"] * 10
    assert words(learned(tmp_path, *texts), "x-y") == ["x", "-", "y"]


def test_a_rule_has_to_be_better_than_those_before_it(tmp_path):
    held_out, other = "a-|b c-|d e-|f g_h", "a-|b c-|d e-|f g_|h"
    nlp = learned(tmp_path, *[held_out, other, other, other, other] * 3)
    assert words(nlp, "x-y") == ["x-", "y"]
    assert words(nlp, "x_y") == ["x_y"]


def test_a_single_doc_teaches_rules(tmp_path):
    assert words(learned(tmp_path, " ".join(["a-|b c-|d"] * 10)), "x-y") == ["x-", "y"]


@pytest.mark.parametrize("text", ["a-" * 4000, "-a" * 4000, "a\u2019-" * 4000, "1-" * 4000])
def test_long_strings_of_marks_are_tokenized(tmp_path, text):
    nlp = learned(tmp_path, *[MALTESE] * 4)
    assert nlp.tokenizer(text).text == text


@pytest.mark.slow
def test_training_data_without_spaces_takes_little_memory(tmp_path):
    words_ = [word for i in range(1500) for word in (f"word{i % 700}", "-")]
    nlp = spacy.blank("xx")
    doc = Doc(nlp.vocab, words=words_, spaces=[False] * len(words_))
    DocBin(docs=[doc]).to_disk(tmp_path / "train.spacy")
    tracemalloc.start()
    learn_tokenizer(str(tmp_path / "train.spacy"))(nlp)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000 * len(words_)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "lang", "expected"), [("mt_mudt", "xx", 0.98), ("cs_cltt", "cs", 0.969)]
)
def test_words_of_treebanks(treebanks, tmp_path, folder, lang, expected):
    for part in ("train", "dev"):
        (source,) = (treebanks / folder).glob(f"*-{part}.conllu")
        convert_tags(source, tmp_path / f"{part}.spacy")
    nlp = spacy.blank(lang)
    learn_tokenizer(str(tmp_path / "train.spacy"))(nlp)
    dev = list(DocBin().from_disk(tmp_path / "dev.spacy").get_docs(nlp.vocab))
    assert words_f(dev, (nlp.tokenizer(doc.text) for doc in dev)) >= expected
