"""Joins sentences of treebanks to short texts in which it is hard to see where a sentence begins.

    python pipelines/joined.py assets/en_ewt assets/en_gum --output training/gold/train/joined.spacy

A full stop ends most sentences of treebanks, and few of them have "Dr. Smith", "No. 5", or a
quotation that ends before its sentence does. So sentences that follow each other get titles and
initials before a name, dates, references, and the quotation marks and speakers of a dialogue. What
has no certain tag in the treebanks, such as "Fig.", gets none.
"""

import random
from dataclasses import replace
from pathlib import Path

import spacy
import typer
from gold import read_settled
from sentences import (
    IMPERATIVE,
    NUMBER,
    SINGULAR,
    Sentence,
    Token,
    capitalized,
    comma,
    has_pairs,
    in_lower_case,
    spaced,
    without_end,
    word,
    write_docs,
)
from spacy.tokenizer import Tokenizer
from web_tokenizer import set_tokenizer

from spacy_lstm_tagger.tools.cli.messages import errors_shown

LONGEST_SENTENCE = 24
# Sentences in a text.
FEWEST = 2
MOST = 4
TITLES = (
    *("Mr.", "Mr.", "Mrs.", "Ms.", "Dr.", "Dr.", "Prof.", "Gen.", "Sen.", "Rep.", "Gov."),
    *("Lt.", "Col.", "Rev.", "St.", "Capt.", "Sgt.", "Hon.", "Maj."),
)
FIRMS = ("Inc.", "Corp.", "Ltd.", "Co.", "Bros.")
STATES = ("U.S.", "U.S.", "U.N.", "U.K.", "E.U.")
MONTHS = {
    "Jan.": "January",
    "Feb.": "February",
    "Aug.": "August",
    "Sept.": "September",
    "Oct.": "October",
    "Nov.": "November",
    "Dec.": "December",
}
REFERENCES = ("No.", "No.", "Nos.", "Fig.", "Vol.", "pp.", "p.", "Sec.", "Ch.", "Art.")
HOURS = ("a.m.", "p.m.")
INITIALS = "ABCDEFGHJKLMNPRSTW"
DOUBLE_QUOTES = ('"', '"'), ("\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}")
SINGLE_QUOTES = ("'", "'"), ("\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}")
BRACKETS = (word("(", "-LRB-", "PUNCT", space=False), word(")", "-RRB-", "PUNCT"))
QUOTES = (*DOUBLE_QUOTES, *DOUBLE_QUOTES, *SINGLE_QUOTES)
VERBS_OF_SAYING = {
    ".": (("said", "say"), ("said", "say"), ("added", "add"), ("replied", "reply")),
    "?": (("asked", "ask"), ("asked", "ask"), ("said", "say")),
    "!": (("cried", "cry"), ("shouted", "shout"), ("said", "say")),
}
PAST = "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin"
SPEAKERS = {
    "he": "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs",
    "she": "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs",
}


def main(
    treebanks: list[Path] = typer.Argument(..., help="Folders with *-train.conllu"),
    output: Path = typer.Option(..., help="The .spacy file to write"),
    most: int = typer.Option(4000, help="Texts"),
    seed: int = typer.Option(0, help="Seed of the random numbers"),
) -> None:
    """Join sentences to short texts."""
    draw = random.Random(seed)
    neighbours = []
    for folder in treebanks:
        neighbours += runs(read_settled([folder]))
    joiner = Joiner(neighbours, draw)
    texts = []
    while len(texts) < most:
        run = draw.choice(neighbours)
        n = draw.randint(FEWEST, min(MOST, len(run)))
        start = draw.randint(0, len(run) - n)
        texts.append(joiner.join(run[start : start + n]))
    write_docs(texts, output)


def runs(sentences: list[Sentence]) -> list[list[Sentence]]:
    """Find the short whole sentences that follow each other, at least two of them."""
    found: list[list[Sentence]] = [[]]
    for sentence in sentences:
        if is_plain(sentence):
            found[-1].append(sentence)
        elif found[-1]:
            found.append([])
    return [run for run in found if len(run) >= FEWEST]


def is_plain(sentence: Sentence) -> bool:
    """Whether a sentence is short, begins with a capital, ends with one of . ? ! and has no pair of
    quotation marks or brackets."""
    last = sentence[-1]
    return (
        3 < len(sentence) <= LONGEST_SENTENCE
        and sentence[0].word[0].isupper()
        and last.word in VERBS_OF_SAYING
        and last.xpos == "."
        and not has_pairs(sentence)
        and all(token.xpos for token in sentence)
    )


