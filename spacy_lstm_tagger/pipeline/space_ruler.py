"""An attribute ruler that knows to which sentence white space belongs."""

import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from spacy.attrs import DEP, ENT_TYPE, LEMMA, MORPH, NORM, SENT_START, TAG
from spacy.language import Language
from spacy.pipeline import AttributeRuler, Sentencizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..models.types import Ids
from .tag_keys import add_strings

# Attributes of a token that are keys of the string store.
STRING_ATTRS = (TAG, LEMMA, NORM, DEP, ENT_TYPE)
EMPTY_LINE = re.compile(r"\n\s*\n")
# What ends a sentence, for spaCy's `sentencizer`.
FULL_STOPS = frozenset(Sentencizer.default_punct_chars)
# What spaCy stores in the column SENT_START.
BEGINS, UNKNOWN, CONTINUES = 1, 0, -1


class SpaceRuler(AttributeRuler):
    """spaCy's AttributeRuler, with rules for sentences that do not change what a parser has found.

    White space begins no sentence, except at the beginning of a Doc, where it belongs to the first
    one: no pattern can tell where a Doc begins. A sentence begins after each empty line, and with
    `line_breaks` after each line break.
    """

    def __init__(self, *args: Any, line_breaks: bool = False, **kwargs: Any) -> None:
        """Make a ruler.

        args, kwargs (Any): As in spaCy's `AttributeRuler`.
        line_breaks (bool): Whether every line break ends a sentence.
        """
        super().__init__(*args, **kwargs)
        self.line_breaks = line_breaks

    def set_annotations(self, doc: Doc, matches: Iterable[tuple[int, int, int, int]]) -> None:
        """Set what the patterns say.

        doc (Doc): The Doc.
        matches (Iterable[tuple[int, int, int, int]]): What `match` returned for it.
        """
        matches = list(matches)
        if doc.vocab is not self.vocab:
            for number, match_id in {match[:2] for match in matches}:
                self._share(number, match_id, doc.vocab)
        super().set_annotations(doc, matches)  # type: ignore[no-untyped-call]

    def _share(self, number: int, match_id: int, vocab: Vocab) -> None:
        """Add to another vocab what a pattern sets, and its name, which spaCy looks up there."""
        own = self.vocab.strings
        values = self.attrs[number]
        names = [own[values[attr]] for attr in STRING_ATTRS if attr in values]
        add_strings(vocab, [own[match_id], *names])
        if MORPH in values:
            morphology: Any = vocab.morphology
            morphology.add(own[values[MORPH]])

    def __call__(self, doc: Doc) -> Doc:
        """Apply the patterns, and the rules.

        doc (Doc): The Doc to process.
        RETURNS (Doc): The same Doc.
        """
        if doc.has_annotation("DEP"):
            return super().__call__(doc)
        had_sentences = doc.has_annotation("SENT_START")
        begin_after_empty_lines(doc)
        super().__call__(doc)
        if self.line_breaks:
            begin_after_line_breaks(doc)
        first = next((token for token in doc if not token.is_space), None)
        if first is not None and first.i > 0 and first.is_sent_start:
            first.is_sent_start = None
            doc[0].is_sent_start = True
        # White space has become unknown. If it follows or precedes the only word, nothing would
        # say any more that this Doc is one sentence.
        if had_sentences and not doc.has_annotation("SENT_START"):
            doc[1].is_sent_start = False
        return doc


def begin_after_empty_lines(doc: Doc) -> None:
    """Begin a sentence with a word behind an empty line, and none with white space.

    The `sentencizer` begins a sentence with white space behind a full stop; the next word begins it
    instead. A `senter` begins one with any white space, also inside a sentence.
    """
    starts = sentence_starts(doc)
    has_ended = begins = False
    for token in doc:
        if token.is_space:
            is_start = starts[token.i] == BEGINS
            is_empty_line = EMPTY_LINE.search(token.text) is not None
            begins = begins or (has_ended and is_start) or is_empty_line
            starts[token.i] = UNKNOWN
            continue
        if begins:
            starts[token.i] = BEGINS
            begins = False
        # Quotation marks and brackets may follow the full stop.
        has_ended = token.text in FULL_STOPS or (has_ended and token.is_punct)
    set_sentence_starts(doc, starts)


def begin_after_line_breaks(doc: Doc) -> None:
    """Begin a sentence with the first word after each line break. The white space before it belongs
    to the sentence that the line break ends."""
    starts = sentence_starts(doc)
    after_break = False
    for token in doc:
        if token.is_space:
            # `splitlines` knows all line breaks, such as U+2028.
            after_break = after_break or token.text.splitlines() != [token.text]
            if after_break:
                starts[token.i] = CONTINUES
        elif after_break:
            starts[token.i] = BEGINS
            after_break = False
    set_sentence_starts(doc, starts)


def sentence_starts(doc: Doc) -> Ids:
    """BEGINS, CONTINUES or UNKNOWN for each token."""
    return cast(Ids, doc.to_array(SENT_START).view("int64"))


def set_sentence_starts(doc: Doc, starts: Ids) -> None:
    """Set all sentence starts of a Doc without a parse at once.

    The setter of `token.is_sent_start` looks for a parse in the whole Doc each time, so a loop over
    tokens would take time quadratic in the length of the Doc.
    """
    untyped: Any = doc  # spaCy's stubs want an array of two dimensions.
    untyped.from_array([SENT_START], starts.view("uint64"))


@Language.factory(
    "space_ruler",
    default_config={
        "validate": False,
        "line_breaks": False,
        "scorer": {"@scorers": "spacy.attribute_ruler_scorer.v1"},
    },
)
def make_space_ruler(
    nlp: Language,
    name: str,
    validate: bool,
    line_breaks: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> SpaceRuler:
    """Make a ruler. The arguments are as in spaCy's `AttributeRuler`, and `line_breaks`."""
    return SpaceRuler(nlp.vocab, name, validate=validate, scorer=scorer, line_breaks=line_breaks)
