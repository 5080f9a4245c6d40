"""Makes commands, questions and headings out of the trees of treebanks.

    python pipelines/commands.py treebanks/en_ewt treebanks/en_gum --verbs verbs.txt \
      --output training/gold/commands-train.spacy

Treebanks have few commands: they are news, letters, and talk about others. But each infinitive and
each verb after a modal has the words of one: "I want to try the soup" has "Try the soup". Each
statement has the words of a question. Nouns without their article are headings, so that the
network does not learn that each capitalized word without a subject is a verb.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import typer
from gold import IMPERATIVE, Sentence, Token, read_part, settle, write

FINITE = {"VBZ": "does", "VBP": "do", "VBD": "did"}
SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "expl")
OBJECTS = ("obj", "iobj")
# Parts of a clause that are no part of the command in it.
LEFT_OUT = (*SUBJECTS, "aux", "aux:pass", "cc", "conj", "mark", "parataxis", "punct", "discourse")
# A part of a sentence often has one of a pair alone.
CUT_OFF = ("``", "''", "-LRB-", "-RRB-")
LONGEST = 14  # Words of a command or question.
WH_WORDS = ("why", "how", "when", "where")


def main(
    treebanks: list[Path] = typer.Argument(..., help="Folders with *-train.conllu"),
    verbs: Path = typer.Option(..., help="Text file of verbs, one a line, that are nouns, too"),
    output: Path = typer.Option(..., help="The .spacy file to write"),
    most: int = typer.Option(6000, help="Commands; half as many questions, and as many headings"),
    seed: int = typer.Option(0, help="Seed of the random numbers"),
) -> None:
    """Make commands, questions and headings out of trees."""
    draw = random.Random(seed)
    homographs = verbs.read_text(encoding="utf8").split()
    sentences = [list(map(bare, settle(s))) for path in treebanks for s in read_part(path, "train")]
    makers = {commands: most, questions: most // 2, headings: most // 2}
    made: list[Sentence] = []
    for make, n in makers.items():
        found = [s for sentence in sentences for s in make(sentence, homographs, draw)]
        draw.shuffle(found)
        made += found[:n]
    draw.shuffle(made)
    write(made, output, n_sents=1)


def bare(token: Token) -> Token:
    """A token of a treebank without features loses its part of speech: both are one label."""
    return token if token.feats else replace(token, upos="")


def commands(sentence: Sentence, homographs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """The commands in a sentence: what follows an infinitive, or a verb after a modal."""
    for start, verb in enumerate(sentence):
        if verb.xpos != "VB" or verb.upos == "AUX":
            continue
        rest = clause(sentence, start)
        if not rest or len(rest) > LONGEST or any(t.xpos in CUT_OFF for t in rest):
            continue
        has_object = any(t.head == start + 1 and t.relation in OBJECTS for t in rest)
        word = verb.word.lower()
        if has_object and draw.random() < 0.5:
            word = draw.choice(homographs)
            if draw.random() < 0.5:
                rest = [t for t in rest if t.head == start + 1 and t.relation in OBJECTS or t.xpos != "DT"]
        imperative = replace(verb, word=word, lemma=word, upos="VERB", feats=IMPERATIVE)
        command = [replace(imperative, space=True), *rest]
        chance = draw.random()
        if chance < 0.08:
            command = [adverb("please", "UH", "INTJ"), *command]
        elif chance < 0.12:
            command = [adverb(draw.choice(("now", "then", "just", "always", "never")), "RB", "ADV"), *command]
        yield finished(command, draw.choice(("", "", ".", ".", ".", "!")), draw)


def clause(sentence: Sentence, start: int) -> Sentence:
    """The words of a verb's clause that follow it without a gap; none if there is a gap."""
    inside = {start + 1}
    left_out = {
        i + 1 for i, t in enumerate(sentence) if t.head == start + 1 and t.relation in LEFT_OUT
    }
    grown = True
    while grown:
        more = {
            i + 1
            for i, t in enumerate(sentence)
            if t.head in inside and i + 1 not in inside and i + 1 not in left_out
        }
        inside |= more
        grown = bool(more)
    after = sorted(number for number in inside if number > start + 1)
    if not after or after != list(range(start + 2, start + 2 + len(after))):
        return []
    rest = sentence[start + 1 : after[-1]]
    while rest and rest[-1].xpos in (".", ",", ":"):
        rest = rest[:-1]
    return rest


