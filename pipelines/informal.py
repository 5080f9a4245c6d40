"""Text as people write it in haste: an augmenter for the student's config.

teacher_functions.py imports this module, so `--code pipelines/teacher_functions.py` registers the
augmenter, too.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated

import spacy
from annotated_types import Ge, Le, MinLen
from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.training import Example

from spacy_lstm_tagger.config_rules import check_config
from spacy_lstm_tagger.training.augmenters import FINAL_PUNCTUATION, is_needed, with_form
from spacy_lstm_tagger.training.misspelling import ERRORS, Draw

Augmenter = Callable[[Language, Example], Iterator[Example]]

# Commas of Latin, Arabic and Chinese script.
COMMAS = frozenset(",\u060c\u3001\uff0c")
APOSTROPHES = "'\u2019"
# Marks that are repeated.
LOUD = frozenset("!?")
MOST_REPEATED = 4
# Shorter words are not misspelled. Writers in haste misspell "the" and "and", too.
MIN_LETTERS = 3
# Each writer has a habit with this probability.
HABITUAL = 0.5
# Share of the words that a writer with the habit misspells, and of the words with other spellings
# that get one of them.
MISSPELLED = 0.06
OTHERWISE_SPELLED = 0.15


@spacy.registry.augmenters("spacy_lstm_tagger.informal_augmenter.v1")
@check_config
def informal_augmenter(
    level: Annotated[float, Ge(0), Le(1)],
    spellings: dict[str, list[Annotated[str, MinLen(1)]]],
    other_forms: Augmenter,
) -> Augmenter:
    """Make the augmenter that adds a form to some examples as someone writes in haste. Each writer
    has some habits: no commas, no marks at the end of sentences, no apostrophes, no capital at the
    beginning of a sentence, repeated marks, other spellings, typing errors.

    level (float): Share of examples that get such a form.
    spellings (dict[str, list[str]]): Other spellings of words, by the word in any case:
        {"you": ["u"], "there": ["their"]}.
    other_forms (Augmenter): Adds further forms, such as `forms_augmenter`, also to what is written
        in haste. An example gets one form at most, which can have several of them.
    RETURNS (Augmenter): The augmenter.
    """
    spelled = {word.lower(): others for word, others in spellings.items()}

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        hasty = example
        if random.random() < level:
            writer = HastyWriter(spelled, random.random)
            tokens = [token for token in example.reference if not writer.leaves_out(token)]
            hasty = with_form(nlp, example, tokens, [writer.write(token) for token in tokens])
        *_, form = other_forms(nlp, hasty)
        if form is not example:
            yield form

    return augment


class HastyWriter:
    """Someone who writes in haste, and does so all through a text: leaves out commas, the marks
    that end sentences, apostrophes or capitals, repeats marks, takes other spellings, or makes
    typing errors. A writer has some of these habits, or none."""

    def __init__(self, spellings: Mapping[str, Sequence[str]], draw: Draw) -> None:
        """Draw the habits of a writer.

        spellings (Mapping[str, Sequence[str]]): Other spellings, by the word in lower case.
        draw (Draw): Draws the habits, and what happens to each word.
        """
        self.spellings = spellings
        self.draw = draw
        self.no_commas = draw() < HABITUAL
        self.no_sentence_ends = draw() < HABITUAL
        self.no_apostrophes = draw() < HABITUAL
        self.no_capitals = draw() < HABITUAL
        self.repeats_marks = draw() < HABITUAL
        self.spells_otherwise = draw() < HABITUAL
        self.misspells = draw() < HABITUAL
        # The letters of the text, collected once for all of its words.
        self.letters = ""

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
        if self.repeats_marks and word in LOUD:
            return word * (1 + int(self.draw() * MOST_REPEATED))
        # I, and the first word of a sentence.
        if self.no_capitals and (token.is_sent_start or len(word) == 1):
            word = word.lower()
        others = self.spellings.get(word.lower())
        if self.spells_otherwise and others and self.draw() < OTHERWISE_SPELLED:
            other = others[int(self.draw() * len(others))]
            return other.capitalize() if word.istitle() else other
        if self.no_apostrophes:
            word = without_apostrophes(word)
        can_err = len(word) >= MIN_LETTERS and word.isalpha()
        if self.misspells and can_err and self.draw() < MISSPELLED:
            return self.misspell(word, token.doc)
        return word

    def misspell(self, word: str, doc: Doc) -> str:
        """Leave out, double, swap, replace or insert a letter. The new letter is one of the text,
        whatever its script is."""
        i = int(self.draw() * len(word))
        if not self.letters:
            self.letters = "".join(filter(str.isalpha, doc.text))
        letter = self.letters[int(self.draw() * len(self.letters))].lower()
        errors = [
            ERRORS["leave out"](word, i),
            ERRORS["double"](word, i),
            ERRORS["swap"](word, i),
            word[:i] + letter + word[i + 1 :],
            word[:i] + letter + word[i:],
        ]
        return errors[int(self.draw() * len(errors))]


def ends_sentence(token: Token) -> bool:
    doc = token.doc
    return token.i + 1 == len(doc) or bool(doc[token.i + 1].is_sent_start)


def without_apostrophes(word: str) -> str:
    """Leave out apostrophes beside letters. A word keeps one character at least."""
    rest = "".join(character for character in word if character not in APOSTROPHES)
    return rest if rest.isalpha() else word
