"""The tokenizer learns from tagged text how words are split."""

import tracemalloc

import pytest
import spacy
from learn_tokenizer import learn_tokenizer
from spacy.tokens import Doc, DocBin
from split_rules import words_f

from spacy_lstm_tagger.tools.text.convert import convert_tags


def learned(*texts):
    """A pipeline whose tokenizer learned from texts, in which | separates words without a space."""
    nlp = spacy.blank("xx")
    docs = []
    for text in texts:
        parts = [part.split("|") for part in text.split(" ")]
        words = [word for part in parts for word in part]
        spaces = [i == len(part) - 1 for part in parts for i in range(len(part))]
        docs.append(Doc(nlp.vocab, words=words, spaces=spaces))
    learn_tokenizer(nlp.tokenizer, docs)
    return nlp


def words(nlp, text):
    return [token.text for token in nlp(text)]


def test_docs_with_unknown_spaces_teach_nothing():
    nlp = spacy.blank("xx")
    learn_tokenizer(nlp.tokenizer, [Doc(nlp.vocab, words=["(1)", "(1)"])])
    assert words(nlp, "(1)") == ["(", "1", ")"]


def test_a_word_with_a_space_inside_is_no_exception():
    nlp = spacy.blank("xx")
    learn_tokenizer(
        nlp.tokenizer, [Doc(nlp.vocab, words=["chủ tịch", "x"], spaces=[True, False])] * 2
    )
    assert words(nlp, "chủ tịch x") == ["chủ", "tịch", "x"]


def test_what_is_learned_is_saved(tmp_path):
    nlp = learned(*["(1) a-|b c-|d"] * 10)
    nlp.to_disk(tmp_path)
    for each in (nlp, spacy.load(tmp_path)):
        assert words(each, "(1) x-y") == ["(1)", "x-", "y"]


MALTESE = "il-|kelb u l-|qattus ta\u2019 l-|ikel tal-|baħar x\u2019|qal"


HELD_OUT = "a-|b c-|d e-|f g_h"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # Words that the tokenizer splits, and a string that it does not split.
        (["(1) a gim|me b", "(1) c gim|me"], ["(1) ,", "gim me .", "( 2 )"]),
        # A string has to be split often enough.
        (["(1) a"], ["( 1 )"]),
        (["(1) (1) (|1|) (|1|)"], ["( 1 )"]),
        (["(1) (1) (1) (|1|) (|1|)"], ["(1)"]),
        # A split behind a mark is learned for all words.
        ([MALTESE] * 4, ["mill- belt ,", "t- tifel"]),
        # Splits at marks, each in ten Docs.
        (["a-|b c-|d"] * 10, ["x- y"]),
        (["a|-b c|-d"] * 10, ["x -y"]),
        (["a|=|b c|=|d"] * 10, ["x = y"]),
        (["a-b c-d"] * 10, ["x-y"]),
        (["a-1 c-2"] * 10, ["x-3"]),
        (["-ab -cd"] * 10, ["-xy"]),
        (["#|ab #|cd"] * 10, ["# xy"]),
        (["ab) cd)"] * 10, ["xy)"]),
        (["ab#|) cd#|)"] * 10, ["xy# )"]),
        (["ab|~ cd|~"] * 10, ["xy ~"]),
        # A single Doc teaches rules.
        ([" ".join(["a-|b c-|d"] * 10)], ["x- y"]),
        # A rule that makes fewer words right is not learned.
        (["a-b c-|d e|-|f"] * 10, ["x - y"]),
        # A rule has to be better than those before it.
        ([HELD_OUT, *["a-|b c-|d e-|f g_|h"] * 4] * 3, ["x- y", "x_y"]),
    ],
)
def test_how_words_are_split(texts, expected):
    nlp = learned(*texts)
    for tokens in expected:
        assert words(nlp, tokens.replace(" ", "")) == tokens.split()


def test_digits_are_split_as_before():
    assert words(learned(*[MALTESE] * 4), "2-3") == words(spacy.blank("xx"), "2-3")


@pytest.mark.parametrize("text", ["a-" * 4000, "-a" * 4000, "a\u2019-" * 4000, "1-" * 4000])
def test_long_strings_of_marks_are_tokenized(text):
    nlp = learned(*[MALTESE] * 4)
    assert nlp.tokenizer(text).text == text


@pytest.mark.slow
def test_text_without_spaces_takes_little_memory():
    words_ = [word for i in range(1500) for word in (f"word{i % 700}", "-")]
    nlp = spacy.blank("xx")
    doc = Doc(nlp.vocab, words=words_, spaces=[False] * len(words_))
    tracemalloc.start()
    learn_tokenizer(nlp.tokenizer, [doc])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000 * len(words_)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "lang", "expected"), [("mt_mudt", "xx", 0.98), ("cs_cltt", "cs", 0.969)]
)
def test_words_of_treebanks(treebanks, tmp_path, folder, lang, expected):
    nlp = spacy.blank(lang)
    docs = {}
    for part in ("train", "dev"):
        (source,) = (treebanks / folder).glob(f"*-{part}.conllu")
        convert_tags(source, tmp_path / f"{part}.spacy")
        docs[part] = list(DocBin().from_disk(tmp_path / f"{part}.spacy").get_docs(nlp.vocab))
    learn_tokenizer(nlp.tokenizer, docs["train"])
    assert words_f(docs["dev"], (nlp.tokenizer(doc.text) for doc in docs["dev"])) >= expected
