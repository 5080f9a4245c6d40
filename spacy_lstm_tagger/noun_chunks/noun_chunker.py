"""A component that lets `doc.noun_chunks` work without a parser."""

import re
from functools import partial
from typing import Any, Literal

from spacy.language import Language
from spacy.parts_of_speech import IDS as POS_IDS
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..config_rules import check_config
from .chunks import NounChunks, attribute_names
from .english import NEEDS, PATTERN, english_names
from .tag_pattern import ELEMENT, TagPattern

ENGLISH = "en"


class NounChunker:
    """Lets `doc.noun_chunks` and `span.noun_chunks` find noun chunks by tags. A Doc with a parse
    keeps the chunks of its parse.

    Chunks are found when a program asks for them, so the component takes no time. Docs that the
    pipeline makes or reads have them, and so has every Doc that goes through the component.

    vocab (Vocab): The vocabulary. Its `get_noun_chunks` is set.
    noun_chunks (NounChunks): What finds them.
    """

    def __init__(self, vocab: Vocab, noun_chunks: NounChunks) -> None:
        self.noun_chunks = noun_chunks
        # spaCy's stubs have another type for what the function yields, and no iterator of a Doc.
        untyped: Any = vocab
        untyped.get_noun_chunks = noun_chunks

    def __call__(self, doc: Doc) -> Doc:
        """Let a Doc have noun chunks, also one of another vocab, as in a pipeline that has the
        component from another one. Later Docs of that vocab have them, too.

        doc (Doc): The Doc.
        RETURNS (Doc): The same Doc.
        """
        untyped: Any = doc
        untyped.noun_chunks_iterator = self.noun_chunks
        if not isinstance(untyped.vocab.get_noun_chunks, NounChunks):
            untyped.vocab.get_noun_chunks = self.noun_chunks
        return doc


# What it requires depends on `attr`, which spaCy's analysis does not know. An error tells, see
# `NounChunks`.
@Language.factory(
    "noun_chunker",
    assigns=["doc.noun_chunks"],
    default_config={"pattern": None, "attr": "POS"},
)
@check_config
def make_noun_chunker(
    nlp: Language, name: str, pattern: str | None, attr: Literal["POS", "TAG"]
) -> NounChunker:
    """Construct a noun chunker.

    nlp (Language): The pipeline.
    name (str): The component's name.
    pattern (str | None): A pattern of parts of speech or tags, see `TagPattern`. None for the one
        of the language, which only English has.
    attr (str): What stands in the pattern: POS for `token.pos_`, TAG for `token.tag_`.
    RAISES (ValueError): If the pattern is not valid, or if there is none.
    """
    of_parse: Any = nlp.Defaults.syntax_iterators.get("noun_chunks")
    if pattern is not None:
        if attr == "POS":
            check_names(name, pattern)
        try:
            compiled = TagPattern(pattern)
        except ValueError as error:
            raise ValueError(f"Component '{name}': {error}") from None
        found = NounChunks(name, compiled, [attr], partial(attribute_names, attr), of_parse)
    elif nlp.lang == ENGLISH:
        found = NounChunks(name, TagPattern(PATTERN), NEEDS, english_names, of_parse)
    else:
        raise ValueError(
            f"Component '{name}' has no pattern of its own for the language '{nlp.lang}'. Give it "
            f'one in [components.{name}], such as pattern = "<DET>? <ADJ>* <NOUN|PROPN>+".'
        )
    return NounChunker(nlp.vocab, found)


def check_names(name: str, pattern: str) -> None:
    """Raise a ValueError if a pattern of parts of speech has a word that is no part of speech."""
    for element in ELEMENT.findall("".join(pattern.split())):
        for pos in element.split("|"):
            if re.fullmatch(r"\w+", pos) and pos not in POS_IDS:
                raise ValueError(
                    f"Component '{name}': the pattern {pattern!r} has <{pos}>, which is no part of "
                    'speech. For tags, set attr = "TAG".'
                )
