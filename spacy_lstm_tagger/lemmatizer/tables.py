"""Tables of lemmas, and how a lemma is found in them.

`learning.py` makes the tables. What a language has in addition to its training data comes from a
config: `[initialize.components.tag_lemmatizer.lookups]` names tables of spaCy's rule lemmatizer,
which the package spacy-lookups-data has for many languages.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from annotated_types import Len
from spacy.lookups import Lookups

# Tables with an entry for each tag: lemmas of words, replacements of suffixes, and whether words
# keep their capitals.
WORDS = "lemma_exc"
SUFFIXES = "lemma_rules"
CASE = "lemma_case"
# Tables with an entry for each part of speech: known lemmas, and lemmas of irregular forms.
KNOWN = "known_lemmas"
IRREGULAR = "irregular_forms"
# For each tag, its part of speech, its rules, whether its words may be irregular forms, and whether
# its numbers lose their commas.
TAGS = "tag_rules"
# Tables of spaCy's rule lemmatizer, each with what it has for a part of speech: pairs of a suffix
# and its replacement, lemmas of irregular forms, and lemmas. The last two tables may be missing.
SPACY_TABLES: dict[str, Any] = {
    "lemma_rules": Sequence[Annotated[Sequence[str], Len(2, 2)]] | None,
    "lemma_exc": Mapping[str, str | Sequence[str]] | None,
    "lemma_index": Sequence[str] | None,
}

# Characters of the longest suffix that is replaced. Longer ones do not make lemmas more accurate.
MAX_SUFFIX = 5
# Letters of the shortest lemma that is derived from a word that has as many.
MIN_LEMMA = 2
# Last letters of a form that tell its kind, such as -ing.
KIND_LETTERS = 3
# Names and auxiliary verbs are inflected as nouns and verbs are.
SIMILAR = {"propn": "noun", "aux": "verb"}

# A number in a word, grouped as in English or in India: "1,000,000.75", "10,00,000", "$1,000".
WITH_COMMAS = re.compile(r"(?<![\d,])\d{1,3}(,\d{2,3})*,\d{3}(?![\d,])")
# An apostrophe as books and telephones write it.
CURLY = "\u2019"
# Three or more of a letter, as in "sooo".
DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
ROMAN = re.compile("[ivxlcdm]+")

Lemmas = Mapping[str, str]
Rules = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TagTables:
    """The tables for words with one tag.

    words (Mapping[str, str]): Lemmas of words of the training data.
    suffixes (Mapping[str, str]): Replacements of suffixes, the empty suffix among them.
    keeps_case (bool): Whether lemmas keep their capitals.
    known (Mapping[str, bool]): Known lemmas with the tag's part of speech, and whether the training
        data has them. Given tables have names in lower case.
    irregular (Mapping[str, Sequence[str]]): Possible lemmas of irregular forms in lower case.
    rules (Sequence[tuple[str, str]]): More replacements of suffixes, the preferred one first.
    irregular_kinds (Collection[tuple[str, str]]): Lemmas with the last letters of their irregular
        forms.
    drops_commas (bool): Whether the lemma of "1,100" is "1100".
    """

    words: Lemmas
    suffixes: Lemmas
    keeps_case: bool
    known: Mapping[str, bool] = field(default_factory=dict)
    irregular: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rules: Rules = ()
    irregular_kinds: Collection[tuple[str, str]] = ()
    drops_commas: bool = False

    def find(self, word: str) -> str:
        """The lemma of a word."""
        form = word if self.keeps_case else lower_case(word)
        straight = form.replace(CURLY, "'")
        learned = self.words.get(word) or self.words.get(form) or self.words.get(straight)
        if learned:
            return learned
        if self.drops_commas and WITH_COMMAS.search(word):
            return without_commas(word)
        lemma = self.derive(form)
        if not self.keeps_case and not self.is_known(lemma):
            return self.find_drawn_out(form) or lemma
        name = lemma.title()
        is_name = self.keeps_case and not self.known.get(lemma) and self.known.get(name)
        return name if is_name else lemma

    def find_drawn_out(self, form: str) -> str:
        """The lemma of a word with three or more of a letter, such as "sooo", if the word with two
        or one of it has a known lemma; "" if not. "XXX" and "WWW" are other words."""
        for letters in (r"\1\1", r"\1"):
            shorter = DRAWN_OUT.sub(letters, form)
            if shorter == form or len(set(shorter)) == 1 or ROMAN.fullmatch(form):
                break
            lemma = self.words.get(shorter) or self.derive(shorter)
            if shorter in self.words or self.is_known(lemma):
                return lemma
        return ""

    def derive(self, form: str) -> str:
        """The lemma of a word that is not among the learned ones."""
        irregular = self.irregular.get(form.lower())
        if irregular:
            return next((lemma for lemma in irregular if lemma in self.known), irregular[0])
        lemmas = list(self.candidates(form))
        known = [lemma for lemma in lemmas if self.is_known(lemma)]
        if known:
            return min(known, key=lambda lemma: self.doubts(lemma, form))
        start, hyphen, last = form.rpartition("-")
        if start and last:
            return start + hyphen + self.find(last)
        return lemmas[0] if lemmas else form

    def candidates(self, form: str) -> Iterator[str]:
        """What the learned suffixes, then the rules, make of a form."""
        changed = list(change_suffix(form, self.suffixes))
        for old, new in self.rules:
            if form.lower().endswith(old):
                changed.append(form[: len(form) - len(old)] + new)
        least = min(MIN_LEMMA, len(form))
        return (lemma for lemma in changed if len(lemma) >= least)

    def is_known(self, lemma: str) -> bool:
        return lemma in self.known or lemma.lower() in self.known

    def doubts(self, lemma: str, form: str) -> tuple[bool, bool]:
        """Whether a form is an unlikely one of a known lemma. `scrapping` is an irregular form of
        `scrap`, so `scraping` is rather one of `scrape`."""
        has_irregular = (lemma, form[-KIND_LETTERS:]) in self.irregular_kinds
        return has_irregular, not self.known.get(lemma)


def lower_case(word: str) -> str:
    """A word in small letters, as many as it has. Python makes two characters of the Turkish İ."""
    return word.replace("\u0130", "i").lower()


def without_commas(word: str) -> str:
    """A word whose numbers are not grouped."""
    return WITH_COMMAS.sub(lambda number: number[0].replace(",", ""), word)


def change_suffix(form: str, suffixes: Lemmas) -> Iterator[str]:
    """Replace each of the suffixes that a form ends with, the longest first."""
    for start in range(max(len(form) - MAX_SUFFIX, 0), len(form) + 1):
        if form[start:] in suffixes:
            yield form[:start] + suffixes[form[start:]]


def tables_of(lookups: Lookups, tag: str) -> TagTables | None:
    """The saved tables for words with a tag; None if the training data does not have it."""
    suffixes = lookups.get_table(SUFFIXES).get(tag)
    if suffixes is None:
        return None
    rules = lookups.get_table(TAGS)[tag]
    irregular: Mapping[str, Sequence[str]] = {}
    if rules["irregular"]:
        irregular = lookups.get_table(IRREGULAR)[rules["pos"]]
    return TagTables(
        words=lookups.get_table(WORDS)[tag],
        suffixes=suffixes,
        keeps_case=lookups.get_table(CASE)[tag],
        known=lookups.get_table(KNOWN)[rules["pos"]],
        irregular=irregular,
        rules=rules["rules"],
        irregular_kinds={
            (lemma, form[-KIND_LETTERS:]) for form, lemmas in irregular.items() for lemma in lemmas
        },
        drops_commas=rules["drops_commas"],
    )
