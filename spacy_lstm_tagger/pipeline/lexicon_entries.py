"""The entries of a lexicon: what is valid, and how a file has them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spacy.strings import get_string_id

from .tag_morphology import split_morphology

# The key in a component's cfg.
LEXICON_KEY = "lexicon"
EXACT = "exact"
ANY_CASE = "any_case"

Entries = dict[str, list[str]]
# Where an entry comes from, its word, its tags, and its kind.
SourcedEntry = tuple[str, Any, Any, str]
NO_TAGS = (
    "the word {word!r} has no tags: give it one or more. In a file, a tab stands between a word "
    f"and its tags, and optionally a tab and {ANY_CASE} behind them."
)


def no_entries() -> dict[str, Entries]:
    """An empty lexicon, as a component's cfg has it."""
    return {EXACT: {}, ANY_CASE: {}}


def key_of(word: Any, kind: str) -> str:
    return str(word).lower() if kind == ANY_CASE else str(word)


def tags_of_entry(word: Any, tags: Any, labels: frozenset[str]) -> list[str]:
    """The tags of an entry as a list. Raises a ValueError for an entry that is not valid."""
    # In a file, a word with white space at an edge could not be told from the same without it.
    if not isinstance(word, str) or not word or word != word.strip():
        raise ValueError(f"{word!r} is not a word.")
    # `get_string_id` raises a ValueError for half a surrogate pair, as spaCy does for a text.
    get_string_id(word)
    tags = [tags] if isinstance(tags, str) else tags
    has_tags = isinstance(tags, Iterable) and not isinstance(tags, Mapping)
    tags = list(tags) if has_tags else []
    if not tags:
        raise ValueError(NO_TAGS.format(word=word))
    for tag in tags:
        if not isinstance(tag, str) or (tag not in labels and split_morphology(tag) is None):
            raise ValueError(
                f"the word {word!r} has the tag {tag!r}, which is not one of the {len(labels)} "
                "labels of the tagger, nor a part of speech and features, as POS=PROPN|Number=Sing."
            )
    distinct: list[str] = list(dict.fromkeys(tags))
    n_tags = sum(tag in labels for tag in distinct)
    if n_tags < len(distinct) and (n_tags, len(distinct)) != (1, 2):
        raise ValueError(
            f"the word {word!r} has {distinct}: a part of speech and features, such as "
            "POS=PROPN|Number=Sing, can stand behind one tag alone."
        )
    return distinct


def read_tsv(text: str, path: str, kind: str) -> Iterator[SourcedEntry]:
    """The entries of a file's text. A line has their kind if it is not the usual one.

    path (str): The file, for errors.
    kind (str): The usual kind.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        source = f"{path}, line {number}"
        word, *columns = line.split("\t")
        is_any_case = columns[1:] == [ANY_CASE]
        if len(columns) != 1 and not is_any_case:
            raise ValueError(f"{source}: {NO_TAGS.format(word=line)}")
        yield source, word, columns[0].split(), ANY_CASE if is_any_case else kind
