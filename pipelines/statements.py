"""Makes statements out of short statements, with verbs that could be nouns or another tense.

"He presents a list", "I always read it", "Then 20 cut it": what is around a verb tells that it is
one, or which tense it is in.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from composed import draw_adverb, third_person
from sentences import (
    FINITE,
    NUMBER,
    SINGULAR,
    Sentence,
    Token,
    finish,
    in_lower_case,
    is_odd_subject,
    short_clause,
    spaced,
    word,
)

OF_THEM = "Mood=Ind|Number=Plur|Person=3|Tense=Past|VerbForm=Fin"
# Words of a statement with a verb in the present and in the past.
HABITS = {
    "always": "PronType=Tot",
    "never": "PronType=Neg",
    "sometimes": "PronType=Ind",
    "usually": "_",
    "often": "",
    "still": "_",
}
EACH = ("day", "morning", "evening", "week", "night", "year")
CONDITIONS = ("if", "if", "if", "because", "unless")
# Occurrences of a form in the past from which on it is one that equals the verb's base.
USUAL = 3


def statements(
    sentence: Sentence, verbs: list[str], draw: random.Random, unchanged: list[str]
) -> Iterator[Sentence]:
    """Give a short statement another verb, and in part another subject or time."""
    parts = parts_of(sentence)
    if parts is None:
        return
    subject, verb, rest = parts
    chance = draw.random()
    words = [replace(verb, space=True)]
    if verb.xpos == "VBZ":
        base = draw.choice(verbs)
        if len(subject) > 1 and draw.random() < 0.2:
            subject = somebody(draw)
        if chance < 0.25:
            # Many writers leave out the ending: "if the user sync this".
            subject = [conjunction(draw), *subject]
            words = [replace(verb, word=base, lemma=base, xpos="VBP", upos="", feats="")]
        else:
            words = [replace(verb, word=third_person(base), lemma=base)]
    elif verb.xpos == "VBP":
        base = draw.choice(unchanged if draw.random() < 0.6 else verbs)
        words = [replace(verb, word=base, lemma=base)]
        if chance < 0.4:
            words = [draw_adverb(HABITS, draw), *words]
        elif chance < 0.8:
            every = word("every", "DT", "DET", "PronType=Tot")
            rest = [*spaced(rest), every, word(draw.choice(EACH), "NN", "NOUN", SINGULAR)]
    else:
        base = draw.choice(unchanged)
        words = [replace(verb, word=base, lemma=base)]
        if chance < 0.3:
            subject = [word(str(draw.randint(2, 99)), "CD", "NUM", NUMBER)]
            words = [replace(words[0], feats=OF_THEM)]
            if draw.random() < 0.5:
                subject = [word("then", "RB", "ADV", "PronType=Dem"), *subject]
        elif chance < 0.8:
            yesterday = [word("yesterday", "NN", "NOUN", SINGULAR)]
            rest = [*spaced(rest), *draw.choice((yesterday, last_time(draw)))]
    yield finish([*subject, *spaced(words), *rest], draw.choice((".", ".", "!", "")), draw)


def unchanged_verbs(sentences: list[Sentence]) -> list[str]:
    """Find the verbs whose past equals their base, as "read"."""
    pasts = Counter(
        token.lemma
        for sentence in sentences
        for token in sentence
        if token.xpos == "VBD" and token.word == token.lemma
    )
    return sorted(verb for verb, n in pasts.items() if n >= USUAL)


def parts_of(sentence: Sentence) -> tuple[Sentence, Token, Sentence] | None:
    """Split a short statement into its subject, its verb and the rest; None if it has another
    form, or other words before the verb."""
    clause = short_clause(sentence, shortest=2)
    if clause is None:
        return None
    words, root = clause
    if not 0 < root < len(words) or words[root].xpos not in FINITE or words[root].upos != "VERB":
        return None
    subject = words[:root]
    of_verb = [token.relation for token in subject if token.head == root + 1]
    if of_verb != ["nsubj"] or is_odd_subject(subject):
        return None
    return [in_lower_case(subject[0]), *subject[1:]], words[root], words[root + 1 :]


def conjunction(draw: random.Random) -> Token:
    """The first word of a condition."""
    if draw.random() < 0.2:
        return word("when", "WRB", "ADV", "PronType=Int")
    return word(draw.choice(CONDITIONS), "IN", "SCONJ")


def last_time(draw: random.Random) -> Sentence:
    """A time in the past, as "last week"."""
    noun = word(draw.choice(EACH), "NN", "NOUN", SINGULAR)
    return [word("last", "JJ", "ADJ", "Degree=Pos"), noun]


def somebody(draw: random.Random) -> Sentence:
    """A person's age as a subject: "a 25-year-old"."""
    article = word("a", "DT", "DET", "Definite=Ind|PronType=Art")
    age = word(str(draw.randint(2, 99)), "CD", "NUM", NUMBER, space=False)
    hyphen = word("-", "HYPH", "PUNCT", space=False)
    year = word("year", "NN", "NOUN", SINGULAR, space=False)
    return [article, age, hyphen, year, hyphen, word("old", "NN", "NOUN", SINGULAR)]
