"""VRT, vertical text: a word on each line, between lines of markup."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from spacy.tokens import Doc, Token

from .gold_token import (
    GoldToken,
    NumberedLine,
    Sentence,
    lemma_of,
    look_ahead,
    shown,
    value_of,
)
from .markup import Markup, escape_text, parse_markup, unescape_text
from .raw_text import RawText
from .writer import ProbColumn, Writer, join_lines, sentences_of

# The empty element <g/>: no space stands there.
GLUE = "g"


def read_vrt(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """A word, its tag and its lemma on each line, between lines of markup. A sentence ends at an
    empty line and where a block, such as <s> or <p>, begins or ends. If the file has <g/>, a space
    follows each word without it. Sentences before the first <g/> are held in memory."""
    has_glue, sentences = look_ahead(split_sentences(lines), lambda token: token.space is False)
    for sentence in sentences:
        if has_glue:
            sentence = [token._replace(space=token.space is None) for token in sentence]
        yield sentence


def split_sentences(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """The sentences, in which no space follows a word before <g/>."""
    sentence: Sentence = []
    for number, line in lines:
        markup = parse_markup(line)
        if markup is None and line:
            sentence.append(vrt_token(line, number))
        elif sentence and markup is not None and markup.name == GLUE:
            sentence[-1] = sentence[-1]._replace(space=False)
        elif sentence and (markup is None or markup.is_block):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def vrt_token(line: str, number: int) -> GoldToken:
    """Read a line with a word, a tag and possibly a lemma. Other columns are left out."""
    cells = list(map(unescape_text, line.split("\t")))
    if len(cells) < 2 or not cells[0]:
        raise ValueError(
            f"line {number}: {shown(line)} is not markup, nor a word, a tab, and a tag."
        )
    lemma = lemma_of(cells[2], cells[0]) if len(cells) > 2 else ""
    return GoldToken(cells[0], value_of(cells[1].strip()), lemma=lemma)


class VRTWriter(Writer):
    """Vertical text for a corpus workbench: a word, its tag and its lemma on each line, and <s>
    around each sentence. There is <p> around each text, or the markup of the input.

    markup (bool): Whether the input has markup. Where it has sentences, no other ones are set.
    """

    def __init__(self, columns: Sequence[str], markup: bool = False) -> None:
        super().__init__([column for column in columns if column != "pos"])
        self.has_markup = markup
        # The line of the text whose <p> is open; 0 if there is none.
        self.line = 0
        # How many <s> of the input are open.
        self.n_sentences = 0

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        rows: list[str] = []
        if not self.has_markup and text.line != self.line:
            # The pieces of a long text are one paragraph.
            rows.append(self.end() + "<p>")
            self.line = text.line
        # The next one comes last.
        waiting = list(reversed(text.markup))
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
                rows.append("\t".join(escape_text(cell) or "_" for cell in self.cells(word, probs)))
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
