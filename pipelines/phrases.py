"""The phrases of treebanks, out of which pipelines/composed.py makes sentences."""

import random
from dataclasses import dataclass, field

from sentences import Sentence, in_lower_case, with_spaces

# Relations of the words of a noun phrase that stand before its noun.
BEFORE = ("det", "amod", "compound", "nmod:poss", "nummod")
ARTICLES = ("det", "nmod:poss")
# Words of a noun phrase.
LONGEST_PHRASE = 4
PARTICIPLE = "Tense=Past|VerbForm=Part"


@dataclass
class Phrases:
    """The phrases of sentences.

    bare: Noun phrases without an article: "failed jobs".
    full: Noun phrases with their article, possessive or number, if they have one: "the new dishes".
    places: Noun phrases with their preposition, such as "by date".
    relations: The same with "of", which follow nouns.
    particles: Particles of verbs, such as "up".
    participles: Participles of verbs after "have".
    """

    bare: list[Sentence] = field(default_factory=list)
    full: list[Sentence] = field(default_factory=list)
    places: list[Sentence] = field(default_factory=list)
    relations: list[Sentence] = field(default_factory=list)
    particles: list[Sentence] = field(default_factory=list)
    participles: list[Sentence] = field(default_factory=list)

    def add(self, sentence: Sentence) -> None:
        """Add the phrases of a sentence, as they are inside of one."""
        sentence = [in_lower_case(sentence[0]), *sentence[1:]]
        for number, token in enumerate(sentence, start=1):
            words = noun_phrase(sentence, number)
            if words:
                self.add_noun_phrase(sentence, number, words)
            elif token.relation == "compound:prt" and token.xpos == "RP" and token.feats:
                self.particles.append(with_spaces([token]))
            elif token.xpos == "VBN" and token.upos == "VERB" and token.feats == PARTICIPLE:
                self.participles.append(with_spaces([token]))

    def add_noun_phrase(self, sentence: Sentence, number: int, words: Sentence) -> None:
        bare = [*(t for t in words[:-1] if t.relation not in ARTICLES), words[-1]]
        self.bare.append(bare)
        self.full.append(words)
        first = number - len(words)
        case = sentence[first - 1] if first else None
        if case and case.relation == "case" and case.head == number and case.xpos == "IN":
            places = self.relations if case.word == "of" else self.places
            places.append(with_spaces([case, *words]))

    def draw(self, frame: tuple[str, ...], draw: random.Random) -> Sentence:
        """Draw a phrase of each kind that a frame names, as in ("particles", "full")."""
        return [token for kind in frame for token in draw.choice(getattr(self, kind))]


def noun_phrase(sentence: Sentence, number: int) -> Sentence:
    """The noun phrase whose noun is the word of that number, if all words before are known."""
    noun = sentence[number - 1]
    if noun.xpos not in ("NN", "NNS") or noun.upos != "NOUN" or not noun.word.isalpha():
        return []
    start = number - 1
    while start and sentence[start - 1].head == number and sentence[start - 1].relation in BEFORE:
        start -= 1
    words = sentence[start:number]
    inner = {t.head for t in words} | {number}
    # An adjective may have an adverb of its own.
    if any(t.head == number and t.relation in BEFORE for t in sentence[:start]) or len(inner) > 2:
        return []
    is_known = all(t.feats and t.upos not in ("", "PUNCT", "SYM") for t in words)
    is_known = is_known and not any(t.xpos.startswith("W") for t in words)
    return with_spaces(words) if is_known and len(words) <= LONGEST_PHRASE else []
