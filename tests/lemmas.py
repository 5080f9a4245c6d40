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


def examples(nlp, rows=WORDS, pos=None):
    """An example of words with their tags and lemmas."""
    words, tags, lemmas = map(list, zip(*rows, strict=True))
    doc = Doc(nlp.vocab, words=words, tags=tags, lemmas=lemmas, pos=pos)
    return [Example(doc.copy(), doc)]


def learned(rows=WORDS, lang="xx", pos=None, **tables):
    """A pipeline that learned from words with their tags and lemmas, and has tables as spaCy's rule
    lemmatizer has."""
    nlp = spacy.blank(lang)
    lookups = Lookups() if tables else None
    for name, table in tables.items():
        lookups.add_table(f"lemma_{name}", table)
    pipe = nlp.add_pipe("tag_lemmatizer")
    pipe.initialize(lambda: examples(nlp, rows, pos), nlp=nlp, lookups=lookups)
    return nlp


def with_tables(more_words=(), **tables):
    """A pipeline that learned from `WORDS` and more words, and has tables."""
    rows = [*WORDS, *more_words]
    return learned(rows, pos=[POS[tag] for _, tag, _ in rows], **tables)


def lemma(nlp, word, tag):
    (token,) = nlp(Doc(nlp.vocab, words=[word], tags=[tag]))
    return token.lemma_
