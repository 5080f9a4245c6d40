"""Pipelines and files for `spacy tag-text`."""

import gzip
import lzma

import pytest
import spacy
from helpers import CORPUS, TEXT, by_rules, make_nlp, run_command, said


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """An lstm_tagger, sentences, and parts of speech and lemmas by rules; not to be changed."""
    path = tmp_path_factory.mktemp("tag_text") / "model"
    nlp = make_nlp([("The dog ate the apple .", ["DET", "NN", "V", "DET", "NN", "."])], 15)
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"ORTH": "dog"}]], {"POS": "NOUN", "LEMMA": "dog", "MORPH": "Number=Sing"})
    nlp.add_pipe("sentencizer")
    nlp.to_disk(path)
    return path


@pytest.fixture
def run(model, tmp_path):
    """A function that runs `spacy tag-text` with a text, in a file and on standard input."""

    def run(*args, text=TEXT, pipeline=model):
        if isinstance(text, str):
            text = text.encode()
        (tmp_path / "book.txt").write_bytes(text)
        return run_command("tag-text", pipeline, *args, cwd=tmp_path, text=text)

    return run


@pytest.fixture(scope="session")
def rules(tmp_path_factory):
    """A pipeline that gives all words the same tag and lemma; not to be changed."""
    path = tmp_path_factory.mktemp("rules") / "model"
    by_rules("X", LEMMA="l").to_disk(path)
    return path


@pytest.fixture
def corpus(tmp_path):
    """A folder of text, of which some is compressed."""
    for name, text in CORPUS.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        if name.endswith(".gz"):
            data = gzip.compress(data)
        if name.endswith(".xz"):
            data = lzma.compress(data)
        path.write_bytes(data)
    return tmp_path / "corpus"


@pytest.fixture
def tag(rules, tmp_path):
    """A function that runs `spacy tag-text` with several files, and returns what it says."""

    def tag(*args, pipeline=rules, exit_code=0):
        done = run_command("tag-text", pipeline, *args, cwd=tmp_path)
        assert done.exit_code == exit_code, done.output
        assert done.stdout == ""
        return said(done)

    return tag


@pytest.fixture(scope="session")
def english():
    """An English pipeline that tags all words as X, and finds sentences; not to be changed."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{}]], {"TAG": "X", "POS": "NOUN", "LEMMA": "l"})
    return nlp
