"""Rules by which a tokenizer splits words at marks, beside spaCy's own patterns."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

# What stands beside a mark, as a regular expression for one character.
LETTER = r"[^\W\d_]"
DIGIT = r"\d"
# A pattern that matches nothing.
NEVER = r"(?!)"
# How often a place has to be split in the same way to propose a rule.
MIN_FREQ = 10


# Whether a word ends before a mark, and whether one ends behind it.
Split = tuple[bool, bool]
BEFORE = (True, False)
BEHIND = (False, True)
AROUND = (True, True)


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


def edges(doc: Doc) -> set[int]:
    """The places in the text where a token begins or ends."""
    return {token.idx for token in doc} | {token.idx + len(token) for token in doc}


def count_splits(doc: Doc) -> Counts:
    """How often the words of a Doc are split in each way at each place."""
    counts: Counts = Counter()
    bounds = edges(doc)
    text = doc.text
    for match in re.finditer(r"\S+", text):
        start, end = match.span()
        kinds = [kind_of(character) for character in match.group()]
        # Marks at the edges that are words are taken off one by one, as spaCy does.
        while start < end - 1 and not kinds[start - match.start()]:
            right = kinds[start + 1 - match.start()]
            is_word = start + 1 in bounds
            if right:
                counts[Place(text[start], "", right), (False, is_word)] += 1
            if not is_word:
                break
            start += 1
        while start < end - 1 and not kinds[end - 1 - match.start()]:
            left = kinds[end - 2 - match.start()]
            is_word = end - 1 in bounds
            if left:
                counts[Place(text[end - 1], left, ""), (is_word, False)] += 1
            if not is_word:
                break
            end -= 1
        for i in range(start + 1, end - 1):
            left = kinds[i - 1 - match.start()]
            right = kinds[i + 1 - match.start()]
            if left and right and not kinds[i - match.start()]:
                place = Place(text[i], left, right)
                counts[place, (i in bounds, i + 1 in bounds)] += 1
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


class Searches(NamedTuple):
    """How a tokenizer finds prefixes, infixes and suffixes: methods of patterns, or None."""

    prefix: Callable[..., Any] | None
    infix: Callable[..., Any] | None
    suffix: Callable[..., Any] | None


def searches_of(tokenizer: Tokenizer) -> Searches:
    return Searches(tokenizer.prefix_search, tokenizer.infix_finditer, tokenizer.suffix_search)


def set_searches(tokenizer: Tokenizer, searches: Searches) -> None:
    tokenizer.prefix_search = searches.prefix
    tokenizer.infix_finditer = searches.infix
    tokenizer.suffix_search = searches.suffix


def add_rules(own: Searches, rules: Rules) -> Searches:
    """Searches that follow rules at their places, and a tokenizer's own patterns elsewhere."""
    if not rules:
        return own
    first = {place: split for place, split in rules.items() if not place.left}
    last = {place: split for place, split in rules.items() if not place.right}
    inside = {place: rules[place] for place in rules if place.left and place.right}
    # spaCy takes off a prefix or suffix as often as its pattern matches.
    prefix = [rf"^{mark}(?={right})" for mark, _, right in marks(first, BEHIND)]
    suffix = [rf"(?<={left}){mark}$" for mark, left, _ in marks(last, BEFORE)]
    # A match without width splits a word, and is no word itself.
    infix = [
        *(rf"(?<={left}){mark}(?={right})" for mark, left, right in marks(inside, AROUND)),
        *(rf"(?<={left})(?={mark}{right})" for mark, left, right in marks(inside, BEFORE)),
        *(rf"(?<={left}{mark})(?={right})" for mark, left, right in marks(inside, BEHIND)),
    ]
    # At the place of a rule, whatever it says, the tokenizer's own pattern does not match.
    not_prefix = [rf"(?!{mark}{right})" for mark, _, right in marks(first)]
    not_infix = [rf"(?!(?<={left}){mark}{right})" for mark, left, right in marks(inside)]
    not_suffix = [rf"(?<!{left}{mark})" for mark, left, _ in marks(last)]
    prefix.append(f"{''.join(not_prefix)}(?:{pattern_of(own.prefix)})")
    infix.append(f"{''.join(not_infix)}(?:{pattern_of(own.infix)})")
    suffix.append(f"(?:{pattern_of(own.suffix)}){''.join(not_suffix)}")
    return Searches(
        prefix=re.compile("|".join(prefix)).search,
        infix=re.compile("|".join(infix)).finditer,
        suffix=re.compile("|".join(suffix)).search,
    )


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


def word_spans(doc: Doc) -> list[tuple[int, int]]:
    """The words of a text, each as the number of characters before it and up to its end, white
    space apart."""
    spans = []
    end = 0
    for token in doc:
        length = len("".join(token.text.split()))
        if length:
            spans.append((end, end + length))
        end += length
    return spans


def words_f(gold: Iterable[Doc], predicted: Iterable[Doc]) -> float:
    """The F-score of the words of texts, as in the shared task of CoNLL 2018: a part of a word is
    wrong.

    gold (Iterable[Doc]): Docs with the right words.
    predicted (Iterable[Doc]): The same texts with the words to be measured.
    RETURNS (float): From 0 to 1.
    """
    n_right = 0
    n_words = 0
    for gold_doc, doc in zip(gold, predicted, strict=True):
        expected = word_spans(gold_doc)
        found = word_spans(doc)
        n_right += len(set(expected) & set(found))
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
    present = usual_splits(of_tokenizer, min_share)
    searches = searches_of(tokenizer)
    best = words_f(held_out, (tokenizer(doc.text) for doc in held_out))
    chosen: Rules = {}
    for place, split in proposed.items():
        if present.get(place) == split:
            continue
        set_searches(tokenizer, add_rules(searches, {**chosen, place: split}))
        score = words_f(held_out, (tokenizer(doc.text) for doc in held_out))
        if score > best:
            best = score
            chosen[place] = split
    set_searches(tokenizer, add_rules(searches, chosen))
    return chosen
