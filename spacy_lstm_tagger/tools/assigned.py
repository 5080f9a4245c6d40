"""What the components of a pipeline set."""

import re
from itertools import chain
from typing import Any

from spacy.attrs import IDS, intify_attr
from spacy.language import Language
from spacy.pipeline import AttributeRuler

from ..pipeline.tag_morphology import split_morphology

# Factories of spaCy's that say of themselves that they assign nothing, and rightly so: they give no
# token an attribute that no token had.
ASSIGN_NOTHING = {
    "doc_cleaner",
    "merge_entities",
    "merge_noun_chunks",
    "merge_subtokens",
    "token_splitter",
}
# A character that a regular expression names by its number.
ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
RANGE = re.compile("(.)-(.)", re.S)
# A backslash and a letter that stand for a place, such as the end of a word.
ANCHOR = re.compile(r"\\[AbBZ]")


def check_tags(nlp: Language, name: str = "The pipeline") -> None:
    """Raise a ValueError if no component of a pipeline sets tags."""
    if not sets_attribute(nlp, "tag"):
        raise no_tags(nlp, name)


def no_tags(nlp: Language, name: str = "The pipeline") -> ValueError:
    """The error for a pipeline that sets no tags."""
    return ValueError(f"{name} sets no tags; its components are {nlp.pipe_names}.")


def tag_setters(nlp: Language) -> list[str]:
    """The names of the components that say that they assign tags."""
    return [name for name in nlp.pipe_names if "token.tag" in nlp.get_pipe_meta(name).assigns]


def sets_attribute(nlp: Language, name: str) -> bool:
    """Whether a component of a pipeline may set an attribute of tokens. One that doesn't say what
    it assigns, such as a function of a user's own, may assign everything.

    name (str): The attribute, such as `pos`.
    """
    for pipe_name, component in nlp.pipeline:
        meta = nlp.get_pipe_meta(pipe_name)
        if f"token.{name}" in meta.assigns:
            return True
        if isinstance(component, AttributeRuler):
            patterns: list[dict[str, Any]] = component.patterns
            if any(
                IDS[name.upper()] in map(intify_attr, pattern["attrs"]) and is_for_words(pattern)
                for pattern in patterns
            ):
                return True
        elif not meta.assigns and meta.factory not in ASSIGN_NOTHING:
            return True
        if name in attributes_of_lexicon(component):
            return True
    return False


def attributes_of_lexicon(component: Any) -> set[str]:
    """What the lexicon of a component sets beside tags: `pos` if an entry has a part of speech, and
    `morph` if one has features."""
    lexicon = getattr(component, "lexicon", None)
    if lexicon is None:
        return set()
    entries = chain(lexicon.values(), lexicon.any_case.values())
    others = set(chain.from_iterable(entries)).difference(component.labels)
    found = set()
    for label in others:
        pos, features = split_morphology(label) or ("", "")
        if pos:
            found.add("pos")
        if features:
            found.add("morph")
    return found


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
    regex = ANCHOR.sub("", regex)
    decoded = ESCAPED.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), regex)
    return bool(re.search(r"\w|\.|\[\^", decoded)) or any(
        chr(code).isalnum()
        for first, last in RANGE.findall(decoded)
        for code in range(ord(first), ord(last) + 1)
    )
