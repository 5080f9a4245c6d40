"""A callback for the config: spaCy's tokenizer learns from tagged text how to split words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

from annotated_types import Ge, Gt, Le
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from ..config_rules import check_config
from .corpus import SentenceCorpus
from .split_rules import choose_rules, edges

Words = tuple[str, ...]
# Every fifth Doc chooses among the rules that the others propose.
HELD_OUT_STEP = 5


@check_config
def learn_tokenizer(
    path: str | None,
    min_freq: Annotated[int, Gt(0)] = 2,
    min_share: Annotated[float, Ge(0.5), Le(1)] = 0.6,
) -> Callable[[Language], None]:
    """For `[initialize.after_init]`: the tokenizer splits text as the training data does.

    First it learns rules for marks between, before and behind letters and digits, such as a split
    behind each hyphen. A rule is used if more words of held-out training data are right with it.
    Then it learns the strings that it would still split differently from the training data. Both
    become settings of spaCy's tokenizer, and are saved with it. A tokenizer of another kind stays
    as it is.

    path (str | None): The training data, `${paths.train}`. Docs whose spaces are unknown are left
        out.
    min_freq (int): Number of times that a string has to be split in the same way. A rule needs ten.
    min_share (float): Share of all occurrences of a string or mark that have to be split so.
    RETURNS (Callable[[Language], None]): The callback.
    """
    corpus = SentenceCorpus(path)

    def callback(nlp: Language) -> None:
        if not isinstance(nlp.tokenizer, Tokenizer):
            return
        docs = [doc for doc in corpus.docs(nlp.vocab) if not doc.has_unknown_spaces]
        held_out = docs[::HELD_OUT_STEP]
        others = [doc for i, doc in enumerate(docs) if i % HELD_OUT_STEP] or docs
        choose_rules(others, held_out, nlp.tokenizer, min_share)
        learn_strings(docs, nlp.tokenizer, min_freq, min_share)

    return callback


def learn_strings(
    docs: Sequence[Doc], tokenizer: Tokenizer, min_freq: int, min_share: float
) -> None:
    """Add special cases for strings that the tokenizer splits differently from tagged text."""
    different = dict.fromkeys(
        string for doc in docs for string in different_strings(doc, tokenizer(doc.text))
    )
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for string in different:
        lengths[string[0]].add(len(string))
    counts: dict[str, Counter[Words]] = {string: Counter() for string in different}
    for doc in docs:
        for words in splits(doc, tokenizer(doc.text), lengths):
            string = "".join(words)
            if string in counts:
                counts[string][words] += 1
    for string, words_of in counts.items():
        ((words, n),) = words_of.most_common(1)
        present = tuple(token.text for token in tokenizer(string))
        if n >= min_freq and n >= min_share * words_of.total() and words != present:
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


def splits(gold: Doc, doc: Doc, lengths: dict[str, set[int]]) -> Iterator[Words]:
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
