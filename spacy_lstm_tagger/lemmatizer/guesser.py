"""Finds lemmas by words and their context: tags, parts of speech and morphology. An averaged
perceptron chooses how an unknown word changes (Collins, 2002). What it gives weights to is called a
cue. How a word changes and its case are learned apart."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

from .tables import CURLY, MIN_LEMMA, lower_case

# The name of the table.
GUESSER = "lemma_guesser"
# Letters at the end of a word by which its possible changes are found.
CHANGE_ENDING = 2
# Letters at the end and at the beginning by which the perceptron chooses one of them.
CUE_ENDING = 5
CUE_START = 3
EPOCHS = 5
# Least number of words that change in the same way. The change of a single word may be its own.
MIN_WORDS = 2
NO_CHANGE = "\t\t\t"
# How a lemma may be spelled: as its word, in small letters, or with a capital before small letters.
CASES: dict[str, Callable[[str], str]] = {
    "same": str,
    "lower": lower_case,
    "title": lambda lemma: lemma[:1].upper() + lower_case(lemma[1:]),
}


class Context(NamedTuple):
    """What is known of a token beside its word: its tag, part of speech and morphology."""

    tag: str
    pos: str
    morph: str

    def lexicon_keys(self) -> list[str]:
        """The keys of its lemmas in the lexicon, the narrowest first."""
        return list(dict.fromkeys((f"{self.tag} {self.morph}", self.tag, self.pos, "")))


# A use of a word: the word, its context, and its lemma.
Use = tuple[str, Context, str]


@dataclass(frozen=True)
class Guesser:
    """A lexicon, and what a perceptron has learned.

    words (dict[str, dict[str, str]]): The lemmas of each word of the training data, by the
        keys of contexts. A key is left out if the next broader one gives the same lemma.
    lemmas (dict[str, dict[str, int]]): For each lemma of the training data, in small letters, the
        number of its words by part of speech, and of all ("").
    changes (dict[str, list[str]]): How the words with each ending change, in small letters.
    cases (dict[str, str]): Which of `CASES` most lemmas have, by the part of speech and the case of
        their words, and by the case alone.
    weights (dict[str, dict[str, float]]): The weight of each change for each cue. A cue of the
        lemma that a change makes has one weight for all changes ("").
    """

    words: dict[str, dict[str, str]] = field(default_factory=dict)
    lemmas: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    weights: dict[str, dict[str, float]] = field(default_factory=dict)

    def find(self, word: str, context: Context) -> str:
        """The lemma of a word that the training data has as this part of speech; "" if it does
        not."""
        form = lower_case(word)
        forms = (word, form, form.replace(CURLY, "'"))
        keys = [key for key in context.lexicon_keys() if key]
        for spelled in dict.fromkeys(forms):
            lemmas = self.words.get(spelled, {})
            for key in keys:
                if key in lemmas:
                    return lemmas[key]
        return ""

    def guess(self, word: str, context: Context) -> str:
        """The lemma of any other word. If no word of its part of speech has this lemma in the
        training data, and the word occurs there with another part of speech, it gets the lemma that
        it has there: the tag may be wrong."""
        lemmas = self.candidates(word)
        change = NO_CHANGE
        if lemmas:
            cues = {change: self.cues_of_lemma(made, context) for change, made in lemmas.items()}
            change = self.choose(cues_of(word, context), cues)
        lemma = self.spell(apply_change(word, change), word, context)
        is_new = context.pos not in self.lemmas.get(lower_case(lemma), {})
        return self.words.get(word, {}).get("", lemma) if is_new else lemma

    def spell(self, lemma: str, word: str, context: Context) -> str:
        """Give a lemma the case that lemmas of such words have."""
        keys = case_keys(word, context)
        case = next((self.cases[key] for key in keys if key in self.cases), "same")
        return CASES[case](lemma)

    def candidates(self, word: str) -> dict[str, str]:
        """The changes that words with the same ending have, and what they make of a word, in small
        letters."""
        form = lower_case(word)
        endings = word_endings(form, CHANGE_ENDING)
        changes = next((self.changes[end] for end in endings if end in self.changes), [])
        lemmas = {change: apply_change(form, change) for change in changes}
        least = min(MIN_LEMMA, len(form))
        return {change: lemma for change, lemma in lemmas.items() if len(lemma) >= least}

    def cues_of_lemma(self, lemma: str, context: Context, *, n_own: int = 0) -> list[str]:
        """Whether words of the training data have a lemma.

        lemma (str): The lemma in small letters.
        n_own (int): The number of words that don't count.
        """
        counts = self.lemmas.get(lemma, {})
        n_words = counts.get(context.pos, 0) - n_own
        cues = {"known": n_words > 0, "of two": n_words > 1, "any": counts.get("", 0) > n_own}
        return [cue for cue, is_there in cues.items() if is_there]

    def choose(self, cues: list[str], cues_of_lemmas: Mapping[str, list[str]]) -> str:
        """The change with the highest score.

        cues (list[str]): The cues of the word in its context.
        cues_of_lemmas (Mapping[str, list[str]]): For each change, the cues of the lemma that it
            makes.
        """
        scores = {
            change: sum(self.weights[name][""] for name in names if name in self.weights)
            for change, names in cues_of_lemmas.items()
        }
        for cue in cues:
            for change, weight in self.weights.get(cue, {}).items():
                if change in scores:
                    scores[change] += weight
        return max(scores, key=lambda change: scores[change])


def word_endings(word: str, length: int) -> list[str]:
    """The endings of a word in small letters, from a number of letters to none."""
    form = lower_case(word)
    return [form[start:] for start in range(max(len(form) - length, 0), len(form) + 1)]


def apply_change(word: str, change: str) -> str:
    """Change the beginning and the end of a word; "" if the word has others. The rest keeps its
    capitals."""
    start, new_start, end, new_end = change.split("\t")
    form = lower_case(word)
    middle = word[len(start) : len(word) - len(end)]
    fits = middle and form.startswith(start) and form.endswith(end)
    return new_start + middle + new_end if fits else ""


def change_of(word: str, lemma: str) -> str:
    """How a word becomes its lemma, both in small letters: around the longest string in both.
    "" if they have none. A word with a tab, which separates the fields of a change, has none."""
    form = lower_case(word)
    goal = lower_case(lemma)
    same = SequenceMatcher(None, form, goal, autojunk=False).find_longest_match()
    if not same.size or "\t" in form + goal:
        return ""
    starts = [form[: same.a], goal[: same.b]]
    ends = [form[same.a + same.size :], goal[same.b + same.size :]]
    return "\t".join([*starts, *ends])


def case_of(word: str) -> str:
    """The case of a word: "upper", "title" if it begins with a capital, or ""."""
    if word.isupper() and len(word) > 1:
        return "upper"
    return "title" if word[:1].isupper() else ""


def case_keys(word: str, context: Context) -> list[str]:
    """The keys of a word in `Guesser.cases`, the narrower one first."""
    case = case_of(word)
    return [f"{context.pos} {case}", case]


def cues_of(word: str, context: Context) -> list[str]:
    """The endings of a word with what its context tells, its case, and its beginnings."""
    tag, pos, morph = context
    contexts = dict.fromkeys(("", pos, tag, f"{pos} {morph}"))
    # A single one is among the contexts.
    values = morph.split("|") if "|" in morph else []
    starts = [lower_case(word[:n]) for n in range(1, min(CUE_START, len(word)) + 1)]
    return [
        *(f"{known}\t-{ending}" for known in contexts for ending in word_endings(word, CUE_ENDING)),
        *(
            f"{pos} {value}\t-{end}"
            for value in values
            for end in word_endings(word, CHANGE_ENDING)
        ),
        *(f"{known}\t{case_of(word)}" for known in dict.fromkeys((pos, tag))),
        *(f"{start}-" for start in starts),
    ]


def learn_guesser(words: dict[str, dict[str, str]], uses: Collection[Use]) -> Guesser:
    """Learn how the words of the training data change.

    words (dict[str, dict[str, str]]): The lexicon, as in `Guesser`.
    uses (Collection[Use]): Each word in each of its contexts with each of its lemmas, once.
    """
    changes = {(word, lemma): change_of(word, lemma) for word, _, lemma in uses}
    guesser = Guesser(words, cases=learn_cases(uses, changes))
    words_that_change: dict[str, set[str]] = defaultdict(set)
    words_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for word, context, lemma in uses:
        words_that_change[changes[word, lemma]].add(lower_case(word))
        for pos in (context.pos, ""):
            words_of[lower_case(lemma), pos].add(lower_case(word))
    for (lemma, pos), forms in words_of.items():
        guesser.lemmas.setdefault(lemma, {})[pos] = len(forms)
    for (word, _), change in changes.items():
        is_frequent = change and len(words_that_change[change]) >= MIN_WORDS
        for ending in word_endings(word, CHANGE_ENDING) if is_frequent else ():
            found = guesser.changes.setdefault(ending, [])
            if change not in found:
                found.append(change)
    train(guesser, [(*use, changes[use[0], use[2]]) for use in uses])
    return guesser


def learn_cases(uses: Iterable[Use], changes: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Learn the cases of lemmas, as in `Guesser`, from words whose lemmas are changed words."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word, context, lemma in uses:
        change = changes[word, lemma]
        if change:
            changed = apply_change(word, change)
            cases = [case for case, spell in CASES.items() if spell(changed) == lemma]
            for key in case_keys(word, context):
                counts[key].update(cases)
    # The first one of `CASES` counts if others are as common.
    return {key: max(CASES, key=lambda case: found[case]) for key, found in counts.items()}


def train(guesser: Guesser, uses: Iterable[tuple[str, Context, str, str]]) -> None:
    """Learn the weights, means over all steps, from words, contexts, lemmas and changes. Each word
    is read as if it were unknown: it is not counted among the words of its lemma."""
    inputs = []
    for word, context, lemma, right in uses:
        goal = lower_case(lemma)
        cues_of_lemmas = {
            change: guesser.cues_of_lemma(made, context, n_own=int(made == goal))
            for change, made in guesser.candidates(word).items()
        }
        # The change of a single word is none of the candidates.
        if right in cues_of_lemmas:
            inputs.append((cues_of(word, context), cues_of_lemmas, right))
    weights = guesser.weights
    sums: Counter[tuple[str, str]] = Counter()
    draw = random.Random(0)
    step = 0
    for _ in range(EPOCHS):
        draw.shuffle(inputs)
        for cues, cues_of_lemmas, right in inputs:
            step += 1
            chosen = guesser.choose(cues, cues_of_lemmas)
            if chosen == right:
                continue
            for change, sign in ((right, 1), (chosen, -1)):
                names = [(cue, change) for cue in cues]
                for cue, key in [*names, *((cue, "") for cue in cues_of_lemmas[change])]:
                    of_cue = weights.setdefault(cue, {})
                    of_cue[key] = of_cue.get(key, 0) + sign
                    sums[cue, key] += sign * step
    for cue, of_cue in weights.items():
        for key in of_cue:
            of_cue[key] -= sums[cue, key] / step
