"""CoNLL-U, the format of Universal Dependencies."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from spacy.tokens import Doc, Token

from ..gold_token import Sentence, look_ahead, quote
from ..items import RawText, SentenceLines
from ..lines import Line
from .columns import Column, clean
from .format import ProbColumn, join_lines, sentences_of
from .vertical import VerticalFormat, check_line_end

N_COLUMNS = 10
# The index of the column MISC.
MISC = 9
APOSTROPHES = "'\u2019`"
# The scripts of Thai, Lao, Tibetan, Burmese, Khmer, Japanese and Chinese have no spaces between
# words, so words without a space are nothing special there.
UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)


class CoNLLU(VerticalFormat):
    """A word on each line, in ten columns. As gold data, the tag is XPOS, or UPOS if no word has
    XPOS. It is written without heads, and the id of a sentence is its line in the input, a point,
    and a number."""

    name = "conllu"
    suffixes = (".conllu",)

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        super().__init__(columns)
        self.places = {"word": 1, "lemma": 2, "pos": 3, "tag": 4, "morph": 5, "prob": MISC}
        self.spaces = Spaces()
        # The line of the text that was written last, and how many sentences of it were written.
        self.line = 0
        self.n_sentences = 0

    def end_sentence(self) -> None:
        spaces = self.spaces
        self.spaces = Spaces()
        spaces.check_range()

    def add(self, sentence: SentenceLines, line: Line, content: str) -> bool:
        if content.startswith("#"):
            if "\t" in content:
                check_line_end(content, line.number)
            sentence.add_line(line.text)
            return False
        id_, word, *_, misc = split_row(content, line.number)
        space = self.spaces.after(id_, misc, line.number)
        if space is None:
            sentence.add_line(line.text)
        else:
            sentence.add_word(line.text, word, space)
        return False

    def read(self, lines: Iterable[str]) -> Iterator[Sentence]:
        """Read the sentences of a file. Those before the first XPOS are held in memory."""
        has_xpos, sentences = look_ahead(super().read(lines), lambda token: bool(token.tag))
        for sentence in sentences:
            yield sentence if has_xpos else [token._replace(tag=token.pos) for token in sentence]

    def escape(self, name: str, value: str) -> str:
        # Only words and lemmas may have spaces.
        return (value if name in ("word", "lemma") else value.replace(" ", "_")) or "_"

    def replace_prob(self, cells: list[str], prob: float | None) -> None:
        others = [item for item in cells[MISC].split("|") if item != "_" and item[:8] != "TagProb="]
        own = [] if prob is None else [f"TagProb={prob}"]
        cells[MISC] = "|".join([*others, *own]) or "_"

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        if text.line != self.line:
            # The pieces of a long text count on.
            self.line = text.line
            self.n_sentences = 0
        lines = []
        for sentence in sentences_of(doc):
            self.n_sentences += 1
            lines.append(f"# sent_id = {self.line}.{self.n_sentences}")
            lines.append(f"# text = {clean(doc[sentence[0].i : sentence[-1].i + 1].text)}")
            lines += self.word_lines(sentence, probs)
            lines.append("")
        return join_lines(lines)

    def word_lines(self, sentence: list[Token], probs: ProbColumn) -> Iterator[str]:
        """The lines of a sentence's words. Words that are written together, as don't, have a line
        with a range of numbers before them, as in UD's treebanks."""
        number = 1
        for words in group_words(sentence):
            misc = "_" if is_followed_by_space(words[-1]) else "SpaceAfter=No"
            if len(words) > 1:
                form = "".join(word.text for word in words)
                last = number + len(words) - 1
                yield "\t".join([f"{number}-{last}", form, *["_"] * (N_COLUMNS - 3), misc])
                misc = "_"
            for word in words:
                cells = [str(number), *["_"] * (N_COLUMNS - 2), misc]
                for column, value in zip(self.columns, self.values(word, probs), strict=True):
                    if column.name == "prob":
                        self.replace_prob(cells, value)
                    else:
                        cells[self.places[column.name]] = self.escape(column.name, value)
                yield "\t".join(cells)
                number += 1


