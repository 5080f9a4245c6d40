"""CoNLL-U, the format of Universal Dependencies."""

import re
from collections.abc import Iterable, Iterator, Sequence

from spacy.tokens import Doc, Token

from ...pipeline.tag_morphology import MORPHOLOGY
from .contractions import group_words, has_space
from .gold_token import (
    UPOS,
    GoldToken,
    NumberedLine,
    Sentence,
    lemma_of,
    look_ahead,
    shown,
    split_blocks,
    value_of,
)
from .raw_text import RawText
from .writer import ProbColumn, Writer, clean, join_lines, sentences_of


def read_conllu(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """One token per line, in ten columns. The tag is XPOS, or UPOS if no word has XPOS. Sentences
    before the first XPOS are held in memory."""
    has_xpos, sentences = look_ahead(with_xpos(lines), lambda token: bool(token.tag))
    for sentence in sentences:
        yield sentence if has_xpos else [token._replace(tag=token.pos) for token in sentence]


def with_xpos(lines: Iterable[NumberedLine]) -> Iterator[Sentence]:
    """The sentences, in which the tag is XPOS."""
    for block in split_blocks(lines):
        sentence: Sentence = []
        spaces = Spaces()
        for number, line in block:
            if line.startswith("#"):
                continue
            id_, word, lemma, upos, xpos, feats, *_, misc = split_row(line, number)
            if upos not in UPOS:
                raise ValueError(f"line {number}: {upos!r} is not a universal part of speech.")
            if feats != "_" and not re.fullmatch(MORPHOLOGY, feats):
                raise ValueError(f"line {number}: {feats!r} is not like Case=Nom|Number=Sing.")
            space = spaces.after(id_, misc, number)
            if space is not None:
                sentence.append(
                    GoldToken(
                        word,
                        value_of(xpos),
                        value_of(upos),
                        join_values(value_of(feats)),
                        lemma_of(lemma, word),
                        space,
                    )
                )
        if sentence:
            yield sentence


def split_row(line: str, number: int) -> list[str]:
    """The ten columns of a line. Raises a ValueError that names a line without them."""
    columns = line.split("\t")
    if len(columns) != 10:
        raise ValueError(f"line {number} has {len(columns)} columns, not 10: {shown(line)}")
    # No sentence has so many words that a number of its words has ten digits.
    if not re.fullmatch(r"\d{1,9}([-.]\d{1,9})?", columns[0]) or not columns[1]:
        raise ValueError(f"line {number} has no id or no word: {shown(line)}")
    return columns


def join_values(feats: str) -> str:
    """Join the values of a feature that stands twice: Case=Acc|Case=Nom becomes Case=Acc,Nom. Of
    two, spaCy would keep the last."""
    values: dict[str, list[str]] = {}
    for feature in feats.split("|"):
        name, equals, value = feature.partition("=")
        values.setdefault(name + equals, []).append(value)
    return "|".join(name + ",".join(of_name) for name, of_name in values.items())


class Spaces:
    """Finds out which words of a sentence a space follows. The words of a range, such as 3-4, are
    written together."""

    def __init__(self) -> None:
        # The last word of the last range, and whether a space follows it.
        self.range_end = 0
        self.range_space = True
        self.last_id = 0

    def after(self, id_: str, misc: str, line: int) -> bool | None:
        """Whether a space follows the word of the next line; None if the line is a range, or an
        empty node, which is not in the text. Raises a ValueError if the ids of words do not rise.

        id_ (str): The column ID.
        misc (str): The column MISC.
        line (int): The number of the line.
        """
        has_space = "SpaceAfter=No" not in misc.split("|")
        if "-" in id_:
            self.range_end = int(id_.split("-")[1])
            self.range_space = has_space
            return None
        if "." in id_:
            return None
        if int(id_) <= self.last_id:
            raise ValueError(
                f"line {line}: the id {id_} comes after {self.last_id}. If a sentence begins here, "
                "an empty line before it is missing."
            )
        self.last_id = int(id_)
        if int(id_) <= self.range_end:
            return int(id_) == self.range_end and self.range_space
        return has_space


class CoNLLUWriter(Writer):
    """CoNLL-U without heads. The id of a sentence is its line in the input, a point, and a number.

    ranges (bool): Whether words that are written together, as don't, get a line of their own with
        a range of numbers before them, as in UD's treebanks of English.
    """

    def __init__(self, columns: Sequence[str], ranges: bool = False) -> None:
        super().__init__(columns)
        self.ranges = ranges
        self.line = 0
        self.n_sentences = 0

    def write(self, text: RawText, doc: Doc, probs: ProbColumn) -> str:
        if text.line != self.line:
            # The pieces of a long text count on.
            self.line = text.line
            self.n_sentences = 0
        rows = []
        for sentence in sentences_of(doc):
            self.n_sentences += 1
            rows.append(f"# sent_id = {self.line}.{self.n_sentences}")
            rows.append(f"# text = {clean(doc[sentence[0].i : sentence[-1].i + 1].text)}")
            rows += self.rows(sentence, probs)
            rows.append("")
        return join_lines(rows)

    def rows(self, sentence: list[Token], probs: ProbColumn) -> Iterator[str]:
        """The lines of a sentence's words."""
        groups = group_words(sentence) if self.ranges else [[word] for word in sentence]
        number = 1
        for words in groups:
            last = words[-1]
            is_glued = not has_space(last) and last.i + 1 < len(last.doc)
            no_space = ["SpaceAfter=No"] if is_glued else []
            is_range = len(words) > 1
            if is_range:
                form = "".join(word.text for word in words)
                yield conllu_row(f"{number}-{number + len(words) - 1}", form, misc=no_space)
            for word in words:
                misc = [] if is_range else list(no_space)
                if "prob" in self.columns and probs[word.i] is not None:
                    misc.append(f"TagProb={probs[word.i]}")
                lemma = clean(word.lemma_) if "lemma" in self.columns else ""
                yield conllu_row(
                    str(number),
                    clean(word.text),
                    lemma,
                    word.pos_,
                    clean(word.tag_, "_"),
                    features_of(word),
                    misc,
                )
                number += 1


def conllu_row(
    number: str,
    form: str,
    lemma: str = "",
    pos: str = "",
    tag: str = "",
    features: str = "",
    misc: Sequence[str] = (),
) -> str:
    """A line of CoNLL-U, with an underscore in each empty column."""
    cells = [number, form, lemma, pos, tag, features, "", "", "", "|".join(misc)]
    return "\t".join(cell or "_" for cell in cells)


def features_of(word: Token) -> str:
    """A word's morphological features in UD's order, which ignores case; spaCy's does not."""
    features = []
    for feature in clean(str(word.morph), "_").split("|"):
        name, equals, values = feature.partition("=")
        features.append(name + equals + ",".join(sorted(values.split(","), key=str.lower)))
    return "|".join(sorted(features, key=str.lower))
