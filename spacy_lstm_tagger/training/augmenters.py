"""An augmenter for the config: training text in other forms, as people write it."""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy
from annotated_types import Ge, Le, MinLen
from spacy.language import Language
from spacy.tokens import Doc, Span, Token
from spacy.training import Example

from ..config_rules import check_config, invalid_value
from ..pipeline.soft_tags import copy_soft_tags
from .informal import FINAL_PUNCTUATION, HastyWriter, is_needed
from .misspelling import misspell_words

ANNOTATION: Any = [
    "DEP", "ENT_ID", "ENT_IOB", "ENT_KB_ID", "ENT_TYPE", "HEAD", "LEMMA", "MORPH", "POS",
    "SENT_START", "TAG",
]  # fmt: skip
HEAD = ANNOTATION.index("HEAD")
Share = Annotated[float, Ge(0), Le(1)]
Word = Annotated[str, MinLen(1)]


@check_config
def forms_augmenter(
    lower_level: Share = 0.1,
    upper_level: Share = 0.1,
    title_level: Share = 0.1,
    typo_level: Share = 0.5,
    typos_per_word: Share = 0.1,
    no_final_punct_level: Share = 0.05,
    informal_level: Share = 0.0,
    spellings: dict[str, list[Word]] | None = None,
) -> Callable[[Language, Example], Iterator[Example]]:
    """Make the augmenter that adds another form to some examples: the same text all in lower,
    upper or title case, with typing errors, without the final punctuation, or written in haste. A
    form can have several of them, but one case. It has the annotation of the original. Which
    examples get a form is drawn from Python's `random`, which `[training] seed` sets.

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
    informal_level (float): Share of examples that get a form as someone writes in haste. Each
        writer has some habits: no commas, no marks at the end of sentences, no apostrophes, no
        capital at the beginning of a sentence, repeated marks, other spellings, typing errors.
    spellings (dict[str, list[str]] | None): Other spellings of words for these forms, by the word
        in any case: {"you": ["u"], "there": ["their"]}.
    RETURNS (Callable[[Language, Example], Iterator[Example]]): The augmenter.
    """
    case_levels = [lower_level, upper_level, title_level]
    total = sum(case_levels)
    # The sum of 0.33, 0.56 and 0.11 is a little above 1 in binary.
    if total > 1 + 1e-9:
        rule = "be at most 1, because an example has one case"
        raise invalid_value("lower_level + upper_level + title_level", total, rule)

    spelled = {word.lower(): others for word, others in (spellings or {}).items()}

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        doc = example.reference
        tokens = list(doc)
        original = [token.text for token in tokens]
        if random.random() < no_final_punct_level and has_final_punctuation(doc):
            tokens.pop()
        words = [token.text for token in tokens]
        if informal_level and random.random() < informal_level:
            writer = HastyWriter(spelled, random.random)
            tokens = [token for token in tokens if not writer.leaves_out(token)]
            words = [writer.write(token) for token in tokens]
        (case,) = random.choices(["", "lower", "upper", "title"], [max(1 - total, 0), *case_levels])
        if case:
            words = CASES[case](words, spaces_between(doc, [token.i for token in tokens]))
        if random.random() < typo_level:
            words = misspell_words(words, typos_per_word, random.random)
        if words == original:
            return
        reference = with_words(doc, tokens, words)
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
    return not is_needed(doc[-1])


def with_words(doc: Doc, tokens: list[Token], words: list[str]) -> Doc:
    """Copy some tokens of a Doc and their annotation, with other words. The others are not needed:
    no token depends on them, and no sentence or entity begins with them."""
    places = [token.i for token in tokens]
    copy = Doc(doc.vocab, words=words, spaces=spaces_between(doc, places))
    copy.cats = dict(doc.cats)
    copy.has_unknown_spaces = doc.has_unknown_spaces
    rows: Any = doc.to_array(ANNOTATION)[places]  # (n_tokens, n_attributes)
    # A head is given by how far away it is.
    heads = [bisect_left(places, token.head.i) - i for i, token in enumerate(tokens)]
    rows[:, HEAD] = numpy.asarray(heads, dtype="int64").view("uint64")
    copy.from_array(ANNOTATION, rows)
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
