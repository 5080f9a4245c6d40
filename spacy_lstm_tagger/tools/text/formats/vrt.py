"""VRT, vertical text: a word on each line, between lines of markup."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape

from spacy.tokens import Doc

from ..gold_token import Sentence, look_ahead, quote
from ..items import RawText, SentenceLines
from ..lines import Line
from .columns import Column, columns_in
from .format import ProbColumn, join_lines, sentences_of
from .vertical import VerticalFormat

# A line of markup. An attribute's value may have < and > within quotation marks. The possessive
# quantifiers of names and attributes keep no states to go back to, which would take memory for each
# character.
MARKUP = re.compile(
    r"""<(?: !--.*?-->
           | \?.*?\?>
           | !\w[^<>]*>
           | /(?P<closes>[^\W\d][^\s<>/]*)\s*>
           | (?P<opens>[^\W\d][^\s<>/]*+)(?:"[^"]*"|'[^']*'|[^'"<>]++)*+>
        )""",
    re.VERBOSE | re.DOTALL,
)
# Any other < is a character of a word, as <3.
BEGINNING = re.compile(r"<(?=/?[^\W\d]|[!?])")
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,32});")
# A sentence ends where one of these begins or ends. They are block elements of HTML and of TEI. Any
# other element may stand inside of a sentence.
BLOCKS = frozenset(
    """
    ab address article aside back blockquote body caption chapter closer corpus dd div doc dt
    epigraph fieldset figcaption figure footer form front group h1 h2 h3 h4 h5 h6 head header hr
    html item l label lg li list main nav ol opener p para pre s section sp speaker stage table
    tbody td tei text tfoot th thead title tr trailer turn u ul utterance
    """.split()  # noqa: SIM905
)
# The empty element <g/>: no space stands there. It is Sketch Engine's sign for two words that are
# written together.
GLUE = "g"


class VRT(VerticalFormat):
    """A word, its tag and its lemma on each line, for a corpus workbench. A sentence ends at an
    empty line and where a block, such as <s> or <p>, begins or ends. It is written with <s> around
    each sentence, and <p> around each text."""

    name = "vrt"
    suffixes = (".vrt", ".vert")

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        super().__init__(columns)
        self.places = {column.name: place for place, column in enumerate(columns_in("vrt"))}
        # The line of the text whose <p> is open; 0 if there is none.
        self.line = 0

    def add(self, sentence: SentenceLines, line: Line, content: str) -> bool:
        markup = MARKUP.fullmatch(content.strip(" "))
        if markup is not None:
            sentence.add_line(line.text)
            # A comment and an instruction have no name.
            element = (markup["closes"] or markup["opens"] or "").lower()
            if element == GLUE and sentence.spaces:
                sentence.spaces[-1] = False
            return element in BLOCKS
        if BEGINNING.match(content) and "\t" not in content:
            raise ValueError(f"line {line.number} has markup that does not end on its line.")
        return self.add_cells(sentence, line, content)

    def split(self, content: str) -> list[str]:
        return [unescape_text(cell) for cell in content.split("\t")]

    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        """Read the sentences of a file. If it has <g/>, a space follows each word without it.
        Sentences before the first <g/> are held in memory."""
        has_glue, sentences = look_ahead(super().read(lines), lambda token: token.space is False)
        for sentence in sentences:
            if has_glue:
                sentence = [token._replace(space=token.space is None) for token in sentence]
            yield sentence

    def check_gold(self, cells: list[str], line: str, number: int) -> None:
        if len(cells) < 2:
            raise ValueError(
                f"line {number}: {quote(line)} is not markup, nor a word, a tab, and a tag."
            )

    def escape(self, name: str, value: str) -> str:
        return escape(value, quote=False) or "_"

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        lines = []
        if text.line != self.line:
            # The pieces of a long text are one paragraph.
            lines.append(self.end() + "<p>")
            self.line = text.line
        for sentence in sentences_of(doc):
            lines.append("<s>")
            for word in sentence:
                cells = zip(self.columns, self.values(word, probs), strict=True)
                lines.append("\t".join(self.escape(column.name, value) for column, value in cells))
            lines.append("</s>")
        return join_lines(lines)

    def end(self) -> str:
        return "</p>\n" if self.line else ""


def unescape_text(text: str) -> str:
    """Read entities such as &amp; as characters. Any other & stays."""
    return ENTITY.sub(lambda entity: unescape(entity[0]), text)
