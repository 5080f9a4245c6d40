"""What every writer of tagged text needs: columns, words and sentences of a Doc."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc, Token

from .raw_text import RawText

# A character that a regular expression names by its number.
ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
RANGE = re.compile("(.)-(.)", re.S)

# The probability of each token's tag, None where there is none.
ProbColumn = Sequence[float | None]


def columns_of(nlp: Language, probs: bool = False) -> list[str]:
    """The columns for what a pipeline sets: words, tags, and what else its components assign.

    probs (bool): Whether there is a column for the probability of each tag.
    """
    columns = ["word", "tag"]
    columns += [name for name in ("pos", "lemma") if sets_attribute(nlp, name)]
    return [*columns, "prob"] if probs else columns


def sets_attribute(nlp: Language, name: str) -> bool:
    """Whether a component of a pipeline may set an attribute of tokens. One that doesn't say what
    it assigns, such as a function of a user's own, may assign everything.

    name (str): The attribute, such as `pos`.
    """
    for pipe_name, component in nlp.pipeline:
        assigns = nlp.get_pipe_meta(pipe_name).assigns
        if f"token.{name}" in assigns:
            return True
        if isinstance(component, AttributeRuler):
            patterns: list[dict[str, Any]] = component.patterns
            if any(
                name.upper() in pattern["attrs"] and is_for_words(pattern) for pattern in patterns
            ):
                return True
        elif not assigns:
            return True
        # An entry of a lexicon may have a part of speech beside its tag.
        lexicon = getattr(component, "lexicon", None)
        if lexicon is not None:
            entries = chain(lexicon.values(), lexicon.any_case.values())
            if any(label.startswith(f"{name.upper()}=") for tags in entries for label in tags):
                return True
    return False


def is_for_words(pattern: dict[str, Any]) -> bool:
    """Whether a pattern of an AttributeRuler may change words. Many pipelines have one for white
    space alone, and some for symbols, such as emoji."""
    index = pattern["index"]
    return not all(is_space_or_symbol(tokens[index]) for tokens in pattern["patterns"])


def is_space_or_symbol(token: dict[str, Any]) -> bool:
    """Whether the pattern of a token matches no word: it asks for white space, or for a regular
    expression that has symbols alone."""
    text = token.get("TEXT")
    regex = text.get("REGEX") if isinstance(text, dict) else None
    is_symbol = isinstance(regex, str) and not may_match_word(regex)
    return token.get("IS_SPACE") is True or is_symbol


def may_match_word(regex: str) -> bool:
    """Whether a regular expression has a letter, a digit, or a class or range that may have one."""
    decoded = ESCAPED.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), regex)
    return bool(re.search(r"\w|\.|\[\^", decoded)) or any(
        chr(code).isalnum()
        for first, last in RANGE.findall(decoded)
        for code in range(ord(first), ord(last) + 1)
    )


class Writer(ABC):
    """Turns Docs into lines of text.

    columns (Sequence[str]): The names of what to write of each word, see `columns_of`.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns

    def begin(self) -> str:
        """The first lines of the file."""
        return ""

    @abstractmethod
    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        """The lines of a text.

        text (RawText): The text.
        doc (Doc): Its words and tags.
        probs (ProbColumn): The probability of each token's tag, None where there is none. Empty if
            there is no column for them.
        """

    def end(self) -> str:
        """The last lines of the file."""
        return ""

    def cells(self, word: Token, probs: ProbColumn) -> Iterator[str]:
        """What the columns say of a word."""
        for column in self.columns:
            if column == "prob":
                prob = probs[word.i]
                yield "" if prob is None else str(prob)
            else:
                yield VALUES[column](word)


def clean(text: str, space: str = " ") -> str:
    """A text without the tabs and line breaks that would end a cell. Labels may have them, too."""
    return space.join(text.split())


VALUES: dict[str, Callable[[Token], str]] = {
    "word": lambda word: clean(word.text),
    "tag": lambda word: clean(word.tag_),
    "pos": lambda word: word.pos_,
    "lemma": lambda word: clean(word.lemma_),
}


def sentences_of(doc: Doc) -> Iterator[list[Token]]:
    """The words of each sentence, or of the Doc if it has no sentence boundaries."""
    for span in doc.sents if doc.has_annotation("SENT_START") else [doc]:
        words = [token for token in span if not token.is_space]
        if words:
            yield words


def join_lines(rows: Sequence[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
