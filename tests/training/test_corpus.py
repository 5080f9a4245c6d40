import random

import numpy
import pytest
import spacy
from helpers import tags
from spacy.tokens import Doc, Span

from spacy_lstm_tagger.pipeline.soft_tags import SoftTags, set_soft_tags, soft_tags_of
from spacy_lstm_tagger.training.corpus import SentenceCorpus


@pytest.fixture
def docs(blank):
    """A Doc of ten sentences, one without sentences, and one without words."""
    words = [letter for letter in "abcdefghij" for _ in range(2)]
    doc = Doc(blank.vocab, words=words, tags=words, sent_starts=[True, False] * 10)
    plain = Doc(blank.vocab, words=["x", "y", "z"], tags=["x", "y", "z"])
    return [doc, plain, Doc(blank.vocab)]


def test_single_sentences(read, docs):
    examples = read(*docs)
    assert [len(example.x) for example in examples] == [2] * 10 + [3]
    assert examples[1].reference.text.split() == ["b", "b"]


def test_pieces_of_several_sentences_are_the_whole_text(read, docs):
    random.seed(0)
    seen = set()
    for _ in range(20):
        examples = read(*docs, max_sents=4)
        lengths = [len(example.x) // 2 for example in examples[:-1]]
        assert sum(lengths) == 10
        seen.update(lengths)
        words = [token.text for example in examples for token in example.x]
        assert "".join(words) == "aabbccddeeffgghhiijjxyz"
        assert [tag for example in examples for tag in tags(example.y)] == words
    assert seen == {1, 2, 3, 4}


def test_pieces_follow_the_seed(read, docs):
    runs = []
    for seed in (3, 3, 4):
        random.seed(seed)
        runs.append([len(example.x) for example in read(*docs, max_sents=4)])
    assert runs[0] == runs[1] != runs[2]


def test_tokens_of_the_tokenizer(read):
    english = spacy.blank("en")
    doc = Doc(english.vocab, words=["don't"], spaces=[False], tags=["V"])
    (gold,) = read(doc, nlp=english)
    (own,) = read(doc, nlp=english, gold_preproc=False)
    assert [len(gold.x), len(own.x)] == [1, 2]


def test_limit_counts_over_all_files(read, docs, blank, tmp_path):
    assert len(read(*docs, limit=1)) == 10
    (tmp_path / "more.spacy").write_bytes((tmp_path / "data.spacy").read_bytes())
    assert len(list(SentenceCorpus(tmp_path, limit=3)(blank))) == 10 + 1 + 10


def test_a_piece_has_what_a_tagger_learns_from(read, blank):
    n = 160
    doc = Doc(
        blank.vocab,
        words=[f"w{i}" for i in range(n)],
        spaces=[i % 5 > 0 for i in range(n)],
        tags=[f"T{i % 7}" for i in range(n)],
        pos=["NOUN", "VERB"] * 80,
        morphs=["Number=Sing", "_"] * 80,
        lemmas=[f"l{i}" for i in range(n)],
        sent_starts=[i % 4 == 0 for i in range(n)],
    )
    soft = SoftTags(("A", "B"), *(numpy.zeros((n, 2), kind) for kind in ("uint16", "float16")))
    soft.tags[:, 0] = numpy.arange(n) % 2
    set_soft_tags(doc, soft)
    random.seed(0)
    pieces = [example.reference for example in read(doc, max_sents=3)]
    assert "".join(piece.text_with_ws for piece in pieces) == doc.text_with_ws
    tokens = [token for piece in pieces for token in piece]
    for name in ("tag_", "pos_", "morph", "lemma_", "is_sent_start"):
        got = [str(getattr(token, name)) for token in tokens]
        assert got == [str(getattr(token, name)) for token in doc]
    assert numpy.concatenate([soft_tags_of(piece).tags for piece in pieces]).tolist() == (
        soft.tags.tolist()
    )


def test_a_piece_has_what_a_parser_and_an_entity_recognizer_learn_from(read, blank):
    doc = Doc(
        blank.vocab,
        words=["She", "saw", "New", "York", ".", "It", "rained", "."],
        tags=["PRP", "VBD", "NNP", "NNP", ".", "PRP", "VBD", "."],
        heads=[1, 1, 3, 1, 1, 6, 6, 6],
        deps=["nsubj", "ROOT", "compound", "obj", "punct", "nsubj", "ROOT", "punct"],
        ents=["O", "O", "B-GPE", "I-GPE", "O", "O", "O", "O"],
    )
    first, second = (example.reference for example in read(doc))
    assert [token.head.text for token in first] == ["saw", "saw", "York", "saw", "saw"]
    assert [token.dep_ for token in second] == ["nsubj", "ROOT", "punct"]
    assert [entity.text for entity in first.ents] == ["New York"]
    assert not second.ents


def test_a_sentence_with_several_roots(read, blank):
    doc = Doc(
        blank.vocab,
        words=["Er", ",", "kam", "."],
        tags=["PPER", "$,", "VVFIN", "$."],
        heads=[2, 1, 2, 3],
        deps=["nsubj", "punct", "ROOT", "punct"],
    )
    pieces = [example.reference for example in read(doc)]
    assert [token.text for piece in pieces for token in piece] == ["Er", ",", "kam", "."]
    assert tags(pieces[0]) == ["PPER"]
    assert all(token.head.doc is piece for piece in pieces for token in piece)


def test_an_entity_is_not_cut(read, blank):
    doc = Doc(
        blank.vocab,
        words=["See", "New", "York"],
        tags=["VB", "NNP", "NNP"],
        sent_starts=[True, False, True],
        ents=["O", "B-GPE", "I-GPE"],
    )
    (example,) = read(doc)
    assert [entity.text for entity in example.reference.ents] == ["New York"]


def test_an_entity_at_the_beginning_may_have_no_beginning(read, blank):
    doc = Doc(
        blank.vocab,
        words=["New", "York", "grew", "It", "did"],
        tags=["NNP", "NNP", "VBD", "PRP", "VBD"],
        sent_starts=[True, False, False, True, False],
        ents=["I-GPE", "I-GPE", "O", "O", "O"],
    )
    assert [example.reference.text for example in read(doc)] == ["New York grew ", "It did "]


def test_missing_annotation_stays_missing(read, blank):
    doc = Doc(
        blank.vocab, words=["a", "b", "c"], tags=["A", "", "C"], sent_starts=[True, False, True]
    )
    first, second = (eg.reference for eg in read(doc))
    assert [*tags(first), *tags(second)] == ["A", "", "C"]
    for name in ("POS", "MORPH", "LEMMA"):
        assert not first.has_annotation(name)


def test_a_doc_without_sentences_is_not_cut(read, blank):
    doc = Doc(blank.vocab, words=["a", "b"], tags=["A", "B"])
    doc.spans["names"] = [Span(doc, 0, 1)]
    (example,) = read(doc)
    assert len(example.reference.spans["names"]) == 1


def test_text_with_unknown_spaces_keeps_its_tokens(read, blank):
    doc = Doc(blank.vocab, words=["don't", "go"], sent_starts=[True, True])
    assert doc.has_unknown_spaces
    assert [len(example.x) for example in read(doc, gold_preproc=False)] == [1, 1]


def test_annotation_that_pieces_do_not_have_is_named(read, blank):
    doc = Doc(blank.vocab, words=["He", "left"], sent_starts=[True, False])
    doc.cats = {"A": 1.0}
    with pytest.warns(UserWarning, match=r"data.spacy has categories or spans") as warned:
        assert len(read(doc, doc)) == 2
    assert len(warned) == 1
