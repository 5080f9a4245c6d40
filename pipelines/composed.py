"""Composes short commands, questions, headings and captions of the phrases of treebanks.

The commands and questions that pipelines/commands.py makes out of whole clauses are long. Buttons,
recipes, notes and chats have short ones: "Cache results", "Peel and slice two carrots", "Finally,
dust with sugar", "Do the lights work?", "What causes rust?", "Need help?". A frame puts a verb and
phrases together: what is done to what does not matter for tags. The verbs are drawn from the verbs
that could be nouns, so that only the frame tells which they are. Headings have the same words
without a verb.
"""

import random
from dataclasses import dataclass, replace

from phrases import ARTICLES, Phrases
from sentences import FINITE, IMPERATIVE, Sentence, Token, comma, word

ADVERBS = {
    "now": "PronType=Dem",
    "then": "PronType=Dem",
    "just": "_",
    "always": "PronType=Tot",
    "never": "PronType=Neg",
}
SEQUENCE = {"first": "", "then": "PronType=Dem", "next": "_", "finally": "_", "now": "PronType=Dem"}
WH_ADVERBS = ("why", "how", "when", "where")
INTERROGATIVE = "PronType=Int"
INFINITIVE = "VerbForm=Inf"
MODALS = ("will", "can", "could", "would", "should", "may", "must")
# Forms of modals before n't, and words that it does not follow.
SHORTENED = {"can": "ca", "will": "wo"}
NEVER_SHORTENED = ("may", "am")
# Pronouns as subjects: their features, and number and person of the verb.
PRONOUNS = {
    "it": ("Case=Nom|Gender=Neut|Number=Sing|Person=3|PronType=Prs", "Sing", 3),
    "he": ("Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs", "Sing", 3),
    "she": ("Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs", "Sing", 3),
    "they": ("Case=Nom|Number=Plur|Person=3|PronType=Prs", "Plur", 3),
    "we": ("Case=Nom|Number=Plur|Person=1|PronType=Prs", "Plur", 1),
    "you": ("Case=Nom|Person=2|PronType=Prs", "Sing", 2),
    "I": ("Case=Nom|Number=Sing|Person=1|PronType=Prs", "Sing", 1),
}
# Forms of helping verbs, by their tags. After a singular, "be" has some of its own.
HELPERS = {
    "do": FINITE,
    "have": {"VBZ": "has", "VBP": "have", "VBD": "had"},
    "be": {"VBZ": "is", "VBP": "are", "VBD": "were"},
}
SINGULAR_FORMS = {"are": "am", "were": "was"}


@dataclass(frozen=True)
class Subject:
    """The subject of a question, and number and person of its verb."""

    words: Sentence
    number: str = "Sing"
    person: int = 3


@dataclass(frozen=True)
class Verbs:
    """Verbs that could be nouns.

    every: All of them.
    plain: Those that could be no adjectives, too, as "initial" could: before a noun without an
        article, an adjective is more probable.
    """

    every: list[str]
    plain: list[str]


def compose_command(phrases: Phrases, verbs: Verbs, draw: random.Random) -> Sentence:
    """Compose a short command."""
    command = one_command(phrases, verbs, draw)
    if draw.random() < 0.08:
        command = [draw_command_verb(verbs.plain, draw), word("and", "CC", "CCONJ"), *command]
    chance = draw.random()
    if chance < 0.08:
        command += [comma(), word("then", "RB", "ADV", "PronType=Dem")]
        command += one_command(phrases, verbs, draw)
    elif chance < 0.14:
        command += [word("and", "CC", "CCONJ"), *one_command(phrases, verbs, draw)]
    return [*before_command(draw), *without_space_before_comma(command)]


def one_command(phrases: Phrases, verbs: Verbs, draw: random.Random) -> Sentence:
    """A verb, and what follows it."""
    rest = rest_of_command(phrases, draw)
    has_article = rest[0].relation in ARTICLES
    return [draw_command_verb(verbs.every if has_article else verbs.plain, draw), *rest]


def before_command(draw: random.Random) -> Sentence:
    """What precedes the verb of a command: mostly nothing."""
    chance = draw.random()
    if chance < 0.06:
        return [word("please", "UH", "INTJ")]
    if chance < 0.12:
        return [replace(draw_adverb(SEQUENCE, draw), space=False), comma()]
    if chance < 0.16:
        return [draw_adverb(ADVERBS, draw)]
    if chance < 0.20:
        do = word("do", "VB", "AUX", IMPERATIVE)
        if draw.random() < 0.5:
            return [do, word("not", "RB", "PART", "Polarity=Neg")]
        return [replace(do, space=False), not_shortened()]
    return []


