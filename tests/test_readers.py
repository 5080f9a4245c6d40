import random

import pytest
import spacy
from helpers import tags
from spacy.tokens import Doc, DocBin

from spacy_lstm_tagger.readers import SentenceCorpus


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
    for _ in range(20):
        examples = read(path, max_sents=4)
        lengths = [len(example.x) // 2 for example in examples[:-1]]
        assert sum(lengths) == 10
        assert 1 <= min(lengths) <= max(lengths) <= 4
        words = [token.text for example in examples for token in example.x]
        assert "".join(words) == "aabbccddeeffgghhiijjxyz"
        assert [tag for example in examples for tag in tags(example.y)] == words


def test_pieces_follow_the_seed(path):
    runs = []
    for _ in range(2):
        random.seed(3)
        runs.append([len(example.x) for example in read(path, max_sents=4)])
    assert runs[0] == runs[1]


def test_tokens_of_the_tokenizer(tmp_path):
    doc = Doc(spacy.blank("en").vocab, words=["don't"], tags=["V"])
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    (gold,) = read(tmp_path)
    (own,) = read(tmp_path, gold_preproc=False)
    assert [len(gold.x), len(own.x)] == [1, 2]


def test_limit_counts_over_all_files(path):
    (path.parent / "more.spacy").write_bytes(path.read_bytes())
    assert len(read(path.parent, limit=1)) == 10
    assert len(read(path.parent, limit=3)) == 10 + 1 + 10


def test_config_value_out_of_range(path):
    with pytest.raises(ValueError, match="max_sents = 0"):
        SentenceCorpus(path, max_sents=0)
