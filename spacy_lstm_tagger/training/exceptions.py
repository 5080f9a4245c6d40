"""A callback for the config: spaCy's tokenizer learns exceptions from tagged text."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, Span

from ..models.checks import check_int, check_number
from .corpus import SentenceCorpus

Words = tuple[str, ...]
MAX_TOKENS = 100  # of the tokenizer that may be one word of the data


def learn_exceptions(
    path: str | None, min_freq: int = 2, min_share: float = 0.6
) -> Callable[[Language], None]:
    """For `[initialize.after_init]`: the tokenizer splits the strings as the training data does, if
    it would split them in another way. They become special cases of spaCy's tokenizer, and are
    saved with it. A tokenizer of another kind stays as it is.

    path (str | None): The training data, `${paths.train}`. Docs whose spaces are unknown are left
        out.
    min_freq (int): Number of times that a string has to be split in the same way.
    min_share (float): Share of all its occurrences that have to be split so.
    RETURNS (Callable[[Language], None]): The callback.
    """
    check_int("min_freq", min_freq, lambda n: n > 0, "above 0")
    check_number("min_share", min_share, lambda share: 0.5 <= share <= 1, "from 0.5 to 1")
    corpus = SentenceCorpus(path)

    def callback(nlp: Language) -> None:
        tokenizer = nlp.tokenizer
        if not isinstance(tokenizer, Tokenizer):
            return
        counts: defaultdict[str, Counter[Words]] = defaultdict(Counter)
        differ: dict[str, None] = {}  # in their order, which a set does not keep
        for doc in corpus.docs(nlp.vocab):
            if not doc.has_unknown_spaces:
                for string, words, tokens in compare(doc, tokenizer(doc.text)):
                    counts[string][words] += 1
                    if words != tokens and 1 in (len(words), len(tokens)):
                        differ[string] = None
        exceptions = frequent({string: counts[string] for string in differ}, min_freq, min_share)
        own = {string: tuple(token.text for token in tokenizer(string)) for string in exceptions}
        for string, words in exceptions.items():
            if words != own[string]:
                tokenizer.add_special_case(string, [{"ORTH": word} for word in words])

    return callback


def frequent(
    counts: dict[str, Counter[Words]], min_freq: int, min_share: float
) -> dict[str, Words]:
    """How each string is split most of the time, if that is often enough."""
    found = {}
    for string, splits in counts.items():
        (words, n), *_ = splits.most_common(1)
        if n >= min_freq and n >= min_share * splits.total():
            found[string] = words
    return found


def compare(gold: Doc, doc: Doc) -> Iterator[tuple[str, Words, Words]]:
    """How the data and the tokenizer split the same strings, which have no space inside.

    gold (Doc): With the words of the data.
    doc (Doc): The same text with the tokenizer's.
    YIELDS (tuple[str, Words, Words]): A string, its words in the data, and the tokenizer's tokens.
    """
    starts = {word.idx: word.i for word in gold}
    ends = {word.idx + len(word): word.i + 1 for word in gold}
    for first in (token for token in doc if token.idx in starts):
        for last in doc[first.i : first.i + MAX_TOKENS]:
            end = last.idx + len(last)
            if end in ends:
                words, tokens = gold[starts[first.idx] : ends[end]], doc[first.i : last.i + 1]
                yield tokens.text, texts(words), texts(tokens)
            if last.whitespace_:
                break


def texts(words: Span) -> Words:
    return tuple(word.text for word in words)
