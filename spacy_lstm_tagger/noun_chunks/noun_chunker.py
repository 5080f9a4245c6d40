"""A component that lets `doc.noun_chunks` work without a parser."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal

import numpy
from spacy.attrs import IDS, IS_SPACE, LOWER, POS, SENT_START, TAG
from spacy.language import Language
from spacy.parts_of_speech import IDS as POS_IDS
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..config_rules import check_config
from ..models.types import Ids
from .english import NEEDS, PATTERN, english_names
from .tag_pattern import ELEMENT, TagPattern

ENGLISH = "en"
LABEL = "NP"

# The first token of a chunk, the token behind its last one, and the key of its label.
Chunk = tuple[int, int, int]
# What a pattern calls the words of a Doc: the Doc, the indices of the words, and their names.
Names = Callable[[Doc, Ids], list[str]]


class NounChunker:
    """Lets `doc.noun_chunks` and `span.noun_chunks` find noun chunks by a pattern of tags. A Doc
    with a parse has the chunks that its language finds in the parse, if it finds any.

    Chunks are found when a program asks for them, so the component takes no time. Docs that the
    pipeline makes or reads have them, and so has every Doc that goes through the component.

    Chunks do not overlap, and none crosses the border of a sentence. White space between two words
    does not separate them. A chunk begins and ends with a word.

    vocab (Vocab): The vocabulary. Its `get_noun_chunks` is set.
    name (str): The component's name, for errors.
    pattern (TagPattern): The pattern.
    needs (Sequence[str]): The annotations that `names` reads, as `Doc.has_annotation` names them.
    names (Names): Finds the names of words, which the pattern has in place of tags.
    of_parse (Callable[[Doc | Span], Iterator[Chunk]] | None): Finds chunks in a parse.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str,
        pattern: TagPattern,
        needs: Sequence[str],
        names: Names,
        of_parse: Callable[[Any], Iterator[Chunk]] | None,
    ) -> None:
        self._name = name
        self._pattern = pattern
        self._needs = needs
        self._names = names
        self._of_parse = of_parse
        # The chunks of the last Doc, and the annotation on which they depend: each
        # `span.noun_chunks` asks for all chunks of its Doc.
        self._last: tuple[bytes, list[tuple[int, int]]] = (b"", [])
        # spaCy's stubs have another type for what the function yields, and no iterator of a Doc.
        untyped: Any = vocab
        untyped.get_noun_chunks = self.find

    def __call__(self, doc: Doc) -> Doc:
        """Let a Doc have noun chunks, also one of another vocab, as in a pipeline that has the
        component from another one. Later Docs of that vocab have them, too.

        doc (Doc): The Doc.
        RETURNS (Doc): The same Doc.
        """
        untyped: Any = doc
        untyped.noun_chunks_iterator = self.find
        own = untyped.vocab.get_noun_chunks
        if not isinstance(getattr(own, "__self__", None), NounChunker):
            untyped.vocab.get_noun_chunks = self.find
        return doc

    def find(self, doc: Doc) -> Iterator[Chunk]:
        """Find the noun chunks of a Doc. A Span asks for those of its Doc.

        doc (Doc): The Doc.
        YIELDS (Chunk): Tokens of the Doc, and a label.
        RAISES (ValueError): If the Doc has words but no tags.
        """
        if self._of_parse is not None and doc.has_annotation("DEP"):
            yield from self._of_parse(doc)
            return
        is_space, is_start = doc.to_array([IS_SPACE, SENT_START]).T
        words = numpy.flatnonzero(is_space == 0)
        if not len(words):
            return
        for attr in self._needs:
            if not doc.has_annotation(attr):
                raise ValueError(
                    f"The noun chunks of component '{self._name}' need token.{attr.lower()}_, and "
                    f"no token of this Doc has it: {doc.text[:40]!r}. Annotate the Doc with a "
                    "pipeline that sets it, such as en_lstm_web."
                )
        annotation = doc.to_array([TAG, POS, LOWER, SENT_START]).tobytes()
        last_annotation, found = self._last
        if annotation != last_annotation:
            sentences = numpy.cumsum(is_start == 1)[words].tolist()
            matches = self._pattern.find(self._names(doc, words), sentences)
            found = [(int(words[start]), int(words[end - 1]) + 1) for start, end in matches]
            self._last = annotation, found
        store: Any = doc.vocab.strings
        # The key of the label is valid after the memory zone in which it is added.
        label = store.add(LABEL, allow_transient=False)
        for start, end in found:
            yield start, end, label


# What it requires depends on `attr`, which spaCy's analysis does not know. An error tells, see
# `NounChunker.find`.
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
        names = partial(attribute_names, attr)
        return NounChunker(nlp.vocab, name, compiled, [attr], names, of_parse)
    if nlp.lang != ENGLISH:
        raise ValueError(
            f"Component '{name}' has no pattern of its own for the language '{nlp.lang}'. Give it "
            f'one in [components.{name}], such as pattern = "<DET>? <ADJ>* <NOUN|PROPN>+".'
        )
    return NounChunker(nlp.vocab, name, TagPattern(PATTERN), NEEDS, english_names, of_parse)


def check_names(name: str, pattern: str) -> None:
    """Raise a ValueError if a pattern of parts of speech has a word that is no part of speech."""
    for element in ELEMENT.findall("".join(pattern.split())):
        for pos in element.split("|"):
            if re.fullmatch(r"\w+", pos) and pos not in POS_IDS:
                raise ValueError(
                    f"Component '{name}': the pattern {pattern!r} has <{pos}>, which is no part of "
                    'speech. For tags, set attr = "TAG".'
                )


def attribute_names(attr: str, doc: Doc, words: Ids) -> list[str]:
    """Call words by their parts of speech or tags.

    attr (str): POS or TAG.
    """
    strings = doc.vocab.strings
    keys = doc.to_array(IDS[attr])[words].tolist()
    names = {key: strings[key] for key in set(keys)}
    return [names[key] for key in keys]
