"""An augmenter for the config: training text in other forms, as people write it."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from annotated_types import Ge, Le
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, Span
from spacy.training import Example

from ..config_rules import check_config, invalid_value
from ..pipeline.soft_tags import copy_soft_tags

ANNOTATION: Any = [
    "DEP", "ENT_ID", "ENT_IOB", "ENT_KB_ID", "ENT_TYPE", "HEAD", "LEMMA", "MORPH", "POS",
    "SENT_START", "TAG",
]  # fmt: skip
FINAL_PUNCTUATION = frozenset(Sentencizer.default_punct_chars)
# Shorter words are not misspelled.
MIN_LETTERS = 4

# A function that returns a number from 0 to below 1, as random.random does.
Draw = Callable[[], float]
Share = Annotated[float, Ge(0), Le(1)]


@check_config
def forms_augmenter(
    lower_level: Share = 0.1,
    upper_level: Share = 0.1,
    title_level: Share = 0.1,
    typo_level: Share = 0.5,
    typos_per_word: Share = 0.1,
    no_final_punct_level: Share = 0.05,
) -> Callable[[Language, Example], Iterator[Example]]:
    """Make the augmenter that adds another form to some examples: the same text all in lower,
    upper or title case, with typing errors, or without the final punctuation. A form can have
    several of them, but one case. It has the annotation of the original. Which examples get a form
    is drawn from Python's `random`, which `[training] seed` sets.

    The original stays, so that none of its words drops out of a vocabulary that is counted over
    the corpus.

    A form has the tokens of the original if the tokenizer had no part in them (`gold_preproc`);
    otherwise the tokenizer reads the new text.

    lower_level (float): Share of examples that get a form in lower case.
    upper_level (float): Share of examples that get a form in upper case.
    title_level (float): Share of examples that get a form in which every word starts with a
        capital.
    typo_level (float): Share of examples that get a form with typing errors.
    typos_per_word (float): Share of the words of four letters or more that have an error in such
        a form: a letter is swapped with the next, left out, or doubled.
    no_final_punct_level (float): Share of examples that get a form without their last token, if
        that ends a sentence, as a full stop does.
    RETURNS (Callable[[Language, Example], Iterator[Example]]): The augmenter.
    """
    case_levels = [lower_level, upper_level, title_level]
    total = sum(case_levels)
    if total > 1:
        rule = "be at most 1, because an example has one case"
        raise invalid_value("lower_level + upper_level + title_level", total, rule)

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        doc = example.reference
        words = original = [token.text for token in doc]
        if random.random() < no_final_punct_level and has_final_punctuation(doc):
            words = words[:-1]
        (case,) = random.choices(["", "lower", "upper", "title"], [max(1 - total, 0), *case_levels])
        if case:
            words = CASES[case](words, [bool(token.whitespace_) for token in doc])
        if random.random() < typo_level:
            words = misspell_words(words, typos_per_word, random.random, list(ERRORS))
        if words == original:
            return
        reference = with_words(doc, words)
        if [token.text for token in example.predicted] == original:
            predicted = Doc(nlp.vocab, words=words, spaces=[bool(t.whitespace_) for t in reference])
        else:
            predicted = nlp.make_doc(reference.text)
        yield Example(predicted, reference)

    return augment


def has_final_punctuation(doc: Doc) -> bool:
    """Whether a Doc ends in punctuation that can be left out: its sentence has other tokens, and
    none of them depends on it."""
    if len(doc) < 2 or doc[-1].text not in FINAL_PUNCTUATION:
        return False
    return not doc[-1].is_sent_start and doc[-1].n_lefts == 0


def with_words(doc: Doc, words: list[str]) -> Doc:
    """Copy the first tokens of a Doc and their annotation, with other words."""
    n = len(words)
    copy = Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc[:n]])
    copy.cats = dict(doc.cats)
    copy.has_unknown_spaces = doc.has_unknown_spaces
    rows: Any = doc.to_array(ANNOTATION)  # (n_tokens, n_attributes)
    copy.from_array(ANNOTATION, rows[:n])
    copy_soft_tags(doc, copy, slice(n))
    for key, group in doc.spans.items():
        copy.spans[key] = [
            Span(copy, span.start, min(span.end, n), span.label, kb_id=span.kb_id, span_id=span.id)
            for span in group
            if span.start < n
        ]
    return copy


def title_case(words: list[str], spaces: list[bool]) -> list[str]:
    """Capitalize every word. A token that continues the word before it, such as n't in don't,
    stays as it is."""
    return [
        word if before[-1:].isalpha() and not space else word[:1].title() + word[1:]
        for before, space, word in zip(["", *words], [True, *spaces], words, strict=False)
    ]


# Each takes words, and whether a space follows each of them.
CASES: dict[str, Callable[[list[str], list[bool]], list[str]]] = {
    "lower": lambda words, _: [word.lower() for word in words],
    "upper": lambda words, _: [word.upper() for word in words],
    "title": title_case,
}


# Each makes a typing error at letter i of a word.
ERRORS: dict[str, Callable[[str, int], str]] = {
    "swap": lambda word, i: word[:i] + word[i + 1] + word[i] + word[i + 2 :],
    "leave out": lambda word, i: word[:i] + word[i + 1 :],
    "double": lambda word, i: word[:i] + word[i] + word[i:],
}


def misspell_words(
    words: list[str], share: float, draw: Draw, errors: Sequence[str] = ("swap",)
) -> list[str]:
    """Make a typing error in a share of the words that have at least `MIN_LETTERS` letters and no
    other characters."""
    return [
        ERRORS[errors[int(draw() * len(errors))]](word, int(draw() * (len(word) - 1)))
        if len(word) >= MIN_LETTERS and word.isalpha() and draw() < share
        else word
        for word in words
    ]
