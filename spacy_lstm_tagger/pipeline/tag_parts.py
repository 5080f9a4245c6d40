"""What tags have in common: `Ncmsn` and `Ncfsn` share all places except one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy

from ..models.types import Floats

# What stands between the pieces of a tag.
SEPARATORS = "|-:"
# Share of the tags that have a separator, if it is one.
WITH_SEPARATOR = 0.3
# Characters of the longest beginning that is a part.
MAX_BEGINNING = 3
# The least number of tags whose parts are worth learning. Penn's tag set has 50 tags, and English
# is tagged no better with their parts.
MIN_TAGS = 60


@lru_cache(maxsize=8)
def matrix_of_parts(tags: tuple[str, ...]) -> Floats | None:
    """The parts that tags share, see `parts`: 1 where a tag has a part, and 0 elsewhere. Parts of
    one tag alone, and parts that the same tags have, are left out.

    tags (tuple[str, ...]): The tags, or the labels of a morphologizer.
    RETURNS (Floats | None): (n_tags, n_parts), not to be changed; None for fewer than `MIN_TAGS`
        tags, and if they share nothing.
    """
    if len(tags) < MIN_TAGS:
        return None
    separator = separator_of(tags)
    parts_of = [set(parts(tag, separator)) for tag in tags]
    counts = Counter(part for of_tag in parts_of for part in of_tag)
    shared = sorted(part for part, count in counts.items() if count > 1)
    columns = [[part in of_tag for of_tag in parts_of] for part in shared]
    distinct = list(dict.fromkeys(map(tuple, columns)))
    if not distinct:
        return None
    return numpy.array(distinct, dtype="float32").T


def separator_of(tags: Sequence[str]) -> str:
    """The separator of a tag set: one that many tags have, with something on either side of it.
    If there is none, "": each place of a tag says something.

    >>> separator_of(["NOUN|Case=Nom", "NOUN|Case=Gen", "ADV"])
    '|'
    >>> separator_of(["PR--3S3", "NSD"])
    ''
    """
    for separator in SEPARATORS:
        # A tag for a mark may be the separator itself.
        split = [tag.split(separator) for tag in tags if separator in tag.strip(separator)]
        if len(split) > WITH_SEPARATOR * len(tags) and all(map(all, split)):
            return separator
    return ""


def parts(tag: str, separator: str) -> Iterator[tuple[str, ...]]:
    """The parts of a tag.

    With a separator, they are its pieces, and each piece together with the first. In a label of
    spaCy's morphologizer, "together with the first" is together with the part of speech. Without
    one, they are its characters, each with its place, and its beginnings.

    >>> sorted(parts("NN|UTR|SIN", "|"))
    [('NN',), ('NN', 'SIN'), ('NN', 'UTR'), ('SIN',), ('UTR',)]
    >>> sorted(parts("Vmn", ""))
    [('0', 'V'), ('1', 'm'), ('2', 'n'), ('V',), ('Vm',), ('Vmn',)]
    """
    if separator:
        first, *others = pieces(tag, separator)
        yield (first,)
        for piece in others:
            yield (piece,)
            yield (first, piece)
        return
    for place, character in enumerate(tag):
        yield (str(place), character)
    for length in range(1, min(len(tag), MAX_BEGINNING) + 1):
        yield (tag[:length],)


def pieces(tag: str, separator: str) -> list[str]:
    """The pieces of a tag. The part of speech comes first in labels of the morphologizer."""
    return sorted(tag.split(separator), key=lambda piece: not piece.startswith("POS="))