class Joiner:
    """Makes the sentences of texts harder.

    texts (list[list[Sentence]]): Sentences, to take names from.
    draw (random.Random): Draws what is added.
    """

    def __init__(self, texts: list[list[Sentence]], draw: random.Random) -> None:
        self.draw = draw
        nlp = spacy.blank("en")
        set_tokenizer(nlp)
        self.tokenizer: Tokenizer = nlp.tokenizer
        self.names = [
            sentence[i]
            for text in texts
            for sentence in text
            for i in range(len(sentence))
            if is_name(sentence, i) and sentence[i].relation == "nsubj"
        ]

    def join(self, sentences: list[Sentence]) -> list[Sentence]:
        """Join sentences to a text. Each may get an abbreviation, and some are a dialogue."""
        texts = []
        chance = self.draw.random()
        talk = chance < 0.45
        quotes = self.draw.choice(QUOTES)
        for sentence in sentences:
            if self.draw.random() < 0.6:
                sentence = self.abbreviated(sentence)
            texts.append(self.quoted(sentence, quotes) if talk else sentence)
        if chance > 0.9:
            texts[:2] = self.speech(texts[0], texts[1], quotes)
        return [spaced(sentence) for sentence in texts]

    def abbreviated(self, sentence: Sentence) -> Sentence:
        """Add an abbreviation or a number before a capital, or at the end."""
        names = [i for i in range(len(sentence)) if is_name(sentence, i)]
        chance = self.draw.random()
        if names and chance < 0.7:
            place = self.draw.choice(names)
            return [*sentence[:place], *self.long_name(sentence[place]), *sentence[place + 1 :]]
        if chance < 0.8:
            return before_end(sentence, self.date() if chance < 0.4 else self.reference())
        if chance < 0.9:
            on, *day = self.date()
            opening = [capitalized(on), *spaced(day, False), comma()]
            return [*opening, in_lower_case(sentence[0]), *sentence[1:]]
        if sentence[-1].word == ".":
            # The full stop of the abbreviation ends the sentence.
            return [*without_end(sentence)[:-1], *self.end_in_abbreviation(sentence)]
        return sentence

    def long_name(self, name: Token) -> Sentence:
        """A name with a title, initials, a kind of firm or a state's abbreviation."""
        chance = self.draw.random()
        before: Sentence = []
        after: Sentence = []
        if chance < 0.5:
            before = self.proper(self.draw.choice(TITLES))
        if 0.4 < chance < 0.75:
            for _ in range(self.draw.randint(1, 2)):
                before += self.proper(self.draw.choice(INITIALS) + ".")
        elif 0.75 < chance < 0.9:
            after = self.proper(self.draw.choice(FIRMS))
        elif chance > 0.9:
            before = self.proper(self.draw.choice(STATES))
        return spaced([*before, replace(name, space=True), *after], name.space)

    def proper(self, text: str) -> Sentence:
        """The words of an abbreviation that is a name. A full stop that the tokenizer splits off
        gets no tag."""
        words = self.words(text)
        return [replace(words[0], xpos="NNP", upos="PROPN", feats=SINGULAR, lemma=text), *words[1:]]

    def words(self, text: str) -> Sentence:
        """The words of a text, without tags, and with a space after it."""
        tokens = self.tokenizer(text + " ")
        return [Token(t.text, "", "", "", "", space=bool(t.whitespace_)) for t in tokens]

    def number(self, most: int = 99) -> Token:
        return word(str(self.draw.randint(2, most)), "CD", "NUM", NUMBER)

    def date(self) -> Sentence:
        """A date: "On Jan. 3", or "in Jan. 1998"."""
        month, name = self.draw.choice(sorted(MONTHS.items()))
        of_month = word(month, "NNP", "PROPN", f"Abbr=Yes|{SINGULAR}", lemma=name)
        if self.draw.random() < 0.7:
            return [word("on", "IN", "ADP"), of_month, self.number(31)]
        year = word(str(self.draw.randint(1800, 2030)), "CD", "NUM", NUMBER)
        return [word("in", "IN", "ADP"), of_month, year]

    def reference(self) -> Sentence:
        """A reference, in part in brackets: "in No. 5", "(see Fig. 2)"."""
        kind = self.draw.choice(REFERENCES)
        words = [*self.words(kind), self.number()]
        if self.draw.random() < 0.5:
            return [word("in", "IN", "ADP"), *words]
        see = word("see", "VB", "VERB", IMPERATIVE)
        first, last = BRACKETS
        return [first, see, *spaced(words, False), last]

    def end_in_abbreviation(self, sentence: Sentence) -> Sentence:
        """The last word of a sentence, and an hour or a place."""
        last = spaced(without_end(sentence)[-1:])
        if self.draw.random() < 0.5:
            hour = self.words(self.draw.choice(HOURS))
            hour = [replace(hour[0], xpos="NN", upos="NOUN", feats=SINGULAR, lemma=""), *hour[1:]]
            return [*last, word("at", "IN", "ADP"), self.number(12), *hour]
        the = word("the", "DT", "DET", "Definite=Def|PronType=Art")
        return [*last, word("in", "IN", "ADP"), the, *self.proper(self.draw.choice(STATES))]

    def quoted(self, sentence: Sentence, quotes: tuple[str, str]) -> Sentence:
        """Put a sentence into quotation marks or brackets, mostly with a speaker."""
        chance = self.draw.random()
        end = sentence[-1].word
        if chance < 0.25 or end not in VERBS_OF_SAYING or sentence[-1].xpos != ".":
            return sentence
        if chance < 0.35:
            return enclosed(sentence, *BRACKETS)
        first, last = marks(quotes)
        if chance < 0.5:
            return enclosed(sentence, first, last)
        speaker = self.speaker(end)
        if chance < 0.65:
            before = spaced([capitalized(speaker[0]), *speaker[1:]], False)
            return [*before, comma(), *enclosed(sentence, first, last)]
        if end == ".":
            sentence = [*sentence[:-1], comma()]
        said = [*spaced(speaker, False), word(".", ".", "PUNCT")]
        return [*enclosed(sentence, first, last), *said]

    def speech(self, one: Sentence, two: Sentence, quotes: tuple[str, str]) -> list[Sentence]:
        """Put two sentences into one pair of quotation marks."""
        first, last = marks(quotes)
        return [[first, *one], [*spaced(two, False), last]]

    def speaker(self, end: str) -> Sentence:
        """Who speaks, and a verb: "said Tom", "he asked"."""
        form, lemma = self.draw.choice(VERBS_OF_SAYING[end])
        said = word(form, "VBD", "VERB", PAST, lemma=lemma)
        if self.draw.random() < 0.5:
            pronoun, feats = self.draw.choice(sorted(SPEAKERS.items()))
            return [word(pronoun, "PRP", "PRON", feats), said]
        name = [replace(self.draw.choice(self.names), space=True)]
        if self.draw.random() < 0.3:
            name = self.long_name(name[0])
        return [said, *name] if self.draw.random() < 0.4 else [*name, said]


