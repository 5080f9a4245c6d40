"""Short texts in which it is hard to see where a sentence begins."""

import random

import pytest
import spacy
from joined import Joiner, is_plain, runs
from sentences import Token, spaced, to_doc
from web_tokenizer import set_tokenizer


def sentence(text):
    """A sentence of word/tag, whose first name is the subject."""
    tokens = []
    for pair in text.split():
        word, tag = pair.split("/")
        upos = "PROPN" if tag == "NNP" else "PUNCT" if tag == "." else "VERB"
        relation = "nsubj" if tag == "NNP" else ""
        tokens.append(Token(word, word, upos, tag, "_", 0, relation))
    return [*spaced(tokens[:-1], False), tokens[-1]]


FIRST = sentence("Then/RB Maria/NNP left/VBD early/RB ./.")
SECOND = sentence("Nobody/NN saw/VBD her/PRP ?/.")


@pytest.fixture(scope="module")
def texts():
    """Many texts of the two sentences."""
    joiner = Joiner([[FIRST, SECOND]], random.Random(0))
    return [joiner.join([FIRST, SECOND]) for _ in range(300)]


def test_texts_have_the_words_that_the_tokenizer_finds(texts):
    nlp = spacy.blank("en")
    set_tokenizer(nlp)
    for text in texts:
        doc = to_doc(nlp.vocab, text)
        assert [token.text for token in nlp(doc.text.strip())] == [token.text for token in doc]
        assert len(list(doc.sents)) == 2


def test_sentences_get_abbreviations_quotation_marks_and_speakers(texts):
    nlp = spacy.blank("en")
    found = " ".join(to_doc(nlp.vocab, text).text for text in texts)
    for part in (
        "Mr. Maria left",
        "Maria Inc. left",
        " on Jan. ",
        "(see Fig. ",
        'early," said Maria',
    ):
        assert part in found, part


def test_what_has_no_certain_tag_has_none(texts):
    tags = {}
    for token in (token for text in texts for part in text for token in part):
        tags.setdefault(token.word, set()).add(token.xpos)
    assert tags["Fig."] == tags["No"] == {""}
    assert tags["Mr."] == tags["Dec."] == {"NNP"}


def test_only_short_whole_sentences_are_joined():
    assert is_plain(FIRST)
    assert not is_plain(FIRST[:-1])
    assert not is_plain(sentence("then/RB Maria/NNP left/VBD early/RB ./."))
    assert runs([FIRST, SECOND, FIRST[:-1], SECOND]) == [[FIRST, SECOND]]
