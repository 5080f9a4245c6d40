"""Rules by which a tokenizer splits words at marks, beside spaCy's own patterns."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

# What stands beside a mark, as a regular expression for one character.
LETTER = r"[^\W\d_]"
DIGIT = r"\d"
NEVER = r"(?!)"  # matches nothing
MIN_FREQ = 10  # of a split at a place that proposes a rule


class Split(StrEnum):
    """Where a word is split at a mark."""

    nowhere = "nowhere"
    before = "before"
    behind = "behind"
    around = "around"


# By whether a word ends before the mark, and behind it.
SPLITS = {
    (False, False): Split.nowhere,
    (True, False): Split.before,
    (False, True): Split.behind,
    (True, True): Split.around,
}


@dataclass(frozen=True)
class Place:
    """A mark, and what stands beside it.

    mark (str): One character that is neither a letter nor a digit.
    left (str): LETTER or DIGIT; an empty string where the mark begins a word, apart from marks
        before it that are words of their own.
    right (str): The same for the right side.
    """

    mark: str
    left: str
    right: str


Rules = dict[Place, Split]
Counts = Counter[tuple[Place, Split]]


def kind_of(character: str) -> str:
    """LETTER or DIGIT; an empty string for a mark."""
    if re.match(LETTER, character):
        return LETTER
    return DIGIT if re.match(DIGIT, character) else ""


def count_splits(doc: Doc) -> Counts:
    """How often the words of a Doc are split in each way at each place."""
    counts: Counts = Counter()
    bounds = {token.idx for token in doc} | {token.idx + len(token) for token in doc}
    text = doc.text
    for match in re.finditer(r"\S+", text):
        start, end = match.span()
        kinds = [kind_of(character) for character in match.group()]
        # Marks at the edges that are words are taken off one by one, as spaCy does.
        while start < end - 1 and not kinds[start - match.start()]:
            right = kinds[start + 1 - match.start()]
            is_word = start + 1 in bounds
            if right:
                counts[Place(text[start], "", right), SPLITS[False, is_word]] += 1
            if not is_word:
                break
            start += 1
        while start < end - 1 and not kinds[end - 1 - match.start()]:
            left = kinds[end - 2 - match.start()]
            is_word = end - 1 in bounds
            if left:
                counts[Place(text[end - 1], left, ""), SPLITS[is_word, False]] += 1
            if not is_word:
                break
            end -= 1
        for i in range(start + 1, end - 1):
            left = kinds[i - 1 - match.start()]
            right = kinds[i + 1 - match.start()]
            if left and right and not kinds[i - match.start()]:
                place = Place(text[i], left, right)
                counts[place, SPLITS[i in bounds, i + 1 in bounds]] += 1
    return counts


def usual_splits(counts: Counts, min_share: float) -> Rules:
    """The usual split at each frequent place, the most frequent places first."""
    by_place: dict[Place, Counter[Split]] = defaultdict(Counter)
    for (place, split), count in counts.items():
        by_place[place][split] += count
    rules: Rules = {}
    for place in sorted(by_place, key=lambda place: -by_place[place].total()):
        ((split, count),) = by_place[place].most_common(1)
        if count >= MIN_FREQ and count >= min_share * by_place[place].total():
            rules[place] = split
    return rules


class Patterns:
    """The patterns of a tokenizer, and what rules make of them.

    tokenizer (Tokenizer): The tokenizer.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.own = (tokenizer.prefix_search, tokenizer.infix_finditer, tokenizer.suffix_search)
        self.prefix, self.infix, self.suffix = map(pattern_of, self.own)

    def set_rules(self, rules: Rules) -> None:
        """Let the tokenizer follow rules at their places, and its own patterns elsewhere. Rules of
        an earlier call are dropped."""
        if not rules:
            self.tokenizer.prefix_search = self.own[0]
            self.tokenizer.infix_finditer = self.own[1]
            self.tokenizer.suffix_search = self.own[2]
            return
        first = {place: split for place, split in rules.items() if not place.left}
        last = {place: split for place, split in rules.items() if not place.right}
        inside = {place: rules[place] for place in rules if place.left and place.right}
        # spaCy takes off a prefix or suffix as often as its pattern matches.
        prefix = [rf"^{mark}(?={right})" for mark, _, right in marks(first, Split.behind)]
        suffix = [rf"(?<={left}){mark}$" for mark, left, _ in marks(last, Split.before)]
        # A match without width splits a word, and is no word itself.
        infix = [
            *(
                rf"(?<={left}){mark}(?={right})"
                for mark, left, right in marks(inside, Split.around)
            ),
            *(
                rf"(?<={left})(?={mark}{right})"
                for mark, left, right in marks(inside, Split.before)
            ),
            *(
                rf"(?<={left}{mark})(?={right})"
                for mark, left, right in marks(inside, Split.behind)
            ),
        ]
        in_prefix = [rf"(?!{mark}{right})" for mark, _, right in marks(first)]
        in_infix = [rf"(?!(?<={left}){mark}{right})" for mark, left, right in marks(inside)]
        in_suffix = [rf"(?<!{left}{mark})" for mark, left, _ in marks(last)]
        prefix.append(f"{''.join(in_prefix)}(?:{self.prefix})")
        infix.append(f"{''.join(in_infix)}(?:{self.infix})")
        suffix.append(f"(?:{self.suffix}){''.join(in_suffix)}")
        self.tokenizer.prefix_search = re.compile("|".join(prefix)).search
        self.tokenizer.infix_finditer = re.compile("|".join(infix)).finditer
        self.tokenizer.suffix_search = re.compile("|".join(suffix)).search


