"""Text as people write it in haste: an augmenter for the student's config.

teacher_functions.py imports this module, so `--code pipelines/teacher_functions.py` registers the
augmenter, too.
"""

import random
from collections.abc import Callable, Iterator
from typing import Annotated

import spacy
from annotated_types import Ge, Le
from spacy.language import Language
from spacy.tokens import Token
from spacy.training import Example

from spacy_lstm_tagger.config_rules import check_config
from spacy_lstm_tagger.training.augmenters import FINAL_PUNCTUATION, is_needed, with_form
from spacy_lstm_tagger.training.misspelling import Draw

Augmenter = Callable[[Language, Example], Iterator[Example]]

# Commas of Latin, Arabic and Chinese script.
COMMAS = frozenset(",\u060c\u3001\uff0c")
APOSTROPHES = "'\u2019"
# Each writer has a habit with this probability.
HABITUAL = 0.5


@spacy.registry.augmenters("spacy_lstm_tagger.informal_augmenter.v1")
@check_config
def informal_augmenter(level: Annotated[float, Ge(0), Le(1)], other_forms: Augmenter) -> Augmenter:
    """Make the augmenter that adds a form to some examples as someone writes in haste. Each writer
    has some habits: no commas, no marks at the end of sentences, no apostrophes, no capital at the
    beginning of a sentence.

    level (float): Share of examples that get such a form.
    other_forms (Augmenter): Adds further forms, such as `forms_augmenter`, also to what is written
        in haste. An example gets one form at most, which can have several of them.
    RETURNS (Augmenter): The augmenter.
    """

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        hasty = example
        if random.random() < level:
            writer = HastyWriter(random.random)
            tokens = [token for token in example.reference if not writer.leaves_out(token)]
            hasty = with_form(nlp, example, tokens, [writer.write(token) for token in tokens])
        *_, form = other_forms(nlp, hasty)
        if form is not example:
            yield form

    return augment


class HastyWriter:
    """Someone who writes in haste, and does so all through a text: leaves out commas, the marks
    that end sentences, apostrophes or capitals. A writer has some of these habits, or none."""

    def __init__(self, draw: Draw) -> None:
        """Draw the habits of a writer."""
        self.no_commas = draw() < HABITUAL
        self.no_sentence_ends = draw() < HABITUAL
        self.no_apostrophes = draw() < HABITUAL
        self.no_capitals = draw() < HABITUAL

    def leaves_out(self, token: Token) -> bool:
        """Whether the writer leaves out a token that nothing needs."""
        if is_needed(token) or token.ent_iob_ == "B":
            return False
        if token.text in COMMAS:
            return self.no_commas
        if token.text in FINAL_PUNCTUATION and ends_sentence(token):
            return self.no_sentence_ends
        return False

    def write(self, token: Token) -> str:
        """Write a token. It has one character at least."""
        word: str = token.text
        # I, and the first word of a sentence.
        if self.no_capitals and (token.is_sent_start or len(word) == 1):
            word = word.lower()
        return without_apostrophes(word) if self.no_apostrophes else word


def ends_sentence(token: Token) -> bool:
    doc = token.doc
    return token.i + 1 == len(doc) or bool(doc[token.i + 1].is_sent_start)


def without_apostrophes(word: str) -> str:
    """Leave out apostrophes beside letters. A word keeps one character at least."""
    rest = "".join(character for character in word if character not in APOSTROPHES)
    return rest if rest.isalpha() else word
