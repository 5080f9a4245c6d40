"""Makes sentences of a treebank's phrases, for the teacher to tag.

    python pipelines/other_phrases.py assets/en_ewt \
      --output other_words/ewt_phrases.spacy --copies 4

A small network learns the sentences of a treebank by heart. So phrases of its trees are exchanged:
a subject for a subject, a clause for a clause, if the words at their heads have the same tag. What
comes out makes little sense, but each piece of it is as people wrote it, and what stands around it
is new. other_words.py gives some of it other words, too.
"""

import random
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import typer
from gold import Sentence, Token, write
from phrases import capitalized, in_lower_case
from sentences import read_settled

# Relations of the phrases that are exchanged, without their subtypes.
RELATIONS = frozenset(
    ("acl", "advcl", "advmod", "amod", "appos", "ccomp", "conj", "csubj", "discourse", "nmod",
     "nsubj", "obj", "obl", "parataxis", "xcomp")
)  # fmt: skip
LONGEST = 25
SHARE = 0.4

# The first word and the word after the last.
Span = tuple[int, int]
# Phrases with the same key can stand for each other.
Key = tuple[str, str]


def main(
    treebank: Path = typer.Argument(..., help="Folder with *-train.conllu", exists=True),
    output: Path = typer.Option(..., help="The .spacy file"),
    copies: int = typer.Option(4, help="Copies of the text with other phrases", min=1),
    seed: int = typer.Option(0, help="Seed of the random numbers"),
) -> None:
    """Write copies of a treebank's text with other phrases."""
    draw = random.Random(seed)
    sentences = read_settled(treebank)
    pool: defaultdict[Key, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        for (start, end), key in phrases_of(sentence).items():
            pool[key].append(inside(sentence, start, end))
    copied = [exchange(sentence, pool, draw) for _ in range(copies) for sentence in sentences]
    output.parent.mkdir(parents=True, exist_ok=True)
    write(copied, output)


def phrases_of(sentence: Sentence) -> dict[Span, Key]:
    """Find the phrases whose words follow one another."""
    spans = [[i, i + 1, 1] for i in range(len(sentence))]
    for i in range(len(sentence)):
        # A word belongs to the phrase of each word above it.
        above = sentence[i].head
        while above:
            span = spans[above - 1]
            span[0] = min(span[0], i)
            span[1] = max(span[1], i + 1)
            span[2] += 1
            above = sentence[above - 1].head
    return {
        (start, end): (token.relation, token.xpos)
        for (start, end, n), token in zip(spans, sentence, strict=True)
        if token.relation.split(":")[0] in RELATIONS and n == end - start <= LONGEST
    }


def inside(sentence: Sentence, start: int, end: int) -> Sentence:
    """A phrase as it is inside of a sentence."""
    phrase = sentence[start:end]
    return phrase if start else [in_lower_case(phrase[0]), *phrase[1:]]


def exchange(sentence: Sentence, pool: dict[Key, list[Sentence]], draw: random.Random) -> Sentence:
    """Put other phrases into a sentence."""
    phrases = list(phrases_of(sentence).items())
    draw.shuffle(phrases)
    chosen: dict[int, tuple[int, Sentence]] = {}
    taken: set[int] = set()
    for (start, end), key in phrases:
        if draw.random() >= SHARE or not taken.isdisjoint(range(start, end)):
            continue
        taken.update(range(start, end))
        chosen[start] = (end, draw.choice(pool[key]))
    tokens: list[Token] = []
    i = 0
    while i < len(sentence):
        if i not in chosen:
            tokens.append(sentence[i])
            i += 1
            continue
        end, phrase = chosen[i]
        phrase = [*phrase[:-1], replace(phrase[-1], space=sentence[end - 1].space)]
        if i == 0 and sentence[0].word[:1].isupper():
            phrase = [capitalized(phrase[0]), *phrase[1:]]
        tokens += phrase
        i = end
    return tokens


if __name__ == "__main__":
    typer.run(main)
