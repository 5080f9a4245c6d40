"""Finds lemmas by words and their context: tags, parts of speech and features. An averaged
perceptron chooses how an unknown word changes (Collins, 2002)."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

from .tables import CURLY, MIN_LEMMA

# The name of the table.
GUESSER = "lemma_guesser"
# Letters at the end of a word that say how it may change, and that features have.
ENDING = 2
MAX_ENDING = 5
MAX_START = 3
EPOCHS = 5
# Least number of words that change in the same way. The change of a single word may be its own.
MIN_WORDS = 2
# A change begins with the name of one of these.
CASES: dict[str, Callable[[str], str]] = {"": str, "lower": str.lower, "title": str.title}


class Context(NamedTuple):
    """What is known of a token beside its word: its tag, part of speech and features."""

    tag: str
    pos: str
    morph: str

    def lexicon_keys(self) -> list[str]:
        """The keys of its lemmas in the lexicon, the narrowest first."""
        return list(dict.fromkeys((f"{self.tag} {self.morph}", self.tag, self.pos, "")))


# A word in its context, and its lemma.
Row = tuple[str, Context, str]


@dataclass(frozen=True)
class Guesser:
    """A lexicon, and what a perceptron has learned.

    words (dict[str, dict[str, str]]): The lemmas of each word of the training data, by the
        keys of contexts. A tag is missing if the part of speech has the same lemma.
    lemmas (dict[str, dict[str, int]]): For each lemma of the training data, the number of its
        words by part of speech, and of all ("").
    changes (dict[str, list[str]]): How the words with each ending change.
    weights (dict[str, dict[str, float]]): The weight of each change for each feature. A
        feature of the lemma that a change makes has one weight for all changes ("").
    """

    words: dict[str, dict[str, str]] = field(default_factory=dict)
    lemmas: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    weights: dict[str, dict[str, float]] = field(default_factory=dict)

    def find(self, word: str, context: Context) -> str:
        """The lemma of a word that the training data has as this part of speech; "" if it does
        not."""
        form = word.lower()
        forms = (word, form, form.replace(CURLY, "'"))
        keys = [key for key in context.lexicon_keys() if key]
        for spelled in dict.fromkeys(forms):
            lemmas = self.words.get(spelled, {})
            for key in keys:
                if key in lemmas:
                    return lemmas[key]
        return ""

    def guess(self, word: str, context: Context) -> str:
        """The lemma of any other word. If it is new, and the training data has the word as another
        part of speech, that lemma: the tagger may be wrong."""
        lemmas = self.candidates(word)
        lemma = word
        if lemmas:
            evidence = {change: self.knows(made, context) for change, made in lemmas.items()}
            lemma = lemmas[self.choose(features_of(word, context), evidence)]
        is_new = context.pos not in self.lemmas.get(lemma, {})
        return self.words.get(word, {}).get("", lemma) if is_new else lemma

    def candidates(self, word: str) -> dict[str, str]:
        """The changes that words with the same ending have, and what they make of a word."""
        endings = endings_of(word, ENDING)
        changes = next((self.changes[end] for end in endings if end in self.changes), [])
        lemmas = {change: apply_change(word, change) for change in changes}
        least = min(MIN_LEMMA, len(word))
        return {change: lemma for change, lemma in lemmas.items() if len(lemma) >= least}

    def knows(self, lemma: str, context: Context, *, n_own: int = 0) -> list[str]:
        """The features of a lemma: whether words of the training data have it.

        n_own (int): The number of words that don't count.
        """
        counts = self.lemmas.get(lemma, {})
        n_words = counts.get(context.pos, 0) - n_own
        features = {"known": n_words > 0, "of two": n_words > 1, "any": counts.get("", 0) > n_own}
        return [feature for feature, is_there in features.items() if is_there]

    def choose(self, features: list[str], evidence: Mapping[str, list[str]]) -> str:
        """The change with the highest score.

        features (list[str]): Features of the word in its context.
        evidence (Mapping[str, list[str]]): For each change, features of the lemma that it makes.
        """
        scores = {
            change: sum(self.weights[name][""] for name in names if name in self.weights)
            for change, names in evidence.items()
        }
        for feature in features:
            for change, weight in self.weights.get(feature, {}).items():
                if change in scores:
                    scores[change] += weight
        return max(scores, key=lambda change: scores[change])


def endings_of(word: str, length: int) -> list[str]:
    """The endings of a word in lower case, from a number of letters to none."""
    form = word.lower()
    return [form[start:] for start in range(max(len(form) - length, 0), len(form) + 1)]


def apply_change(word: str, change: str) -> str:
    """Change the beginning and the end of a word; "" if the word has others."""
    case, start, new_start, end, new_end = change.split("\t")
    form = CASES[case](word)
    middle = form[len(start) : len(form) - len(end)]
    fits = middle and form.startswith(start) and form.endswith(end)
    return new_start + middle + new_end if fits else ""


def change_of(word: str, lemma: str) -> str:
    """How a word becomes its lemma: around the longest part that both have, in the case in which
    that part is longest. "" if they have none. A tab would separate the parts of a change."""
    longest = 0
    change = ""
    if "\t" in word + lemma:
        return change
    for case, change_case in CASES.items():
        form = change_case(word)
        same = SequenceMatcher(None, form, lemma, autojunk=False).find_longest_match()
        if same.size > longest:
            longest = same.size
            starts = [form[: same.a], lemma[: same.b]]
            ends = [form[same.a + same.size :], lemma[same.b + same.size :]]
            change = "\t".join([case, *starts, *ends])
    return change


def features_of(word: str, context: Context) -> list[str]:
    """The endings of a word with parts of its context, its case, and its beginnings."""
    tag, pos, morph = context
    parts = dict.fromkeys(("", pos, tag, f"{pos} {morph}"))
    # A single one is among the parts.
    values = morph.split("|") if "|" in morph else []
    case = "upper" if word.isupper() and len(word) > 1 else "title" if word[:1].isupper() else ""
    return [
        *(f"{part}\t-{ending}" for part in parts for ending in endings_of(word, MAX_ENDING)),
        *(f"{pos} {value}\t-{end}" for value in values for end in endings_of(word, ENDING)),
        *(f"{part}\t{case}" for part in dict.fromkeys((pos, tag))),
        *(f"{word[:n].lower()}-" for n in range(1, min(MAX_START, len(word)) + 1)),
    ]


def learn_guesser(words: dict[str, dict[str, str]], rows: Collection[Row]) -> Guesser:
    """Learn how the words of the training data change.

    words (dict[str, dict[str, str]]): The lexicon, as in `Guesser`.
    rows (Collection[Row]): Each word in each of its contexts with each of its lemmas, once.
    """
    guesser = Guesser(words)
    changes = {}
    words_that_change: dict[str, set[str]] = defaultdict(set)
    words_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for word, context, lemma in rows:
        if (word, lemma) not in changes:
            changes[word, lemma] = change_of(word, lemma)
        words_that_change[changes[word, lemma]].add(word.lower())
        for pos in (context.pos, ""):
            words_of[lemma, pos].add(word.lower())
    for (lemma, pos), forms in words_of.items():
        guesser.lemmas.setdefault(lemma, {})[pos] = len(forms)
    for (word, _), change in changes.items():
        is_frequent = change and len(words_that_change[change]) >= MIN_WORDS
        for ending in endings_of(word, ENDING) if is_frequent else ():
            found = guesser.changes.setdefault(ending, [])
            if change not in found:
                found.append(change)
    train(guesser, [(*row, changes[row[0], row[2]]) for row in rows])
    return guesser


def train(guesser: Guesser, rows: Iterable[tuple[str, Context, str, str]]) -> None:
    """Learn the weights, means over all steps, from words, contexts, lemmas and changes. Each word
    is read as if it were unknown: it is not counted among the words of its lemma."""
    inputs = []
    for word, context, lemma, right in rows:
        evidence = {
            change: guesser.knows(made, context, n_own=int(made == lemma))
            for change, made in guesser.candidates(word).items()
        }
        # The change of a single word is none of the candidates.
        if right in evidence:
            inputs.append((features_of(word, context), evidence, right))
    weights = guesser.weights
    sums: Counter[tuple[str, str]] = Counter()
    draw = random.Random(0)
    step = 0
    for _ in range(EPOCHS):
        draw.shuffle(inputs)
        for features, evidence, right in inputs:
            step += 1
            chosen = guesser.choose(features, evidence)
            if chosen == right:
                continue
            for change, sign in ((right, 1), (chosen, -1)):
                names = [(name, change) for name in features]
                for name, key in [*names, *((name, "") for name in evidence[change])]:
                    of_feature = weights.setdefault(name, {})
                    of_feature[key] = of_feature.get(key, 0) + sign
                    sums[name, key] += sign * step
    for name, of_feature in weights.items():
        for key in of_feature:
            of_feature[key] -= sums[name, key] / step
