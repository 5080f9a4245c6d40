import random

import numpy
import pytest
import spacy
from helpers import tags
from spacy.tokens import Doc, DocBin, Span

from spacy_lstm_tagger.pipeline.soft_tags import SoftTags, set_soft_tags, soft_tags_of
from spacy_lstm_tagger.training.corpus import SentenceCorpus


@pytest.fixture
def path(tmp_path):
    words = [letter for letter in "abcdefghij" for _ in range(2)]
    doc = Doc(spacy.blank("xx").vocab, words=words, tags=words, sent_starts=[True, False] * 10)
    plain = Doc(doc.vocab, words=["x", "y", "z"], tags=["x", "y", "z"])
    DocBin(docs=[doc, plain, Doc(doc.vocab)]).to_disk(tmp_path / "data.spacy")
    return tmp_path / "data.spacy"


def read(path, **config):
    return list(SentenceCorpus(path, **config)(spacy.blank("xx")))


def test_single_sentences(path):
    examples = read(path)
    assert [len(example.x) for example in examples] == [2] * 10 + [3]
    assert examples[1].reference.text.split() == ["b", "b"]


def test_pieces_of_several_sentences_are_the_whole_text(path):
    random.seed(0)
    seen = set()
    for _ in range(20):
        examples = read(path, max_sents=4)
        lengths = [len(example.x) // 2 for example in examples[:-1]]
        assert sum(lengths) == 10
        seen.update(lengths)
        words = [token.text for example in examples for token in example.x]
        assert "".join(words) == "aabbccddeeffgghhiijjxyz"
        assert [tag for example in examples for tag in tags(example.y)] == words
    assert seen == {1, 2, 3, 4}


def test_pieces_follow_the_seed(path):
    runs = []
    for seed in (3, 3, 4):
        random.seed(seed)
        runs.append([len(example.x) for example in read(path, max_sents=4)])
    assert runs[0] == runs[1] != runs[2]


def test_tokens_of_the_tokenizer(tmp_path):
    doc = Doc(spacy.blank("en").vocab, words=["don't"], spaces=[False], tags=["V"])
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    (gold,) = read(tmp_path)
    (own,) = SentenceCorpus(tmp_path, gold_preproc=False)(spacy.blank("en"))
    assert [len(gold.x), len(own.x)] == [1, 2]


def test_limit_counts_over_all_files(path):
    (path.parent / "more.spacy").write_bytes(path.read_bytes())
    assert len(read(path.parent, limit=1)) == 10
    assert len(read(path.parent, limit=3)) == 10 + 1 + 10


def test_a_damaged_file_is_named(path):
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"data\.spacy is damaged or not a DocBin"):
        read(path)


@pytest.mark.parametrize("path", [None, ""])
def test_no_path(tmp_path, path):
    with pytest.raises(ValueError, match=r"There is no .*labelled.*convert-tags.*label-tags"):
        list(SentenceCorpus(tmp_path / "labelled")(spacy.blank("xx")))
    with pytest.raises(ValueError, match=r"A corpus has no path.*--paths.train train.spacy"):
        list(SentenceCorpus(path)(spacy.blank("xx")))


def test_a_piece_has_what_a_tagger_learns_from(tmp_path):
    nlp = spacy.blank("xx")
    n = 160
    doc = Doc(
        nlp.vocab,
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
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "data.spacy")
    random.seed(0)
    pieces = [eg.reference for eg in SentenceCorpus(tmp_path / "data.spacy", max_sents=3)(nlp)]
    assert "".join(piece.text_with_ws for piece in pieces) == doc.text_with_ws
    tokens = [token for piece in pieces for token in piece]
    for name in ("tag_", "pos_", "morph", "lemma_", "is_sent_start"):
        got = [str(getattr(token, name)) for token in tokens]
        assert got == [str(getattr(token, name)) for token in doc]
    assert numpy.concatenate([soft_tags_of(piece).tags for piece in pieces]).tolist() == (
        soft.tags.tolist()
    )


