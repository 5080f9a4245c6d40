"""Sentences of treebanks: how they are read, how they are changed, and how they become Docs.

gold.py and the scripts that make other sentences out of the trees share this.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from wasabi import msg

from spacy_lstm_tagger.tools.text.formats.conllu import Spaces, split_row
from spacy_lstm_tagger.tools.text.gold_token import lemma_of, value_of

# Sentences in a Doc.
N_SENTS = 10
# Features of the verb of a command.
IMPERATIVE = "Mood=Imp|VerbForm=Fin"
# Tags of which a part of a sentence often has one of a pair alone.
CUT_OFF = ("``", "''", "-LRB-", "-RRB-")
# Tags of punctuation at the end.
ENDS = (".", ",", ":")
# Tags of finite verbs, and the forms of "do" that have them.
FINITE = {"VBZ": "does", "VBP": "do", "VBD": "did"}
# Words of a command or a question.
LONGEST = 14


@dataclass(frozen=True)
class Token:
    """A word of a treebank. An empty value is unknown; features can be known to be none: `_`."""

    word: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int = 0
    relation: str = ""
    space: bool = True


Sentence = list[Token]


def read_part(folder: Path, part: str) -> list[Sentence]:
    """Read one part of a treebank."""
    paths = list(folder.glob(f"*-{part}.conllu"))
    if len(paths) != 1:
        raise ValueError(f"{folder} has {len(paths)} files *-{part}.conllu. A treebank has one.")
    return list(read_sentences(paths[0]))


def read_sentences(path: Path) -> Iterator[Sentence]:
    """Read the sentences of a .conllu file. The words of a multiword token take its place."""
    lines = enumerate(path.read_text(encoding="utf8").split("\n"), start=1)
    sentences = []
    # Blank lines stand between sentences.
    for _, block in groupby(lines, key=lambda numbered: bool(numbered[1])):
        spaces = Spaces()
        words = []
        for number, line in block:
            if line and not line.startswith("#"):
                row = split_row(line, number)
                space = spaces.after(row[0], row[9], number)
                if space is not None:
                    words.append((row, space))
        spaces.check_range()
        if words:
            sentences.append(words)
    # "Okay." has no features in a treebank that has them.
    has_lemmas = any(row[2] != "_" for words in sentences for row, _ in words)
    has_features = any(row[5] != "_" for words in sentences for row, _ in words)
    for words in sentences:
        yield [
            Token(
                word=row[1],
                lemma=lemma_of(row[2], row[1]) if has_lemmas else "",
                upos=row[3],
                xpos=value_of(row[4]),
                feats=row[5] if has_features else "",
                head=int(row[6]),
                relation=row[7],
                space=space,
            )
            for row, space in words
        ]


def write(sentences: list[Sentence], path: Path, n_sents: int = N_SENTS) -> None:
    """Write sentences as a DocBin, some sentences in each Doc."""
    starts = range(0, len(sentences), n_sents)
    write_docs([sentences[start : start + n_sents] for start in starts], path)


def write_docs(pieces: list[list[Sentence]], path: Path) -> None:
    """Write the sentences of each Doc as a DocBin."""
    vocab = Vocab()
    docs = DocBin(attrs=["ORTH", "SPACY", "TAG", "POS", "MORPH", "LEMMA", "SENT_START"])
    known: Counter[str] = Counter()
    n_words = 0
    for sentences in pieces:
        docs.add(to_doc(vocab, sentences))
        for token in (token for sentence in sentences for token in sentence):
            n_words += 1
            for name in ("xpos", "upos", "feats", "lemma"):
                known[name] += bool(getattr(token, name))
    path.parent.mkdir(parents=True, exist_ok=True)
    docs.to_disk(path)
    shares = ", ".join(f"{name} {n / n_words:.1%}" for name, n in known.items())
    msg.good(f"{path} ({n_words:,} words; known: {shares})")


def to_doc(vocab: Vocab, sentences: list[Sentence]) -> Doc:
    tokens = [token for sentence in sentences for token in sentence]
    doc = Doc(
        vocab,
        words=[token.word for token in tokens],
        spaces=[token.space for token in tokens],
        tags=[token.xpos for token in tokens],
        pos=[token.upos for token in tokens],
        morphs=[token.feats for token in tokens],
        lemmas=[token.lemma for token in tokens],
        sent_starts=[i == 0 for sentence in sentences for i in range(len(sentence))],
    )
    # In a Doc, no features are a value, and zero is an unknown one.
    morphs = doc.to_array("MORPH")
    morphs[[not token.feats for token in tokens]] = 0
    doc.from_array(["MORPH"], morphs.reshape(-1, 1))
    return doc


def word(
    text: str, xpos: str, upos: str, feats: str = "_", lemma: str | None = None, space: bool = True
) -> Token:
    """A word that stands in no tree. Without another lemma, it is its own."""
    return Token(text, text if lemma is None else lemma, upos, xpos, feats, space=space)


def comma() -> Token:
    return word(",", ",", "PUNCT")


def in_lower_case(token: Token) -> Token:
    """The first word of a sentence as it is inside of one."""
    if token.xpos in ("NNP", "NNPS") or token.word == "I":
        return token
    return replace(token, word=token.word.lower())


def capitalized(token: Token) -> Token:
    """The first word of a sentence."""
    return replace(token, word=token.word[0].upper() + token.word[1:])


def with_spaces(words: Sentence) -> Sentence:
    """Words with a space after each."""
    return [replace(token, space=True) for token in words]


def without_end(sentence: Sentence) -> Sentence:
    """Remove the punctuation at the end."""
    while sentence and sentence[-1].xpos in ENDS:
        sentence = sentence[:-1]
    return sentence


def children(sentence: Sentence, head: int, relations: Collection[str]) -> list[int]:
    """The indices of a word's dependents with some relations.

    head (int): Index of the word. The heads in a tree are numbers from 1.
    """
    return [i for i, t in enumerate(sentence) if t.head == head + 1 and t.relation in relations]


def short_clause(sentence: Sentence, shortest: int) -> tuple[Sentence, int] | None:
    """A short sentence without the punctuation at the end, and the index of its root. None for a
    sentence of another length, without a root, or with quotation marks or brackets."""
    roots = [i for i, token in enumerate(sentence) if token.head == 0]
    words = without_end(sentence)
    if not roots or not shortest <= len(words) <= LONGEST or has_pairs(words):
        return None
    return words, roots[0]


def has_pairs(words: Sentence) -> bool:
    """Whether some words have a quotation mark or a bracket among them."""
    return any(token.xpos in CUT_OFF for token in words)


def is_odd_subject(subject: Sentence) -> bool:
    """Whether the words before a verb have more than a subject in them, such as a conjunction, a
    verb or a mark."""
    return subject[0].xpos in ("CC", "IN", "UH") or any(t.xpos[:1] in "VMW,:." for t in subject)


def spaced(words: Sentence, space: bool = True) -> Sentence:
    """Words of which the last one has a space after it, or none."""
    return [*words[:-1], replace(words[-1], space=space)] if words else []


def finish(words: Sentence, end: str, draw: random.Random) -> Sentence:
    """Make a sentence, mostly with a capital, and with its final punctuation."""
    words = list(words)
    if draw.random() < 0.8:
        words[0] = capitalized(words[0])
    words[-1] = replace(words[-1], space=not end)
    if end:
        words.append(Token(end, end, "PUNCT", ".", "_", head=0, relation="punct", space=True))
    return words