def pattern_of(method: Callable[..., Any] | None) -> str:
    """The pattern of a tokenizer's setting, which is a method of a compiled pattern."""
    return NEVER if method is None else str(method.__self__.pattern)  # type: ignore[attr-defined]


def marks(rules: Rules, *splits: Split) -> Iterator[tuple[str, str, str]]:
    """The marks with the same rule and the same kinds beside them, as one pattern for a character,
    and those kinds. Without splits, the marks of all rules."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place, split in rules.items():
        if not splits or split in splits:
            groups[place.left, place.right].append(place.mark)
    for (left, right), characters in groups.items():
        yield f"[{''.join(map(re.escape, sorted(characters)))}]", left, right


def word_spans(doc: Doc) -> set[tuple[int, int]]:
    """The words of a text, each as the number of characters before it and up to its end, white
    space apart."""
    spans = set()
    end = 0
    for token in doc:
        length = len("".join(token.text.split()))
        if length:
            spans.add((end, end + length))
        end += length
    return spans


def words_f(gold: Collection[Doc], tokenizer: Tokenizer) -> float:
    """The F-score of a tokenizer's words, as in the shared task of CoNLL 2018."""
    n_right = 0
    n_words = 0
    for doc in gold:
        expected = word_spans(doc)
        found = word_spans(tokenizer(doc.text))
        n_right += len(expected & found)
        n_words += len(expected) + len(found)
    return 2 * n_right / max(n_words, 1)


def choose_rules(
    docs: Collection[Doc], held_out: Collection[Doc], tokenizer: Tokenizer, min_share: float
) -> Rules:
    """Choose rules, and let a tokenizer follow them.

    docs (Collection[Doc]): Tagged text that proposes rules where the tokenizer splits otherwise.
    held_out (Collection[Doc]): Text in which each rule has to make more words right.
    tokenizer (Tokenizer): The tokenizer.
    min_share (float): Share of a place's occurrences that have to be split as the rule says.
    RETURNS (Rules): The rules.
    """
    of_data: Counts = Counter()
    of_tokenizer: Counts = Counter()
    for doc in docs:
        of_data.update(count_splits(doc))
        of_tokenizer.update(count_splits(tokenizer(doc.text)))
    proposed = usual_splits(of_data, min_share)
    own = usual_splits(of_tokenizer, min_share)
    patterns = Patterns(tokenizer)
    best = words_f(held_out, tokenizer)
    chosen: Rules = {}
    for place, split in proposed.items():
        if own.get(place) == split:
            continue
        patterns.set_rules({**chosen, place: split})
        score = words_f(held_out, tokenizer)
        if score > best:
            best = score
            chosen[place] = split
    patterns.set_rules(chosen)
    return chosen
