"""Finds markup in text: elements such as <text id="a">, <p> and <b>, and comments."""

import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple

# An attribute's value may have < and > within quotation marks. The possessive quantifiers of names
# and attributes keep no states to go back to, which would take memory for each character.
MARKUP = re.compile(
    r"""<(?: !--.*?-->
           | \?.*?\?>
           | !\w[^<>]*>
           | /(?P<closes>[^\W\d][^\s<>/]*)\s*>
           | (?P<opens>[^\W\d][^\s<>/]*+)(?:"[^"]*"|'[^']*'|[^'"<>]++)*+>
        )""",
    re.VERBOSE | re.DOTALL,
)
LINE_BREAK = re.compile(r"[\r\n]")
# Any other < is a character of the text, as in 1 < 2 or </3.
BEGINNING = re.compile(r"<(?=/?[^\W\d]|[!?])")
# What stands between these is text, although it may look like markup.
CDATA = "<![CDATA["
CDATA_END = "]]>"
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,32});")

# A text ends where one of these begins or ends: they are no part of a sentence. They are block
# elements of HTML and of TEI. Any other element may stand inside of a sentence.
BLOCKS = frozenset(
    """
    ab address article aside back blockquote body caption chapter closer corpus dd div doc dt
    epigraph fieldset figcaption figure footer form front group h1 h2 h3 h4 h5 h6 head header hr
    html item l label lg li list main nav ol opener p para pre s section sp speaker stage table
    tbody td tei text tfoot th thead title tr trailer turn u ul utterance
    """.split()  # noqa: SIM905
)
# Elements that stand for white space.
BREAKS = frozenset({"br", "lb", "pb", "cb"})
# Elements that have no end tag in HTML.
VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "area", "col", "wbr"})


class Markup(NamedTuple):
    """One piece of markup.

    source (str): Its characters, as they are in the file.
    name (str): The element's name in lower case; empty for a comment or an instruction.
    is_end (bool): Whether it ends the element.
    is_block (bool): Whether a text ends here.
    """

    source: str
    name: str
    is_end: bool
    is_block: bool

    @property
    def is_empty(self) -> bool:
        """Whether the element has no end."""
        return not self.name or self.source.endswith("/>") or self.name in VOID


def parse_markup(source: str) -> Markup | None:
    """Read a string that is one piece of markup; None if it is not."""
    found = MARKUP.fullmatch(source)
    return None if found is None else markup_of(found)


def markup_of(found: re.Match[str]) -> Markup:
    name = (found["closes"] or found["opens"] or "").lower()
    return Markup(found[0], name, is_end=found["closes"] is not None, is_block=name in BLOCKS)


def split_markup(text: str) -> Iterator[str | Markup]:
    """Split a line into text, in which entities such as &amp; have become characters, and markup.
    What <![CDATA[ and ]]> enclose is text as it stands.
    Raises a ValueError that shows markup which does not end on its line. A text of JSON has several
    lines, and a file has a line for each piece of markup."""
    start = 0
    while True:
        beginning = BEGINNING.search(text, start)
        end = len(text) if beginning is None else beginning.start()
        if start < end:
            yield unescape_text(text[start:end])
        if beginning is None:
            return
        closing = text.find(CDATA_END, end) if text.startswith(CDATA, end) else -1
        if closing != -1:
            yield text[end + len(CDATA) : closing]
            start = closing + len(CDATA_END)
            continue
        found = MARKUP.match(text, end)
        if found is None or LINE_BREAK.search(found[0]):
            raise ValueError(f"has markup that does not end on its line: {text[end : end + 40]!r}")
        yield markup_of(found)
        start = found.end()


class OpenElements:
    """Checks that what is closed was open, and that what is open is closed. Elements may overlap,
    as sentences and pages do in a corpus."""

    def __init__(self) -> None:
        # The numbers of the lines on which elements were opened, by their names.
        self.lines: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, markup: Markup, number: int) -> None:
        """Count markup on a line. Raises a ValueError if it closes what is not open."""
        if markup.is_end:
            if self.lines[markup.name]:
                self.lines[markup.name].pop()
            elif not markup.is_empty:
                raise ValueError(f"line {number} has {markup.source}, but none is open.")
        elif not markup.is_empty:
            self.lines[markup.name].append(number)

    def check_end(self) -> None:
        """Raise a ValueError if something is open at the end of the file."""
        still_open = [(lines[-1], name) for name, lines in self.lines.items() if lines]
        if still_open:
            number, name = min(still_open)
            raise ValueError(f"line {number} has <{name}>, which is not closed.")


def escape_text(text: str) -> str:
    """Write the characters of markup as entities."""
    return escape(text, quote=False)


def unescape_text(text: str) -> str:
    """Read entities such as &amp; as characters. Any other & stays."""
    return ENTITY.sub(lambda entity: unescape(entity[0]), text)
