"""The columns of tagged text. A new one is a row of `COLUMNS`."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Token

from ...set_by_pipeline import no_tags, sets_attribute


class Column(NamedTuple):
    """What a format says of each word.

    name (str): Its name in a TSV. It is also the token's attribute in spaCy.
    option (str): Its name in CoNLL-U and in --columns. If it is "", the column is never replaced,
        and it is written whatever the pipeline sets.
    key (str): Its key in JSON lines.
    formats (str): The names of the formats that have it. conllu.py has its place, too.
    value (Callable[[Token, float | None], Any]): What it says, given the token and the
        probability of its tag. Nothing is "", or None for a probability.
    """

    name: str
    option: str
    key: str
    formats: str
    value: Callable[[Token, float | None], Any]


def clean(text: str) -> str:
    """A text without the tabs and line breaks that would end a cell. Labels may have them, too."""
    return " ".join(text.split())


def sorted_morph(word: Token) -> str:
    """A word's morphology in UD's order, which ignores case; spaCy's does not."""
    morph = []
    for part in clean(str(word.morph)).split("|"):
        name, equals, values = part.partition("=")
        morph.append(name + equals + ",".join(sorted(values.split(","), key=str.lower)))
    return "|".join(sorted(morph, key=str.lower))


# In the order in which a table has them.
COLUMNS = (
    Column("word", "", "words", "conllu jsonl tsv vrt", lambda word, _: clean(word.text)),
    Column("tag", "xpos", "tags", "conllu jsonl tsv vrt", lambda word, _: clean(word.tag_)),
    Column("pos", "upos", "pos", "conllu jsonl tsv", lambda word, _: word.pos_),
    Column("lemma", "lemma", "lemmas", "conllu jsonl tsv vrt", lambda word, _: clean(word.lemma_)),
    Column("morph", "feats", "morph", "conllu jsonl", lambda word, _: sorted_morph(word)),
    Column("prob", "", "probs", "conllu jsonl tsv", lambda _, prob: prob),
)
# What can be replaced beside given words, by its name in --columns.
REPLACEABLE = {column.option: column for column in COLUMNS if column.option}


def columns_in(format_name: str) -> list[Column]:
    """The columns that a format has."""
    return [column for column in COLUMNS if format_name in column.formats.split()]


def columns_of(nlp: Language, format_name: str, probs: bool = False) -> list[Column]:
    """The columns of a format for what a pipeline sets: words, tags, and what else its components
    assign.

    probs (bool): Whether there is a column for the probability of each tag.
    """
    columns = columns_in(format_name)
    if not probs:
        columns = [column for column in columns if column.name != "prob"]
    return [column for column in columns if not column.option or sets_attribute(nlp, column.name)]


def columns_to_replace(nlp: Language, format_name: str, options: Sequence[str]) -> list[Column]:
    """The columns to replace beside given words.

    options (Sequence[str]): The columns, as --columns names them; none: all that the pipeline sets
        and the format has.

    Raises a ValueError for a column that can't be replaced, or if there is none.
    """
    in_format = [column.option for column in columns_in(format_name) if column.option]
    are_set = {column.option: column for column in columns_of(nlp, format_name) if column.option}
    for option in options:
        if option not in in_format:
            raise ValueError(
                f"--columns has {option!r}, but the columns of {format_name} that can be replaced "
                f"are {', '.join(in_format)}."
            )
        if option not in are_set:
            raise ValueError(
                f"--columns has {option!r}, but the pipeline does not set it; its components are "
                f"{nlp.pipe_names}."
            )
    if not are_set:
        raise no_tags(nlp)
    return [are_set[option] for option in options or are_set]