def rest_of_command(phrases: Phrases, draw: random.Random) -> Sentence:
    """What follows the verb of a command."""
    chance = draw.random()
    if chance < 0.35:
        rest = draw.choice(phrases.bare)
    elif chance < 0.65:
        rest = draw.choice(phrases.full)
    elif chance < 0.75:
        rest = draw.choice(phrases.particles)
        if draw.random() < 0.5:
            rest = [*rest, *draw.choice(phrases.full)]
    elif chance < 0.92:
        return draw.choice(phrases.places)
    else:
        return draw.choice(phrases.adverbs)
    chance = draw.random()
    if chance < 0.3:
        rest = [*rest, *draw.choice(phrases.places)]
    elif chance < 0.4:
        rest = [*rest, *draw.choice(phrases.adverbs)]
    return rest


def compose_question(phrases: Phrases, verbs: Verbs, draw: random.Random) -> Sentence:
    """Compose a short question."""
    chance = draw.random()
    if chance < 0.12:
        return question_for_subject(phrases, verbs, draw)
    if chance < 0.16:
        return [draw.choice(phrases.yours), *draw.choice(draw.choice((phrases.full, phrases.bare)))]
    subject = draw_subject(phrases, draw)
    before: Sentence = []
    chance = draw.random()
    without_object = False
    if chance < 0.2:
        before = [word(draw.choice(WH_ADVERBS), "WRB", "ADV", INTERROGATIVE)]
    elif chance < 0.3:
        before = object_asked_for(phrases, draw)
        without_object = True
    chance = draw.random()
    if chance < 0.6:
        first = helper("do", subject, past=draw.random() < 0.35)
        verb = infinitive(verbs.every, draw)
    elif chance < 0.76:
        first = word(draw.choice(MODALS), "MD", "AUX", "VerbForm=Fin")
        verb = infinitive(verbs.every, draw)
    elif chance < 0.9:
        first = helper("have", subject, past=draw.random() < 0.2)
        verb = draw.choice(phrases.participles)
    elif draw.random() < 0.5 and not without_object:
        first = helper("be", subject, past=draw.random() < 0.4)
        return [*before, *negated(first, draw), *subject.words, *draw.choice(phrases.adjectives)]
    else:
        first = helper("be", subject, past=draw.random() < 0.4)
        verb = draw.choice(phrases.going)
    rest = [] if without_object else rest_of_question(phrases, draw)
    negative = [first] if before else negated(first, draw)
    return [*before, *negative, *subject.words, verb, *rest]


def question_for_subject(phrases: Phrases, verbs: Verbs, draw: random.Random) -> Sentence:
    """Compose a question whose subject is "who", "what" or "which"."""
    plural = False
    chance = draw.random()
    if chance < 0.4:
        subject = [word("what", "WP", "PRON", INTERROGATIVE)]
    elif chance < 0.7:
        subject = [word("who", "WP", "PRON", INTERROGATIVE)]
    else:
        noun = draw.choice(phrases.bare)
        plural = noun[-1].xpos == "NNS"
        subject = [word("which", "WDT", "DET", INTERROGATIVE), *noun]
    base = draw.choice(verbs.plain)
    number = "Plur" if plural else "Sing"
    feats = f"Mood=Ind|Number={number}|Person=3|Tense=Pres|VerbForm=Fin"
    if plural:
        verb = word(base, "VBP", "VERB", feats)
    else:
        verb = word(third_person(base), "VBZ", "VERB", feats, lemma=base)
    return [*subject, verb, *rest_of_question(phrases, draw)]


def object_asked_for(phrases: Phrases, draw: random.Random) -> Sentence:
    """The first words of a question for an object: "what", "which color", "how many guests"."""
    chance = draw.random()
    if chance < 0.5:
        return [word("what", "WP", "PRON", INTERROGATIVE)]
    if chance < 0.6:
        return [word("who", "WP", "PRON", INTERROGATIVE)]
    noun = draw.choice(phrases.bare)
    if chance < 0.85:
        return [word(draw.choice(("what", "which")), "WDT", "DET", INTERROGATIVE), *noun]
    quantity = "many" if noun[-1].xpos == "NNS" else "much"
    how = word("how", "WRB", "ADV", INTERROGATIVE)
    return [how, word(quantity, "JJ", "ADJ", "Degree=Pos"), *noun]


