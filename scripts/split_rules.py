"""Rules by which a tokenizer splits words at marks, beside spaCy's own patterns."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from spacy.scorer import PRFScore
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

# What stands beside a mark, as a regular expression for one character.
LETTER = r"[^\W\d_]"
DIGIT = r"\d"
# A mark is one character that is neither a letter nor a digit, nor white space.
MARK = r"(?:[^\w\s]|_)"
# Marks at the beginning of a string, one inside of it, and marks at its end.
FIRST_MARKS = re.compile(rf"(?<!\S){MARK}+(?=[^\W_])")
INNER_MARK = re.compile(rf"(?<=[^\W_]){MARK}(?=[^\W_])")
LAST_MARKS = re.compile(rf"(?<=[^\W_]){MARK}+(?!\S)")
# A pattern that matches nothing.
NEVER = r"(?!)"
# How often a place has to be split in the same way to propose a rule.
MIN_OCCURRENCES = 10
# Share of all occurrences of a place or a string that have to be split in the same way.
MIN_SHARE = 0.6


class Split(NamedTuple):
    """Whether a word ends before a mark, and whether one ends behind it."""

    before: bool
    behind: bool


class Place(NamedTuple):
    """A mark, and what stands beside it.

    mark (str): One character.
    left (str): LETTER or DIGIT; an empty string where the mark begins a word, apart from marks
        before it that are words of their own.
    right (str): The same for the right side.
    """

    mark: str
    left: str
    right: str


Rules = dict[Place, Split]
# For each split, the pattern of an infix. A match without width splits a word, and is no word.
INFIXES = {
    Split(before=True, behind=True): r"(?<={left}){mark}(?={right})",
    Split(before=True, behind=False): r"(?<={left})(?={mark}{right})",
    Split(before=False, behind=True): r"(?<={left}{mark})(?={right})",
}


class Patterns(NamedTuple):
    """How a tokenizer finds prefixes, infixes and suffixes: regular expressions."""

    prefix: str
    infix: str
    suffix: str


def edges(doc: Doc) -> set[int]:
    """The places in the text where a token begins or ends."""
    return {token.idx for token in doc} | {token.idx + len(token) for token in doc}


def kind_of(character: str) -> str:
    """The pattern of a letter or a digit."""
    return DIGIT if re.match(DIGIT, character) else LETTER


def splits(doc: Doc) -> Iterator[tuple[Place, Split]]:
    """Each mark that has a letter or a digit beside it, and how the Doc's words are split there."""
    text = doc.text
    bounds = edges(doc)
    # spaCy takes marks off the edges of a string one by one. So the innermost one counts if all
    # others are words.
    for match in FIRST_MARKS.finditer(text):
        start, end = match.span()
        if bounds.issuperset(range(start + 1, end)):
            yield Place(text[end - 1], "", kind_of(text[end])), Split(False, end in bounds)
    for match in INNER_MARK.finditer(text):
        start, end = match.span()
        place = Place(text[start], kind_of(text[start - 1]), kind_of(text[end]))
        yield place, Split(start in bounds, end in bounds)
    for match in LAST_MARKS.finditer(text):
        start, end = match.span()
        if bounds.issuperset(range(start + 1, end)):
            yield Place(text[start], kind_of(text[start - 1]), ""), Split(start in bounds, False)


def usual_splits(docs: Iterable[Doc]) -> Rules:
    """The usual split at each frequent place, the most frequent places first."""
    counts: defaultdict[Place, Counter[Split]] = defaultdict(Counter)
    for doc in docs:
        for place, split in splits(doc):
            counts[place][split] += 1
    rules: Rules = {}
    for place in sorted(counts, key=lambda place: -counts[place].total()):
        ((split, count),) = counts[place].most_common(1)
        if count >= MIN_OCCURRENCES and count >= MIN_SHARE * counts[place].total():
            rules[place] = split
    return rules


def patterns_of(tokenizer: Tokenizer) -> Patterns:
    """A tokenizer's patterns. Each of its settings is a method of a compiled one, or None."""
    methods = (tokenizer.prefix_search, tokenizer.infix_finditer, tokenizer.suffix_search)
    return Patterns(*(NEVER if each is None else each.__self__.pattern for each in methods))


def add_rules(own: Patterns, rules: Rules) -> Patterns:
    """Patterns that follow rules at their places, and a tokenizer's own patterns elsewhere."""
    prefixes, infixes, suffixes = [], [], []
    # At the place of a rule, whatever it says, the tokenizer's own pattern does not match.
    not_prefixes, not_infixes, not_suffixes = [], [], []
    for (character, left, right), split in rules.items():
        mark = re.escape(character)
        if not left:
            not_prefixes.append(f"{mark}{right}")
            if split.behind:
                prefixes.append(f"^{mark}(?={right})")
        elif not right:
            not_suffixes.append(f"{left}{mark}")
            if split.before:
                suffixes.append(f"(?<={left}){mark}$")
        else:
            not_infixes.append(f"(?<={left}){mark}{right}")
            if split in INFIXES:
                infixes.append(INFIXES[split].format(left=left, mark=mark, right=right))
    prefixes.append(f"(?!{any_of(not_prefixes)})(?:{own.prefix})")
    infixes.append(f"(?!{any_of(not_infixes)})(?:{own.infix})")
    suffixes.append(f"(?:{own.suffix})(?<!{any_of(not_suffixes)})")
    return Patterns("|".join(prefixes), "|".join(infixes), "|".join(suffixes))


def any_of(patterns: Collection[str]) -> str:
    return "|".join(patterns) or NEVER


def set_patterns(tokenizer: Tokenizer, patterns: Patterns) -> None:
    tokenizer.prefix_search = re.compile(patterns.prefix).search
    tokenizer.infix_finditer = re.compile(patterns.infix).finditer
    tokenizer.suffix_search = re.compile(patterns.suffix).search


def words_f(gold: Iterable[Doc], predicted: Iterable[Doc]) -> float:
    """The F-score of the words of texts, as in the shared task of CoNLL 2018: a part of a word is
    wrong.

    gold (Iterable[Doc]): Docs with the right words.
    predicted (Iterable[Doc]): The same texts with the words to be measured.
    RETURNS (float): From 0 to 1.
    """
    score = PRFScore()
    for gold_doc, doc in zip(gold, predicted, strict=True):
        score.score_set(word_spans(doc), word_spans(gold_doc))
    return float(score.fscore)


def word_spans(doc: Doc) -> set[tuple[int, int]]:
    return {(token.idx, token.idx + len(token)) for token in doc if not token.is_space}


def learn_rules(docs: Collection[Doc], held_out: Collection[Doc], tokenizer: Tokenizer) -> None:
    """Let a tokenizer follow the rules that make more words right.

    docs (Collection[Doc]): Tagged text that proposes rules where the tokenizer splits otherwise.
    held_out (Collection[Doc]): Text in which each rule has to make more words right.
    """
    present = usual_splits(tokenizer(doc.text) for doc in docs)
    own = patterns_of(tokenizer)
    best = words_f(held_out, (tokenizer(doc.text) for doc in held_out))
    chosen: Rules = {}
    for place, split in usual_splits(docs).items():
        if present.get(place) == split:
            continue
        set_patterns(tokenizer, add_rules(own, {**chosen, place: split}))
        score = words_f(held_out, (tokenizer(doc.text) for doc in held_out))
        if score > best:
            best = score
            chosen[place] = split
    set_patterns(tokenizer, add_rules(own, chosen) if chosen else own)
