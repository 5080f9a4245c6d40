"""Which attributes of tokens a pipeline sets."""

from itertools import chain
from typing import Any

from spacy.attrs import IDS, intify_attr
from spacy.language import Language
from spacy.pipeline import AttributeRuler

from ..pipeline.tag_morphology import split_morphology

# Factories of spaCy that assign no attribute, and say so.
ASSIGN_NOTHING = {
    "doc_cleaner",
    "merge_entities",
    "merge_noun_chunks",
    "merge_subtokens",
    "token_splitter",
}
# Parts of speech that rules give to white space, and to symbols such as emoji.
NO_WORDS = {"SPACE", "SYM"}


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
    """Whether a component of a pipeline may set an attribute of words. A component that doesn't say
    what it assigns, such as a function of the user's own, may set all attributes.

    name (str): The attribute, such as `pos`.
    """
    for pipe_name, component in nlp.pipeline:
        meta = nlp.get_pipe_meta(pipe_name)
        if f"token.{name}" in meta.assigns or name in set_by_lexicon(component):
            return True
        if isinstance(component, AttributeRuler):
            patterns: list[dict[str, Any]] = component.patterns
            if any(sets_words(pattern, IDS[name.upper()]) for pattern in patterns):
                return True
        elif not meta.assigns and meta.factory not in ASSIGN_NOTHING:
            return True
    return False


def set_by_lexicon(component: Any) -> set[str]:
    """What the lexicon of a component sets beside tags: `pos` if an entry has a part of speech, and
    `morph` if an entry has features."""
    lexicon = getattr(component, "lexicon", None)
    if lexicon is None:
        return set()
    found = set()
    for label in chain.from_iterable(chain(lexicon.values(), lexicon.any_case.values())):
        if label not in component.labels:
            pos, features = split_morphology(label) or ("", "")
            if pos:
                found.add("pos")
            if features:
                found.add("morph")
    return found


def sets_words(pattern: dict[str, Any], attribute: int) -> bool:
    """Whether a pattern of an AttributeRuler may set an attribute of words. Many pipelines have a
    pattern for white space, and some have one for symbols."""
    attrs = pattern["attrs"]
    tokens = [alternative[pattern["index"]] for alternative in pattern["patterns"]]
    if attrs.get("POS") in NO_WORDS or all(token.get("IS_SPACE") is True for token in tokens):
        return False
    return attribute in map(intify_attr, attrs)
