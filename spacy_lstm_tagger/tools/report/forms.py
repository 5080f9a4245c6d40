"""Measures tags on other forms of the same text."""

import random
from collections.abc import Callable, Sequence
from functools import partial

from spacy.language import Language
from spacy.tokens import Doc

from ...training.augmenters import CASES, Draw, misspell_words
from .measure import Measures
from .tokens import TaggedTokens, tag_tokens

SHARE = 0.1  # of the words that get an error, or white space after them


def measure_forms(
    nlp: Language,
    gold_docs: Sequence[Doc],
    as_is: TaggedTokens,
    seed: int = 0,
    gold_tokens: bool = True,
    progress: str | None = None,
) -> list[Measures]:
    """Measure how well a pipeline tags the same text in other forms: in lower, upper and title
    case, with two letters swapped in a tenth of the words of four letters or more, with a second
    space or a line break after a tenth of the words.

    nlp (Language): The pipeline.
    gold_docs (Sequence[Doc]): The gold data.
    as_is (TaggedTokens): The result of `tag_tokens` for the pipeline and the data.
    seed (int): Seed for the choice of words. The choice is the same for each pipeline.
    gold_tokens (bool), progress (str | None): As for `tag_tokens`.
    RETURNS (list[Measures]): For each form its name, the accuracy on the words with a gold tag, and
        the share of these words whose tag differs from the tag in the original text.
    """
    rows = [compared("as is", as_is, as_is)]
    for name, form in FORMS.items():
        draw = random.Random(seed).random
        docs = [form(doc, draw) for doc in gold_docs]
        for doc, gold in zip(docs, gold_docs, strict=True):
            doc.has_unknown_spaces = gold.has_unknown_spaces
        title = None if progress is None else f"{progress}, {name}"
        rows.append(compared(name, tag_tokens(nlp, docs, gold_tokens, title), as_is))
    return rows


def compared(form: str, tokens: TaggedTokens, as_is: TaggedTokens) -> Measures:
    changed = float((tokens.tags != as_is.tags).mean())
    return {"form": form, "accuracy": float(tokens.correct.mean()), "changed": changed}


def in_case(case: str, doc: Doc, draw: Draw) -> Doc:
    words, spaces, tags = parts(doc)
    return Doc(doc.vocab, words=CASES[case](words, spaces), spaces=spaces, tags=tags)


def with_swapped_letters(doc: Doc, draw: Draw) -> Doc:
    words, spaces, tags = parts(doc)
    return Doc(doc.vocab, words=misspell_words(words, SHARE, draw), spaces=spaces, tags=tags)


def with_white_space(text: str, doc: Doc, draw: Draw) -> Doc:
    """Add tokens of white space. As in spaCy's tokenizer, a second space is a token, and so is a
    line break in place of a space."""
    words, spaces, tags = [], [], []
    for word, space, tag in zip(*parts(doc), strict=True):
        chosen = space and draw() < SHARE
        words += [word, text] if chosen else [word]
        spaces += [text == " ", False] if chosen else [space]
        tags += [tag, ""] if chosen else [tag]
    return Doc(doc.vocab, words=words, spaces=spaces, tags=tags)


def parts(doc: Doc) -> tuple[list[str], list[bool], list[str]]:
    """The words of a Doc, whether a space follows each of them, and their tags."""
    return [t.text for t in doc], [bool(t.whitespace_) for t in doc], [t.tag_ for t in doc]


FORMS: dict[str, Callable[[Doc, Draw], Doc]] = {
    **{f"{case} case": partial(in_case, case) for case in CASES},
    "letters swapped": with_swapped_letters,
    "spaces": partial(with_white_space, " "),
    "line breaks": partial(with_white_space, "\n"),
}
