"""VRT, vertical text: a word on each line, between lines of markup."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from spacy.tokens import Doc, Token

from ..gold_token import Sentence, look_ahead, quote
from ..items import RawText, SentenceLines
from ..lines import LinePart
from ..markup import BEGINNING, Markup, escape_text, parse_markup, unescape_text
from .columns import Column, columns_in
from .format import ProbColumn, join_lines, sentences_of
from .vertical import VerticalFormat

# The empty element <g/>: no space stands there. It is Sketch Engine's sign for two words that are
# written together.
GLUE = "g"


class VRT(VerticalFormat):
    """A word, its tag and its lemma on each line, for a corpus workbench. A sentence ends at an
    empty line and where a block, such as <s> or <p>, begins or ends. It is written with <s> around
    each sentence, and <p> around each text. Markup of the input takes the place of <p>, and its
    sentences are the only ones there."""

    name = "vrt"
    suffixes = (".vrt", ".vert")

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        super().__init__(columns)
        self.places = {column.name: place for place, column in enumerate(columns_in("vrt"))}
        # The line of the text whose <p> is open; 0 if there is none.
        self.line = 0
        # How many <s> of the input are open.
        self.n_sentences = 0

    def add(self, sentence: SentenceLines, line: LinePart, content: str) -> bool:
        markup = parse_markup(content.strip(" "))
        if markup is not None:
            sentence.add_line(line.text)
            if markup.name == GLUE and sentence.spaces:
                sentence.spaces[-1] = False
            return markup.is_block
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
        return escape_text(value) or "_"

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        rows: list[str] = []
        if text.markup is None and text.line != self.line:
            # The pieces of a long text are one paragraph.
            rows.append(self.end() + "<p>")
            self.line = text.line
        # Reversed, so that `pop` returns the next one.
        waiting = list(reversed(text.markup or ()))
        sentences = list(sentences_of(doc))
        starts = [word.idx for word in chain.from_iterable(sentences)]
        next_starts = iter([*starts[1:], len(doc.text)])
        for sentence in sentences:
            rows += self.take_blocks(waiting, sentence[0].idx)
            is_own = self.n_sentences == 0
            if is_own:
                rows.append("<s>")
            for word in sentence:
                while waiting and is_before(waiting[-1], word):
                    rows.append(self.take(waiting))
                cells = zip(self.columns, self.values(word, probs), strict=True)
                rows.append("\t".join(self.escape(column.name, value) for column, value in cells))
                next_start = next(next_starts)
                # The end of an element stands behind its last word.
                while waiting and waiting[-1][1].is_end and waiting[-1][0] <= next_start:
                    rows.append(self.take(waiting))
            if is_own:
                rows.append("</s>")
        while waiting:
            rows.append(self.take(waiting))
        return join_lines(rows)

    def end(self) -> str:
        return "</p>\n" if self.line else ""

    def take(self, waiting: list[tuple[int, Markup]]) -> str:
        """Take the next markup."""
        _, markup = waiting.pop()
        if markup.name == "s" and not markup.is_empty:
            self.n_sentences += -1 if markup.is_end else 1
        return markup.source

    def take_blocks(self, waiting: list[tuple[int, Markup]], start: int) -> Iterator[str]:
        """Take the markup before a sentence that is no part of it: all until the last block."""
        n_taken = 0
        for number, (offset, markup) in enumerate(reversed(waiting), start=1):
            if offset > start:
                break
            if markup.is_block:
                n_taken = number
        for _ in range(n_taken):
            yield self.take(waiting)


def is_before(item: tuple[int, Markup], word: Token) -> bool:
    """Whether markup stands before a word. The beginning of an element inside of a word does."""
    offset, markup = item
    return offset <= word.idx or (offset < word.idx + len(word) and not markup.is_end)