def test_a_piece_has_what_a_parser_and_an_entity_recognizer_learn_from(tmp_path):
    doc = Doc(
        spacy.blank("xx").vocab,
        words=["She", "saw", "New", "York", ".", "It", "rained", "."],
        tags=["PRP", "VBD", "NNP", "NNP", ".", "PRP", "VBD", "."],
        heads=[1, 1, 3, 1, 1, 6, 6, 6],
        deps=["nsubj", "ROOT", "compound", "obj", "punct", "nsubj", "ROOT", "punct"],
        ents=["O", "O", "B-GPE", "I-GPE", "O", "O", "O", "O"],
    )
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    first, second = (example.reference for example in read(tmp_path))
    assert [token.head.text for token in first] == ["saw", "saw", "York", "saw", "saw"]
    assert [token.dep_ for token in second] == ["nsubj", "ROOT", "punct"]
    assert [entity.text for entity in first.ents] == ["New York"]
    assert not second.ents


def test_a_sentence_with_several_roots(tmp_path):
    doc = Doc(
        spacy.blank("xx").vocab,
        words=["Er", ",", "kam", "."],
        tags=["PPER", "$,", "VVFIN", "$."],
        heads=[2, 1, 2, 3],
        deps=["nsubj", "punct", "ROOT", "punct"],
    )
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    pieces = [example.reference for example in read(tmp_path)]
    assert [token.text for piece in pieces for token in piece] == ["Er", ",", "kam", "."]
    assert tags(pieces[0]) == ["PPER"]
    assert all(token.head.doc is piece for piece in pieces for token in piece)


def test_an_entity_is_not_cut(tmp_path):
    doc = Doc(
        spacy.blank("xx").vocab,
        words=["See", "New", "York"],
        tags=["VB", "NNP", "NNP"],
        sent_starts=[True, False, True],
        ents=["O", "B-GPE", "I-GPE"],
    )
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    (example,) = read(tmp_path)
    assert [entity.text for entity in example.reference.ents] == ["New York"]


def test_an_entity_at_the_beginning_may_have_no_beginning(tmp_path):
    doc = Doc(
        spacy.blank("xx").vocab,
        words=["New", "York", "grew", "It", "did"],
        tags=["NNP", "NNP", "VBD", "PRP", "VBD"],
        sent_starts=[True, False, False, True, False],
        ents=["I-GPE", "I-GPE", "O", "O", "O"],
    )
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    assert [example.reference.text for example in read(tmp_path)] == ["New York grew ", "It did "]


def test_missing_annotation_stays_missing(tmp_path):
    vocab = spacy.blank("xx").vocab
    doc = Doc(vocab, words=["a", "b", "c"], tags=["A", "", "C"], sent_starts=[True, False, True])
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    first, second = (eg.reference for eg in read(tmp_path))
    assert [*tags(first), *tags(second)] == ["A", "", "C"]
    for name in ("POS", "MORPH", "LEMMA"):
        assert not first.has_annotation(name)


def test_a_doc_without_sentences_is_not_cut(tmp_path):
    doc = Doc(spacy.blank("xx").vocab, words=["a", "b"], tags=["A", "B"])
    doc.spans["names"] = [Span(doc, 0, 1)]
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    (example,) = read(tmp_path)
    assert len(example.reference.spans["names"]) == 1


def test_text_with_unknown_spaces_keeps_its_tokens(tmp_path):
    doc = Doc(spacy.blank("xx").vocab, words=["don't", "go"], sent_starts=[True, True])
    assert doc.has_unknown_spaces
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    assert [len(example.x) for example in read(tmp_path, gold_preproc=False)] == [1, 1]


def test_tagged_text_that_is_not_converted_yet(tmp_path):
    (tmp_path / "train.conllu").write_text("1\ta\n")
    with pytest.raises(ValueError, match=r"convert-tags \S*train.conllu \S*train.spacy"):
        read(tmp_path / "train.conllu")
    with pytest.raises(ValueError, match=r"no .spacy file in .*convert-tags"):
        read(tmp_path)


def test_annotation_that_pieces_do_not_have_is_named(tmp_path):
    nlp = spacy.blank("en")
    doc = Doc(nlp.vocab, words=["He", "left"], sent_starts=[True, False])
    doc.cats = {"A": 1.0}
    DocBin(docs=[doc, doc]).to_disk(tmp_path / "data.spacy")
    with pytest.warns(UserWarning, match=r"data.spacy has categories or spans") as warned:
        assert len(list(SentenceCorpus(tmp_path / "data.spacy")(nlp))) == 2
    assert len(warned) == 1