def split_row(line: str, number: int) -> list[str]:
    """The ten columns of a line. Raises a ValueError that names a line without them."""
    columns = line.split("\t")
    if len(columns) != N_COLUMNS:
        raise ValueError(f"line {number} has {len(columns)} columns, not 10: {quote(line)}")
    # No sentence has so many words that a number of its words has ten digits.
    if not re.fullmatch(r"\d{1,9}([-.]\d{1,9})?", columns[0]) or not columns[1]:
        raise ValueError(f"line {number} has no id or no word: {quote(line)}")
    return columns


class Spaces:
    """Finds out which words of a sentence a space follows. The words of a range, such as 3-4, are
    written together. At the end of the sentence, `check_range` is to be called."""

    def __init__(self) -> None:
        # The last range and its line, its last word, how many of its words are still to come, and
        # whether a space follows it.
        self.range = ""
        self.range_end = 0
        self.n_missing = 0
        self.range_space = True
        self.last_id = 0

    def after(self, id_: str, misc: str, line: int) -> bool | None:
        """Whether a space follows the word of the next line; None if the line is a range, or an
        empty node, which is not in the text. Raises a ValueError if the ids of words do not rise,
        or if ranges overlap.

        id_ (str): The column ID.
        misc (str): The column MISC.
        line (int): The number of the line.
        """
        space = "SpaceAfter=No" not in misc.split("|")
        if "-" in id_:
            self.check_range()
            first, self.range_end = map(int, id_.split("-"))
            self.range = f"line {line}: the range {id_}"
            self.range_space = space
            is_next = self.last_id < first <= self.range_end
            self.n_missing = self.range_end - first + 1 if is_next else 1
            if not is_next:
                self.check_range()
            return None
        if "." in id_:
            return None
        before = self.last_id
        self.last_id = int(id_)
        if self.last_id <= before:
            raise ValueError(
                f"line {line}: the id {id_} comes after {before}. If a sentence begins here, an "
                "empty line before it is missing."
            )
        if self.last_id <= self.range_end:
            self.n_missing -= 1
            return self.last_id == self.range_end and self.range_space
        return space

    def check_range(self) -> None:
        """Raise a ValueError if words of the last range have not come."""
        if self.n_missing:
            self.n_missing = 0
            raise ValueError(
                f"{self.range} overlaps another, or has words that its sentence lacks. Correct its "
                "numbers."
            )


def group_words(sentence: list[Token]) -> list[list[Token]]:
    """Put words together that the tokenizer has split though they are written as one, as do and
    n't."""
    groups: list[list[Token]] = []
    for word in sentence:
        if groups and are_one_word(groups[-1][-1], word):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def are_one_word(first: Token, second: Token) -> bool:
    """Whether two words are written together and the second has letters and apostrophes alone, as
    in don't, cannot and dog's, or is the apostrophe of a possessive, as in dogs'."""
    if is_followed_by_space(first) or UNSPACED.search(first.text + second.text):
        return False
    if not any(map(str.isalpha, first.text)):
        return False
    if second.text in APOSTROPHES:
        return second.pos_ == "PART" or second.tag_ == "POS"
    is_word = any(map(str.isalpha, second.text)) and all(
        is_letter(character) or character in APOSTROPHES for character in second.text
    )
    return is_word and (second.text[0] in APOSTROPHES or is_letter(first.text[-1]))


def is_letter(character: str) -> bool:
    """Whether a character is a letter, or a mark of one, such as a vowel sign of Tamil."""
    return unicodedata.category(character)[0] in "LM"


def is_followed_by_space(token: Token) -> bool:
    """Whether white space or the end of the text follows a token."""
    after = token.i + 1
    return bool(token.whitespace_) or after == len(token.doc) or token.doc[after].is_space
