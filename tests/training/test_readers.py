import random

import pytest
import spacy
from helpers import tags
from spacy.tokens import Doc, DocBin, Span, Token
from spacy.tokens.underscore import Underscore

from spacy_lstm_tagger.training.corpus import SentenceCorpus


@pytest.fixture
def path(tmp_path):
    words = [letter for letter in "abcdefghij" for _ in range(2)]
    doc = Doc(spacy.blank("en").vocab, words=words, tags=words, sent_starts=[True, False] * 10)
    plain = Doc(doc.vocab, words=["x", "y", "z"], tags=["x", "y", "z"])
    DocBin(docs=[doc, plain, Doc(doc.vocab)]).to_disk(tmp_path / "data.spacy")
    return tmp_path / "data.spacy"


def read(path, **config):
    return list(SentenceCorpus(path, **config)(spacy.blank("en")))


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
    (own,) = read(tmp_path, gold_preproc=False)
    assert [len(gold.x), len(own.x)] == [1, 2]


def test_limit_counts_over_all_files(path):
    (path.parent / "more.spacy").write_bytes(path.read_bytes())
    assert len(read(path.parent, limit=1)) == 10
    assert len(read(path.parent, limit=3)) == 10 + 1 + 10


@pytest.mark.parametrize("path", [None, ""])
def test_no_path(path):
    with pytest.raises(ValueError, match=r"A corpus has no path.*--paths.train train.spacy"):
        SentenceCorpus(path)


@pytest.fixture
def attributes(monkeypatch):
    for kind in ("doc", "span", "token"):
        monkeypatch.setattr(Underscore, f"{kind}_extensions", {})
    for cls in (Doc, Span, Token):
        cls.set_extension("note", default=None)


def test_a_sentence_keeps_all_that_is_said_of_it(tmp_path, attributes):
    nlp = spacy.blank("en")
    words = ["Ann", "saw", "Bob", "Lee", ".", "He", "left", "New", "York", "."]
    doc = Doc(nlp.vocab, words=words, tags=words, sent_starts=[i in (0, 5) for i in range(10)])
    doc.ents = [Span(doc, 2, 4, label="PERSON", kb_id="Q1"), Span(doc, 7, 9, label="GPE")]
    doc.cats = {"news": 1.0, "sport": 0.0}
    doc.spans["names"] = [Span(doc, 0, 1, label="A"), Span(doc, 7, 9, label="B", span_id="Q60")]
    doc.spans["names"].attrs["annotator"] = "one"
    doc.spans["across"] = [Span(doc, 4, 6)]
    doc.spans["none"] = []
    doc._.note, doc[1]._.note, doc[6]._.note, doc[7:9]._.note = "doc", "saw", "left", "city"
    doc[4:6]._.note = "across"
    doc.user_data["source"] = "a paper"
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "data.spacy")
    first, second = (eg.reference for eg in SentenceCorpus(tmp_path / "data.spacy")(nlp))
    for piece in (first, second):
        assert piece.cats == {"news": 1.0, "sport": 0.0}
        assert (piece._.note, piece.user_data["source"]) == ("doc", "a paper")
        assert set(piece.spans) == {"names", "across", "none"}
        assert not piece.spans["across"]
        assert piece.spans["names"].attrs == {"annotator": "one"}
        assert piece[0:1]._.note is None
    assert [(span.text, span.label_) for span in first.spans["names"]] == [("Ann", "A")]
    (city,) = second.spans["names"]
    assert (city.text, city.label_, city.id_) == ("New York", "B", "Q60")
    assert [(ent.text, ent.kb_id_) for ent in first.ents] == [("Bob Lee", "Q1")]
    assert [token._.note for token in first] == [None, "saw", None, None, None]
    assert [token._.note for token in second] == [None, "left", None, None, None]
    assert second[2:4]._.note == "city"


def test_a_piece_has_the_annotation_of_span_as_doc(tmp_path, attributes):
    nlp = spacy.blank("en")
    n = 160  # in 40 sentences, so that pieces are cut out of parts
    doc = Doc(
        nlp.vocab,
        words=[f"w{i}" for i in range(n)],
        spaces=[i % 5 > 0 for i in range(n)],
        tags=[f"T{i % 7}" for i in range(n)],
        pos=["NOUN", "VERB"] * 80,
        morphs=["Number=Sing", "_"] * 80,
        lemmas=[f"l{i}" for i in range(n)],
        heads=[i // 4 * 4 for i in range(n)],  # each sentence has four tokens
        deps=["ROOT", "a", "b", "c"] * 40,
        ents=(["O", "B-X", "I-X", "B-Y", "I-Y", "O"] * 27)[:n],  # some go on in the next sentence
    )
    doc.spans["a"] = [Span(doc, i, i + 1, label="S") for i in range(n)]
    for token in doc:
        token._.note = token.text
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "data.spacy")
    attrs = ["TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "SENT_START"]
    random.seed(0)
    examples = list(SentenceCorpus(tmp_path / "data.spacy", max_sents=3)(nlp))
    assert 15 < len(examples) < 25
    start = 0
    for example in examples:
        piece = example.reference
        expected = doc[start : start + len(piece)].as_doc()
        assert piece.text_with_ws == expected.text_with_ws
        assert (piece.to_array(attrs) == expected.to_array(attrs)).all()
        assert [span.text for span in piece.spans["a"]] == [token.text for token in expected]
        assert [token._.note for token in piece] == [token.text for token in expected]
        start += len(piece)
    assert start == n


def test_text_with_unknown_spaces_keeps_its_tokens(tmp_path):
    doc = Doc(spacy.blank("en").vocab, words=["don't", "go"], sent_starts=[True, True])
    assert doc.has_unknown_spaces
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    assert [len(example.x) for example in read(tmp_path, gold_preproc=False)] == [1, 1]


def test_tagged_text_that_is_not_converted_yet(tmp_path):
    (tmp_path / "train.conllu").write_text("1\ta\n")
    with pytest.raises(ValueError, match=r"convert-tags \S*train.conllu \S*train.spacy"):
        read(tmp_path / "train.conllu")
    with pytest.raises(ValueError, match=r"no .spacy file in .*convert-tags"):
        read(tmp_path)
