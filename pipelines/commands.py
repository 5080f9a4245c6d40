"""Makes commands, labels, questions and headings out of the trees of treebanks.

    python pipelines/commands.py assets/en_ewt assets/en_gum --text assets/raw/books.txt.xz \
      --output training/gold/train/commands.spacy

Treebanks have few commands: they are news, letters, and talk about others. But each infinitive and
each verb after a modal has the words of one: "I want to try the soup" has "Try the soup". Each
statement has the words of a question. Nouns without their article are headings, so that the
network does not learn that each capitalized word without a subject is a verb. More headings are
pairs of nouns of raw text, see pipelines/compounds.py. All these are long, so pipelines/composed.py
composes short ones of phrases of the trees.

Some verbs are replaced by verbs that are nouns, too, such as "book", because these are mistaken.
WordNet's index, in spacy-lookups-data, says which they are, and raw text says which are frequent.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import typer
from composed import INFINITIVE, INTERROGATIVE, WH_ADVERBS, Verbs, before_command, compose
from compounds import Compounds, lemma_index, read_all
from gold import read_settled
from phrases import Phrases
from sentences import (
    FINITE,
    IMPERATIVE,
    LONGEST,
    Sentence,
    Token,
    children,
    finish,
    has_pairs,
    in_lower_case,
    is_odd_subject,
    short_clause,
    without_end,
    word,
    write,
)

from spacy_lstm_tagger.tools.cli.messages import errors_shown

Maker = Callable[[Sentence, list[str], random.Random], Iterator[Sentence]]

SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "expl")
OBJECTS = ("obj", "iobj")
# Relations of what is part of a clause, but not of the command in it.
OUTSIDE = (*SUBJECTS, "aux", "aux:pass", "cc", "conj", "mark", "parataxis", "punct", "discourse")
APOSTROPHES = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
NEGATIONS = ("nt", *(f"n{apostrophe}t" for apostrophe in APOSTROPHES))
# Times that a verb has to occur in the raw text.
FREQUENT = 5


def main(
    treebanks: list[Path] = typer.Argument(..., help="Folders with *-train.conllu"),
    text: list[Path] = typer.Option(..., help="Raw text, to count verbs in"),
    output: Path = typer.Option(..., help="The .spacy file to write"),
    most: int = typer.Option(6000, help="Commands, and questions; half as many labels, headings"),
    n_compounds: int = typer.Option(9000, help="Headings that are two nouns of the text"),
    frequent: int = typer.Option(FREQUENT, help="Times that a verb has to occur in the text"),
    seed: int = typer.Option(0, help="Seed of the random numbers"),
) -> None:
    """Make commands, questions and headings out of trees."""
    draw = random.Random(seed)
    verbs = noun_verbs(text, frequent)
    sentences = read_settled(treebanks)
    infinitives = {t.lemma for s in sentences for t in s if t.xpos == "VB" and is_well_written(t)}
    # Half of the drawn verbs are verbs in the treebanks.
    verbs += sorted(infinitives)
    adjectives = lemma_index()["adj"]
    drawn = Verbs(verbs, [verb for verb in verbs if verb not in adjectives])
    compounds = Compounds.of(text, drawn.plain)
    made: list[Sentence] = []
    makers: dict[Maker, int] = {
        commands: most,
        labels: most // 2,
        questions: most,
        headings: most // 2,
    }
    for make, n in makers.items():
        # Few statements are short enough, so each is used several times, with other verbs.
        n_each = 3 if make is questions else 1
        of_maker = drawn.plain if make in (commands, labels) else drawn.every
        found = []
        for sentence in sentences * n_each:
            found += make(sentence, of_maker, draw)
        draw.shuffle(found)
        made += found[:n]
    phrases = Phrases()
    for sentence in sentences:
        phrases.add(sentence)
    for kind, n in {"command": most, "question": most, "heading": most // 3}.items():
        for _ in range(n):
            words, end = compose(kind, phrases, drawn, draw)
            made.append(finish(words, end, draw))
    made = [sentence for sentence in made if not is_heading(sentence, compounds)]
    for _ in range(n_compounds):
        made.append(heading_of(compounds, phrases, draw))
    draw.shuffle(made)
    write(made, output, n_sents=1)


def is_heading(sentence: Sentence, compounds: Compounds) -> bool:
    """Whether a command's verb and its object are a pair of nouns elsewhere: "Book club"."""
    words = [token.word.lower() for token in sentence[:2]]
    return sentence[0].xpos == "VB" and tuple(words) in compounds.known


def heading_of(compounds: Compounds, phrases: Phrases, draw: random.Random) -> Sentence:
    """A heading of two nouns, in part with a preposition and another noun phrase."""
    words = compounds.draw(draw)
    if draw.random() < 0.3:
        words += draw.choice(draw.choice((phrases.relations, phrases.places)))
    return finish(words, draw.choice(("", "", "", "", ".")), draw)


def noun_verbs(paths: list[Path], frequent: int) -> list[str]:
    """Find the frequent verbs that are nouns, too."""
    counts: Counter[str] = Counter()
    for text in read_all(paths):
        counts.update(re.findall(r"[a-z]+", text))
    both = lemma_index()["verb"] & lemma_index()["noun"]
    return sorted(word for word in both if counts[word] >= frequent and len(word) > 2)