def rest_of_question(phrases: Phrases, draw: random.Random) -> Sentence:
    """What follows the verb of a question."""
    chance = draw.random()
    if chance < 0.3:
        return []
    if chance < 0.5:
        return draw.choice(phrases.full)
    if chance < 0.7:
        return draw.choice(phrases.bare)
    if chance < 0.88:
        return draw.choice(phrases.places)
    if chance < 0.94:
        return draw.choice(phrases.particles)
    return draw.choice(phrases.adverbs)


def draw_subject(phrases: Phrases, draw: random.Random) -> Subject:
    chance = draw.random()
    if chance < 0.25:
        pronoun = draw.choice(sorted(PRONOUNS))
        feats, number, person = PRONOUNS[pronoun]
        return Subject([word(pronoun, "PRP", "PRON", feats)], number, person)
    if chance < 0.3:
        anyone = draw.choice(("anyone", "someone"))
        return Subject([word(anyone, "NN", "PRON", "Number=Sing|PronType=Ind")])
    words = draw.choice(phrases.full)
    # A noun in the singular mostly has an article.
    while words[-1].xpos == "NN" and words[0].relation not in ARTICLES:
        words = draw.choice(phrases.full)
    return Subject(words, "Plur" if words[-1].xpos == "NNS" else "Sing")


def helper(verb: str, subject: Subject, past: bool) -> Token:
    """The form of "do", "have" or "be" for a subject."""
    is_single = subject.number == "Sing" and subject.person != 2
    present = "VBZ" if is_single and subject.person == 3 else "VBP"
    xpos = "VBD" if past else present
    form = HELPERS[verb][xpos]
    if is_single:
        form = SINGULAR_FORMS.get(form, form)
    tense = "Past" if past else "Pres"
    agreement = f"Number={subject.number}|Person={subject.person}"
    feats = f"Mood=Ind|{agreement}|Tense={tense}|VerbForm=Fin"
    return word(form, xpos, "AUX", feats, lemma=verb)


def negated(first: Token, draw: random.Random) -> Sentence:
    """A helping verb, in part with n't."""
    if first.word in NEVER_SHORTENED or draw.random() > 0.15:
        return [first]
    shortened = SHORTENED.get(first.word, first.word)
    return [replace(first, word=shortened, space=False), not_shortened()]


def compose_heading(phrases: Phrases, draw: random.Random) -> Sentence:
    """Compose a heading or caption: a noun phrase, and a preposition with another one, or what
    somebody is doing."""
    chance = draw.random()
    if chance < 0.3:
        doing = draw.choice(phrases.going)
        rest = draw.choice((phrases.full, phrases.places, phrases.bare))
        return [*draw.choice(phrases.full), doing, *draw.choice(rest)]
    words = draw.choice(phrases.bare)
    if chance < 0.45:
        return [*words, word("and", "CC", "CCONJ"), *draw.choice(phrases.bare)]
    return [*words, *draw.choice(draw.choice((phrases.relations, phrases.places)))]


def third_person(verb: str) -> str:
    """The form of a verb after "he"."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def draw_adverb(adverbs: dict[str, str], draw: random.Random) -> Token:
    """Draw one of some adverbs with features. Empty features, and the part of speech with them, are
    unknown."""
    adverb, feats = draw.choice(sorted(adverbs.items()))
    return word(adverb, "RB", "ADV" if feats else "", feats)


def draw_command_verb(verbs: list[str], draw: random.Random) -> Token:
    return word(draw.choice(verbs), "VB", "VERB", IMPERATIVE)


def infinitive(verbs: list[str], draw: random.Random) -> Token:
    return word(draw.choice(verbs), "VB", "VERB", INFINITIVE)


def not_shortened() -> Token:
    return word("n't", "RB", "PART", "Polarity=Neg", lemma="not")


def without_space_before_comma(words: Sentence) -> Sentence:
    """Punctuation follows its word without a space."""
    return [
        replace(token, space=token.space and following != ",")
        for token, following in zip(words, [*(t.word for t in words[1:]), ""], strict=True)
    ]


def compose(kind: str, phrases: Phrases, verbs: Verbs, draw: random.Random) -> tuple[Sentence, str]:
    """Compose a command, question or heading.

    RETURNS (tuple[Sentence, str]): The words without the final punctuation, and this.
    """
    if kind == "command":
        return compose_command(phrases, verbs, draw), draw.choice(("", "", ".", ".", "!"))
    if kind == "question":
        return compose_question(phrases, verbs, draw), draw.choice(("?", "?", "?", "?", ""))
    return compose_heading(phrases, draw), draw.choice(("", "", "", "."))
