"""What the tests of the recipe share: a treebank's sentence, and pipelines with random weights."""

import pytest
import spacy
from helpers import LISTENER, LSTM
from sentences import read_sentences
from spacy.tokens import Doc
from spacy.training import Example

STATEMENT = """\
1	I	I	PRON	PRP	Case=Nom	2	nsubj	_	_
2	want	want	VERB	VBP	Mood=Ind	0	root	_	_
3	to	to	PART	TO	_	4	mark	_	_
4	try	try	VERB	VB	VerbForm=Inf	2	xcomp	_	_
5	the	the	DET	DT	Definite=Def	7	det	_	_
6	tomato	tomato	NOUN	NN	Number=Sing	7	compound	_	_
7	soup	soup	NOUN	NN	Number=Sing	4	obj	_	SpaceAfter=No
8	.	.	PUNCT	.	_	2	punct	_	_

"""


@pytest.fixture
def conllu():
    """A sentence of a treebank, as text."""
    return STATEMENT


@pytest.fixture
def read(tmp_path):
    """A function that reads the sentences of a treebank's text."""

    def read_text(text):
        path = tmp_path / "x.conllu"
        path.write_text(text, encoding="utf8")
        return list(read_sentences(path))

    return read_text


@pytest.fixture
def statement(conllu, read):
    """The same sentence, as tokens."""
    (sentence,) = read(conllu)
    return sentence


@pytest.fixture
def random_pipeline():
    """A function that makes a pipeline of an LSTM and a tagger, which knows two words."""
    pytest.importorskip("torch")

    def make(words):
        nlp = spacy.blank("en")
        nlp.add_pipe("tok2vec", config={"model": LSTM})
        model = {"@architectures": "spacy.Tagger.v2", "tok2vec": LISTENER}
        nlp.add_pipe("tagger", config={"model": model})
        examples = [Example.from_dict(Doc(nlp.vocab, words=words), {"tags": ["NNS", "VBP"]})]
        optimizer = nlp.initialize(lambda: examples)
        nlp.update(examples, sgd=optimizer)
        return nlp

    return make
