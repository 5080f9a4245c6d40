"""Composes short commands, questions and headings of the phrases of treebanks.

The commands and questions that pipelines/commands.py makes out of whole clauses are long. Buttons,
recipes, notes and chats have short ones: "Cache results", "Finally, dust with sugar", "Do the
lights work?", "What causes rust?". A frame puts a verb and phrases together: what is done to what
does not matter for tags. The verbs are drawn from the verbs that could be nouns, so that only the
frame tells which they are. Headings have the same words without a verb.
"""

import random
from dataclasses import dataclass

from phrases import ARTICLES, Phrases
from sentences import FINITE, IMPERATIVE, Sentence, Token, comma, word

WH_ADVERBS = ("why", "how", "when", "where")
INTERROGATIVE = "PronType=Int"
INFINITIVE = "VerbForm=Inf"
MODALS = ("will", "can", "could", "would", "should", "may", "must")
# What precedes the verb of some commands. It is drawn as often as it stands here.
PLEASE = [word("please", "UH", "INTJ")]
OPENINGS = (
    *(PLEASE, PLEASE, PLEASE),
    [word("always", "RB", "ADV", "PronType=Tot")],
    [word("never", "RB", "ADV", "PronType=Neg")],
    [word("then", "RB", "ADV", "PronType=Dem")],
    [word("finally", "RB", "ADV", space=False), comma()],
    [word("do", "VB", "AUX", IMPERATIVE), word("not", "RB", "PART", "Polarity=Neg")],
    [
        word("do", "VB", "AUX", IMPERATIVE, space=False),
        word("n't", "RB", "PART", "Polarity=Neg", lemma="not"),
    ],
)
# What follows the verb of a command or of a question, and what headings are made of, as fields of
# Phrases. A frame is drawn as often as it stands here.
AFTER_COMMAND = (
    *(("bare",), ("bare",), ("bare",), ("bare", "places")),
    *(("full",), ("full",), ("full", "places"), ("places",), ("places",)),
    *(("particles",), ("particles", "full")),
)
AFTER_QUESTION = (
    *((), (), (), ("bare",), ("bare",)),
    *(("full",), ("full",), ("places",), ("places",), ("particles",)),
)
HEADING = (("bare", "relations"), ("bare", "places"))
# Pronouns as subjects: their features, and those that the verb shares.
PRONOUNS = {
    "it": ("Case=Nom|Gender=Neut|Number=Sing|Person=3|PronType=Prs", "Number=Sing|Person=3"),
    "they": ("Case=Nom|Number=Plur|Person=3|PronType=Prs", "Number=Plur|Person=3"),
    "you": ("Case=Nom|Person=2|PronType=Prs", "Number=Sing|Person=2"),
    "I": ("Case=Nom|Number=Sing|Person=1|PronType=Prs", "Number=Sing|Person=1"),
}
# Forms of helping verbs, by their tags.
HELPERS = {"do": FINITE, "have": {"VBZ": "has", "VBP": "have", "VBD": "had"}}


@dataclass(frozen=True)
class Verbs:
    """Verbs that could be nouns.

    every: All of them.
    plain: Those that could be no adjectives, too, as "initial" could: before a noun without an
        article, an adjective is more probable.
    """

    every: list[str]
    plain: list[str]


def compose(kind: str, phrases: Phrases, verbs: Verbs, draw: random.Random) -> tuple[Sentence, str]:
    """Compose a command, question or heading.

    RETURNS (tuple[Sentence, str]): The words without the final punctuation, and this.
    """
    if kind == "command":
        return compose_command(phrases, verbs, draw), draw.choice(("", "", ".", ".", "!"))
    if kind == "question":
        return compose_question(phrases, verbs, draw), draw.choice(("?", "?", "?", "?", ""))
    return phrases.draw(draw.choice(HEADING), draw), draw.choice(("", "", "", "."))


def compose_command(phrases: Phrases, verbs: Verbs, draw: random.Random) -> Sentence:
    """Compose a short command."""
    rest = phrases.draw(draw.choice(AFTER_COMMAND), draw)
    has_article = rest[0].relation in ARTICLES
    verb = draw.choice(verbs.every if has_article else verbs.plain)
    return [*before_command(draw), word(verb, "VB", "VERB", IMPERATIVE), *rest]


def before_command(draw: random.Random) -> Sentence:
    """What precedes the verb of a command: mostly nothing."""
    return draw.choice(OPENINGS) if draw.random() < 0.2 else []


def compose_question(phrases: Phrases, verbs: Verbs, draw: random.Random) -> Sentence:
    """Compose a short question."""
    rest = phrases.draw(draw.choice(AFTER_QUESTION), draw)
    if draw.random() < 0.12:
        return [*question_for_subject(verbs, draw), *rest]
    subject, agreement = draw_subject(phrases, draw)
    before: Sentence = []
    chance = draw.random()
    if chance < 0.2:
        before = [word(draw.choice(WH_ADVERBS), "WRB", "ADV", INTERROGATIVE)]
    elif chance < 0.3:
        before, rest = [word("what", "WP", "PRON", INTERROGATIVE)], []
    verb = [word(draw.choice(verbs.every), "VB", "VERB", INFINITIVE)]
    chance = draw.random()
    if chance < 0.65:
        first = helper("do", agreement, past=draw.random() < 0.35)
    elif chance < 0.83:
        first = word(draw.choice(MODALS), "MD", "AUX", "VerbForm=Fin")
    else:
        first = helper("have", agreement, past=draw.random() < 0.2)
        verb = draw.choice(phrases.participles)
    return [*before, first, *subject, *verb, *rest]


def question_for_subject(verbs: Verbs, draw: random.Random) -> Sentence:
    """The first words of a question whose subject is "who" or "what"."""
    subject = word(draw.choice(("who", "what")), "WP", "PRON", INTERROGATIVE)
    base = draw.choice(verbs.plain)
    feats = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
    return [subject, word(third_person(base), "VBZ", "VERB", feats, lemma=base)]


def draw_subject(phrases: Phrases, draw: random.Random) -> tuple[Sentence, str]:
    """Draw the subject of a question, and the features that it shares with the verb."""
    if draw.random() < 0.25:
        pronoun = draw.choice(sorted(PRONOUNS))
        feats, agreement = PRONOUNS[pronoun]
        return [word(pronoun, "PRP", "PRON", feats)], agreement
    words = draw.choice(phrases.full)
    # A noun in the singular mostly has an article.
    while words[-1].xpos == "NN" and words[0].relation not in ARTICLES:
        words = draw.choice(phrases.full)
    number = "Plur" if words[-1].xpos == "NNS" else "Sing"
    return words, f"Number={number}|Person=3"


def helper(verb: str, agreement: str, past: bool) -> Token:
    """The form of "do" or "have" for a subject with some number and person."""
    present = "VBZ" if agreement == "Number=Sing|Person=3" else "VBP"
    xpos = "VBD" if past else present
    feats = f"Mood=Ind|{agreement}|Tense={'Past' if past else 'Pres'}|VerbForm=Fin"
    return word(HELPERS[verb][xpos], xpos, "AUX", feats, lemma=verb)


def third_person(verb: str) -> str:
    """The form of a verb after "he"."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"
