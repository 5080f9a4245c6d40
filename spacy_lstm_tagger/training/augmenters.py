"""An augmenter for the config: training text in other forms, as people write it."""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import numpy
from annotated_types import Ge, Le
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, Span, Token
from spacy.training import Example

from ..config_rules import check_config, invalid_value
from ..pipeline.soft_tags import copy_soft_tags
from .misspelling import misspell_words

ANNOTATION: Any = [
    "DEP", "ENT_ID", "ENT_IOB", "ENT_KB_ID", "ENT_TYPE", "HEAD", "LEMMA", "MORPH", "POS",
    "SENT_START", "TAG",
]  # fmt: skip
HEAD = ANNOTATION.index("HEAD")
FINAL_PUNCTUATION = frozenset(Sentencizer.default_punct_chars)
# Share of the examples that get a form without their final punctuation.
NO_FINAL_PUNCT = 0.05
# Share of the words of four letters or more that have an error in a form with typing errors.
MISSPELLED = 0.1
Share = Annotated[float, Ge(0), Le(1)]


@check_config
def forms_augmenter(
    lower_level: Share = 0.1,
    upper_level: Share = 0.1,
    title_level: Share = 0.1,
    typo_level: Share = 0.5,
) -> Callable[[Language, Example], Iterator[Example]]:
    """Make the augmenter that adds another form to some examples: the same text all in lower,
    upper or title case, or with typing errors. A form can have both. One example in twenty gets a
    form without its last token, if that ends a sentence, as a full stop does. A form has the
    annotation of the original. Which examples get a form is drawn from Python's `random`, which
    `[training] seed` sets.

    The original stays, so that none of its words drops out of a vocabulary that is counted over
    the corpus.

    `SentenceCorpus` gives a form the tokens that its `gold_preproc` asks for. spaCy's Corpus does
    not say what its setting is: a form has the tokens of the original if the tokenizer has them,
    too; otherwise the tokenizer reads the new text.

    lower_level (float): Share of examples that get a form in lower case.
    upper_level (float): Share of examples that get a form in upper case.
    title_level (float): Share of examples that get a form in which every word starts with a
        capital.
    typo_level (float): Share of examples that get a form with typing errors: in a tenth of the
        words of four letters or more, a letter is swapped with the next, left out, or doubled.
    RETURNS (Callable[[Language, Example], Iterator[Example]]): The augmenter.
    """
    case_levels = [lower_level, upper_level, title_level]
    total = sum(case_levels)
    # The sum of 0.33, 0.56 and 0.11 is a little above 1 in binary.
    if total > 1 + 1e-9:
        rule = "be at most 1, because an example has one case"
        raise invalid_value("lower_level + upper_level + title_level", total, rule)

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        doc = example.reference
        tokens = list(doc)
        if random.random() < NO_FINAL_PUNCT and has_final_punctuation(doc):
            tokens.pop()
        words = [token.text for token in tokens]
        (case,) = random.choices(["", "lower", "upper", "title"], [max(1 - total, 0), *case_levels])
        if case:
            words = CASES[case](words, spaces_between(doc, [token.i for token in tokens]))
        if random.random() < typo_level:
            words = misspell_words(words, MISSPELLED, random.random)
        form = with_form(nlp, example, tokens, words)
        if form is not example:
            yield form

    return augment


def with_form(
    nlp: Language, example: Example, tokens: Sequence[Token], words: Sequence[str]
) -> Example:
    """Write an example in another form. It is the same example if the form does not differ.

    tokens (Sequence[Token]): The tokens of the reference that stay, see `with_words`.
    words (Sequence[str]): For each of them, how it is written.
    """
    doc = example.reference
    original = [token.text for token in doc]
    words = list(words)
    if words == original:
        return example
    reference = with_words(doc, tokens, words)
    if [token.text for token in example.predicted] == original:
        predicted = Doc(nlp.vocab, words=words, spaces=[bool(t.whitespace_) for t in reference])
    else:
        predicted = nlp.make_doc(reference.text)
    return Example(predicted, reference)


def has_final_punctuation(doc: Doc) -> bool:
    """Whether a Doc ends in punctuation that can be left out: its sentence has other tokens, and
    none of them depends on it."""
    if len(doc) < 2 or doc[-1].text not in FINAL_PUNCTUATION:
        return False
    return not is_needed(doc[-1])


def is_needed(token: Token) -> bool:
    """Whether a token begins a sentence, or another one depends on it."""
    return bool(token.is_sent_start) or token.n_lefts + token.n_rights > 0


def with_words(doc: Doc, tokens: Sequence[Token], words: list[str]) -> Doc:
    """Copy some tokens of a Doc and their annotation, with other words. The others are not needed:
    no token depends on them, and no sentence or entity begins with them."""
    places = [token.i for token in tokens]
    copy = Doc(doc.vocab, words=words, spaces=spaces_between(doc, places))
    copy.cats = dict(doc.cats)
    copy.has_unknown_spaces = doc.has_unknown_spaces
    values: Any = doc.to_array(ANNOTATION)[places]  # (n_tokens, n_attributes)
    # A head is given by how far away it is.
    heads = [bisect_left(places, token.head.i) - i for i, token in enumerate(tokens)]
    values[:, HEAD] = numpy.asarray(heads, dtype="int64").view("uint64")
    copy.from_array(ANNOTATION, values)
    copy_soft_tags(doc, copy, places)
    for key, group in doc.spans.items():
        copy.spans[key] = [
            Span(copy, start, end, span.label, kb_id=span.kb_id, span_id=span.id)
            for span in group
            for start, end in [(bisect_left(places, span.start), bisect_left(places, span.end))]
            if start < end
        ]
    return copy


def spaces_between(doc: Doc, places: list[int]) -> list[bool]:
    """Whether a space follows each of some tokens: its own, or of a token between it and the
    next."""
    spaces = [bool(token.whitespace_) for token in doc]
    ends = [*places[1:], *(place + 1 for place in places[-1:])]
    return [any(spaces[place:end]) for place, end in zip(places, ends, strict=True)]


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
