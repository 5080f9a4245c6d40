"""Words and their lemmas, and pipelines that learn from them."""

import spacy
from spacy.lookups import Lookups
from spacy.tokens import Doc
from spacy.training import Example

WORDS = [
    ("walks", "VBZ", "walk"), ("talks", "VBZ", "talk"), ("goes", "VBZ", "go"), ("Is", "VBZ", "be"),
    ("walked", "VBD", "walk"), ("went", "VBD", "go"), ("planned", "VBD", "plan"),
    ("banned", "VBD", "ban"), ("saved", "VBD", "save"), ("loved", "VBD", "love"),
    ("talked", "VBD", "talk"), ("asked", "VBD", "ask"),
    ("dogs", "NNS", "dog"), ("cities", "NNS", "city"), ("duties", "NNS", "duty"),
    ("men", "NNS", "man"), ("walks", "NNS", "walk"), ("saw", "VBD", "see"), ("saw", "NN", "saw"),
    ("Cat", "NN", "cat"), ("time", "NN", "time"), ("Sept.", "NNP", "September"),
    ("London", "NNP", "London"), ("Paris", "NNP", "Paris"), ("I", "PRP", "I"), ("me", "PRP", "I"),
]  # fmt: skip
POS = {"VBZ": "VERB", "VBD": "VERB", "NNS": "NOUN", "NN": "NOUN", "NNP": "PROPN", "PRP": "PRON"}


def examples(nlp):
    words, tags, lemmas = zip(*WORDS, strict=True)
    doc = Doc(nlp.vocab, words=list(words), tags=list(tags), lemmas=list(lemmas))
    return [Example(doc.copy(), doc)]


def lemma(nlp, word, tag):
    (token,) = nlp(Doc(nlp.vocab, words=[word], tags=[tag]))
    return token.lemma_


def with_tables(more_words=(), **tables):
    """A pipeline that learned from the words, and has tables as spaCy's rule lemmatizer has."""
    nlp = spacy.blank("xx")
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(f"lemma_{name}", table)
    words, tags, lemmas = zip(*WORDS, *more_words, strict=True)
    pos = [POS[tag] for tag in tags]
    doc = Doc(nlp.vocab, words=list(words), tags=list(tags), lemmas=list(lemmas), pos=pos)
    pipe = nlp.add_pipe("tag_lemmatizer")
    pipe.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp, lookups=lookups)
    return nlp