def is_well_written(infinitive: Token) -> bool:
    """Whether an infinitive is its lemma: a misspelled one is not."""
    return infinitive.word.isalpha() and infinitive.word.lower() == infinitive.lemma


def commands(sentence: Sentence, verbs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """Make the commands in a sentence: an infinitive, or a verb after a modal, and what follows."""
    for start, verb in enumerate(sentence):
        if verb.xpos != "VB" or verb.upos == "AUX" or not is_well_written(verb):
            continue
        rest = words_after(sentence, start)
        if not rest or len(rest) > LONGEST or has_pairs(rest):
            continue
        base = verb.word.lower()
        has_object = any(is_object(t, start) for t in rest)
        if draw.random() < (0.6 if has_object else 0.3):
            base = draw.choice(verbs)
            # Titles and notes have few articles.
            if has_object and draw.random() < 0.5:
                rest = [t for t in rest if is_object(t, start) or t.xpos != "DT"]
        imperative = replace(verb, word=base, lemma=base, upos="VERB", feats=IMPERATIVE, space=True)
        command = [*before_command(draw), imperative, *rest]
        yield finish(command, draw.choice(("", "", ".", ".", ".", "!")), draw)


def labels(sentence: Sentence, verbs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """Make labels of buttons and titles of notes: a verb and a noun phrase without an article."""
    for words in bare_noun_phrases(sentence):
        # "Wave identity" may be two nouns, "wave identities" hardly.
        is_clear = words[-1].xpos == "NNS" or draw.random() < 0.25
        if is_clear and len(words) < 4 and words[0].xpos not in ("NNP", "NNPS"):
            verb = draw.choice(verbs)
            imperative = word(verb, "VB", "VERB", IMPERATIVE)
            first = replace(words[0], word=words[0].word.lower())
            yield finish([imperative, first, *words[1:]], draw.choice(("", "", "", ".")), draw)


def is_object(token: Token, verb: int) -> bool:
    return token.head == verb + 1 and token.relation in OBJECTS


def words_after(sentence: Sentence, verb: int) -> Sentence:
    """The words of a verb's clause that follow it without a gap; none if there is a gap.

    verb (int): Index of the verb.
    """
    left_out = children(sentence, verb, OUTSIDE)
    inside = {verb}
    grown = True
    while grown:
        grown = False
        for i, token in enumerate(sentence):
            if token.head - 1 in inside and i not in inside and i not in left_out:
                inside.add(i)
                grown = True
    after = sorted(i for i in inside if i > verb)
    if after != list(range(verb + 1, verb + 1 + len(after))):
        return []
    return without_end(sentence[verb + 1 : verb + 1 + len(after)])


def questions(sentence: Sentence, verbs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """Make the question to which a short statement is the answer."""
    clause = short_clause(sentence, shortest=3)
    if clause is None:
        return
    sentence, root = clause
    subjects = children(sentence, root, SUBJECTS)
    helpers = children(sentence, root, ("aux", "cop", "aux:pass"))
    first = helpers[0] if helpers else root
    if len(subjects) != 1 or not 0 < first < len(sentence) or not subjects[0] < first:
        return
    subject = sentence[:first]
    if is_odd_subject(subject):
        return
    # "So I say" has no question of this form.
    if any(t.head == root + 1 for i, t in enumerate(subject) if i != subjects[0]):
        return
    verb = sentence[first]
    rest = sentence[first + 1 :]
    if helpers:
        if verb.word.startswith(APOSTROPHES) or (rest and rest[0].word in NEGATIONS):
            return
        helper = replace(verb, word=verb.word.lower(), space=True)
        if verb.xpos == "MD" and rest and rest[0].xpos == "VB" and draw.random() < 0.4:
            base = draw.choice(verbs)
            rest = [replace(rest[0], word=base, lemma=base, upos="VERB"), *rest[1:]]
    else:
        if verb.xpos not in FINITE or not verb.lemma or verb.upos != "VERB":
            return
        does = FINITE[verb.xpos]
        helper = replace(verb, word=does, lemma="do", upos="AUX", space=True)
        base = draw.choice(verbs) if draw.random() < 0.5 else verb.lemma
        feats = INFINITIVE if verb.feats else ""
        infinitive = replace(verb, word=base, lemma=base, xpos="VB", feats=feats, space=True)
        rest = [infinitive, *rest]
    question = [helper, in_lower_case(subject[0]), *subject[1:], *rest]
    if draw.random() < 0.3:
        question = [word(draw.choice(WH_ADVERBS), "WRB", "ADV", INTERROGATIVE), *question]
    yield finish(question, draw.choice(("?", "?", "?", "")), draw)


def headings(sentence: Sentence, verbs: list[str], draw: random.Random) -> Iterator[Sentence]:
    """Make headings: short noun phrases without their article."""
    for words in bare_noun_phrases(sentence):
        if len(words) > 1:
            yield finish(words, draw.choice(("", "", "", ".")), draw)


def bare_noun_phrases(sentence: Sentence) -> Iterator[Sentence]:
    """Find short noun phrases without their article."""
    for noun, token in enumerate(sentence):
        if token.xpos not in ("NN", "NNS"):
            continue
        before = children(sentence, noun, ("compound", "amod"))
        start = noun
        while start - 1 in before:
            start -= 1
        words = sentence[start : noun + 1]
        if len(words) <= 4:
            yield words


if __name__ == "__main__":
    with errors_shown("Can't make commands"):
        typer.run(main)