def is_name(sentence: Sentence, place: int) -> bool:
    """Whether a word is a name of one word."""
    token = sentence[place]
    around = sentence[max(0, place - 1) : place] + sentence[place + 1 : place + 2]
    return (
        token.xpos == "NNP"
        and token.upos == "PROPN"
        and token.word.istitle()
        and token.word.isalpha()
        and len(token.word) > 2
        and token.relation in ("nsubj", "obj", "obl", "nmod", "nmod:poss", "conj")
        and not any(t.xpos in ("NNP", "NNPS", "DT", "HYPH", "CD", "JJ", "NN") for t in around)
    )


def before_end(sentence: Sentence, words: Sentence) -> Sentence:
    """Add words before the punctuation at the end."""
    inner = without_end(sentence)
    return [*spaced(inner), *spaced(words, inner[-1].space), *sentence[len(inner) :]]


def enclosed(sentence: Sentence, first: Token, last: Token) -> Sentence:
    """A sentence between quotation marks or brackets."""
    return [first, *spaced(sentence, False), last]


def marks(quotes: tuple[str, str]) -> tuple[Token, Token]:
    """A pair of quotation marks. The treebanks have lemmas of double ones alone."""
    lemma = '"' if quotes in DOUBLE_QUOTES else ""
    first = word(quotes[0], "``", "PUNCT", lemma=lemma, space=False)
    return first, word(quotes[1], "''", "PUNCT", lemma=lemma)


if __name__ == "__main__":
    with errors_shown("Can't join sentences"):
        typer.run(main)
