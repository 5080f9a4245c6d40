"""Teaches spaCy's tokenizer to split words as tagged text does."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from split_rules import MIN_SHARE, edges, learn_rules

Words = tuple[str, ...]
# Every fifth Doc chooses among the rules that the others propose.
HELD_OUT_STEP = 5
# How often a string has to be split in the same way.
MIN_FREQ = 2


def learn_tokenizer(tokenizer: Tokenizer, docs: Sequence[Doc]) -> None:
    """Let a tokenizer split text as some Docs are split.

    First it learns rules for marks between, before and behind letters and digits, such as a split
    behind each hyphen. A rule is used if more words of held-out Docs are right with it. Then it
    learns the strings that it would still split differently from the Docs. Both become settings of
    the tokenizer, and are saved with it.

    docs (Sequence[Doc]): Tagged text. Docs whose spaces are unknown are left out.
    """
    docs = [doc for doc in docs if not doc.has_unknown_spaces]
    others = [doc for i, doc in enumerate(docs) if i % HELD_OUT_STEP] or docs
    learn_rules(others, docs[::HELD_OUT_STEP], tokenizer)
    learn_strings(docs, tokenizer)


def learn_strings(docs: Sequence[Doc], tokenizer: Tokenizer) -> None:
    """Add special cases for strings that the tokenizer splits differently from tagged text."""
    different = dict.fromkeys(
        string for doc in docs for string in different_strings(doc, tokenizer(doc.text))
    )
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for string in different:
        lengths[string[0]].add(len(string))
    counts: dict[str, Counter[Words]] = {string: Counter() for string in different}
    for doc in docs:
        for words in words_of_strings(doc, tokenizer(doc.text), lengths):
            string = "".join(words)
            if string in counts:
                counts[string][words] += 1
    for string, words_of in counts.items():
        ((words, n),) = words_of.most_common(1)
        present = tuple(token.text for token in tokenizer(string))
        if n >= MIN_FREQ and n >= MIN_SHARE * words_of.total() and words != present:
            tokenizer.add_special_case(string, [{"ORTH": word} for word in words])


def different_strings(gold: Doc, doc: Doc) -> Iterator[str]:
    """The strings without white space that are one word of the data and several tokens, or one
    token and several words.

    gold (Doc): With the words of the data.
    doc (Doc): The same text with the tokenizer's.
    """
    for one, other in ((gold, doc), (doc, gold)):
        bounds = edges(other)
        starts = {token.idx for token in other}
        for token in one:
            start = token.idx
            end = start + len(token)
            inside = any(place in starts for place in range(start + 1, end))
            if inside and bounds >= {start, end} and not has_space(token.text):
                yield token.text


def words_of_strings(gold: Doc, doc: Doc, lengths: dict[str, set[int]]) -> Iterator[Words]:
    """The words of the data in each place where a string of some lengths begins and ends with a
    word and a token.

    lengths (dict[str, set[int]]): The lengths of strings, by their first character.
    """
    text = gold.text
    bounds = edges(doc)
    word_at = {word.idx: word.i for word in gold}
    end_at = {word.idx + len(word): word.i + 1 for word in gold}
    for start, first in word_at.items():
        for length in lengths.get(text[start], ()):
            end = start + length
            is_string = end in end_at and start in bounds and end in bounds
            if is_string and not has_space(text[start:end]):
                yield tuple(word.text for word in gold[first : end_at[end]])


def has_space(text: str) -> bool:
    return any(character.isspace() for character in text)
