"""What the files of pipelines/ share that make sentences out of the trees of treebanks."""

import random
from dataclasses import replace
from pathlib import Path

from gold import Sentence, Token, read_part, settle
from phrases import capitalized

# Tags of which a part of a sentence often has one of a pair alone.
CUT_OFF = ("``", "''", "-LRB-", "-RRB-")
# Tags of punctuation at the end.
ENDS = (".", ",", ":")
# Features of numbers and of singular nouns.
NUMBER = "NumForm=Digit|NumType=Card"
SINGULAR = "Number=Sing"
# Tags of finite verbs, and the forms of "do" that have them.
FINITE = {"VBZ": "does", "VBP": "do", "VBD": "did"}
# Words of a command, a question or a statement.
LONGEST = 14


def read_settled(folder: Path) -> list[Sentence]:
    """Read the training part of a treebank, with the part of speech of the words whose features are
    known."""
    return [
        [without_upos(token) for token in settle(sentence)]
        for sentence in read_part(folder, "train")
    ]


def without_upos(token: Token) -> Token:
    """A token without features loses its part of speech, because both are one label."""
    return token if token.feats else replace(token, upos="")


def without_end(sentence: Sentence) -> Sentence:
    """Remove the punctuation at the end."""
    while sentence and sentence[-1].xpos in ENDS:
        sentence = sentence[:-1]
    return sentence


def is_odd_subject(subject: Sentence) -> bool:
    """Whether the words before a verb have more than a subject in them, such as a conjunction, a
    verb or a mark."""
    return subject[0].xpos in ("CC", "IN", "UH") or any(t.xpos[:1] in "VMW,:." for t in subject)


def spaced(words: Sentence) -> Sentence:
    """Words after which another one follows."""
    return [*words[:-1], replace(words[-1], space=True)] if words else []


def finish(words: Sentence, end: str, draw: random.Random) -> Sentence:
    """Make a sentence, mostly with a capital, and with its final punctuation."""
    words = list(words)
    if draw.random() < 0.8:
        words[0] = capitalized(words[0])
    words[-1] = replace(words[-1], space=not end)
    if end:
        words.append(Token(end, end, "PUNCT", ".", "_", head=0, relation="punct", space=True))
    return words