def questions(sentence: Sentence, homographs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """The question that a short statement is the answer to."""
    roots = [i for i, t in enumerate(sentence) if t.head == 0]
    while sentence and sentence[-1].xpos in (".", ",", ":"):
        sentence = sentence[:-1]
    if any(t.xpos in CUT_OFF for t in sentence):
        return
    if not roots or not 3 <= len(sentence) <= LONGEST:
        return
    root = roots[0]
    subjects = [i for i, t in enumerate(sentence) if t.head == root + 1 and t.relation in SUBJECTS]
    helpers = [
        i for i, t in enumerate(sentence)
        if t.head == root + 1 and t.relation in ("aux", "cop", "aux:pass")
    ]
    first = helpers[0] if helpers else root
    if len(subjects) != 1 or not 0 < first < len(sentence) or not subjects[0] < first:
        return
    subject = sentence[:first]
    if subject[0].xpos in ("CC", "IN", "UH") or any(t.xpos[:1] in "VMW,:." for t in subject):
        return
    verb = sentence[first]
    rest = sentence[first + 1 :]
    if helpers:
        if verb.word.startswith(("'", "’")) or rest[:1] and rest[0].word in ("n't", "n’t"):
            return
        helper = replace(verb, word=verb.word.lower(), space=True)
    else:
        if verb.xpos not in FINITE or not verb.lemma or verb.upos != "VERB":
            return
        does = FINITE[verb.xpos]
        helper = replace(verb, word=does, lemma="do", upos="AUX", space=True)
        base = verb.lemma
        if draw.random() < 0.2:
            base = draw.choice(homographs)
        infinitive = replace(verb, word=base, lemma=base, xpos="VB", feats="VerbForm=Inf" if verb.feats else "")
        rest = [replace(infinitive, space=True), *rest]
    head, *others = subject
    if head.xpos not in ("NNP", "NNPS") and head.word != "I":
        head = replace(head, word=head.word.lower())
    question = [helper, head, *others, *rest]
    if draw.random() < 0.3:
        question = [adverb(draw.choice(WH_WORDS), "WRB", "ADV", "PronType=Int"), *question]
    yield finished(question, draw.choice(("?", "?", "?", "")), draw)


def headings(sentence: Sentence, homographs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """Short noun phrases without their article."""
    for number, noun in enumerate(sentence, start=1):
        if noun.xpos not in ("NN", "NNS"):
            continue
        start = number - 1
        while start and sentence[start - 1].head == number and sentence[start - 1].relation in ("compound", "amod"):
            start -= 1
        words = sentence[start:number]
        if 2 <= len(words) <= 4:
            yield finished(words, draw.choice(("", "", "", ".")), draw)


def adverb(word: str, xpos: str, upos: str, feats: str = "_") -> Token:
    return Token(word, word, upos, xpos, feats, 0, "", True)


def finished(words: Sentence, end: str, draw: random.Random) -> Sentence:
    """A sentence of its own, mostly with a capital, and with its final punctuation."""
    if draw.random() < 0.8:
        first = words[0]
        words = [replace(first, word=first.word[0].upper() + first.word[1:]), *words[1:]]
    words = [*words[:-1], replace(words[-1], space=not end)]
    if end:
        words.append(Token(end, end, "PUNCT", ".", "_", 0, "punct", True))
    return words


if __name__ == "__main__":
    typer.run(main)
