"""Writes tagged Docs as text: TSV, CoNLL-U, JSON lines or VRT. White space is no word there."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import accumulate, chain
from typing import Any

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc, Token

from .contractions import group_words, has_space
from .markup import Markup, escape_text
from .raw_text import RawText

Probs = Sequence[float | None]

# The names of lists in JSON, where they differ from those of columns.
LIST_NAMES = {"word": "words", "tag": "tags", "lemma": "lemmas", "prob": "probs"}


class OutputFormat(StrEnum):
    """The formats of tagged text that can be written. `auto` is the one of the file's suffix."""

    auto = "auto"
    tsv = "tsv"
    conllu = "conllu"
    jsonl = "jsonl"
    vrt = "vrt"


def columns_of(nlp: Language, probs: bool = False) -> list[str]:
    """The columns for what a pipeline sets: words, tags, and what else its components assign.

    probs (bool): Whether there is a column for the probability of each tag.
    """
    columns = ["word", "tag"]
    columns += [name for name in ("pos", "lemma") if sets_attribute(nlp, name)]
    return [*columns, "prob"] if probs else columns


def sets_attribute(nlp: Language, name: str) -> bool:
    """Whether a component of a pipeline may set an attribute of tokens. One that doesn't say what
    it assigns, such as a function of a user's own, may assign everything.

    name (str): The attribute, such as `pos`.
    """
    for pipe_name, component in nlp.pipeline:
        assigns = nlp.get_pipe_meta(pipe_name).assigns
        if f"token.{name}" in assigns:
            return True
        if isinstance(component, AttributeRuler):
            patterns: list[dict[str, Any]] = component.patterns
            if any(name.upper() in pattern["attrs"] for pattern in patterns):
                return True
        elif not assigns:
            return True
        # An entry of a lexicon may have a part of speech beside its tag.
        lexicon = getattr(component, "lexicon", None)
        if lexicon is not None:
            entries = chain(lexicon.values(), lexicon.any_case.values())
            if any(label.startswith(f"{name.upper()}=") for tags in entries for label in tags):
                return True
    return False


class Writer(ABC):
    """Turns Docs into lines of text.

    columns (Sequence[str]): The names of what to write of each word, see `columns_of`.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns

    def begin(self) -> str:
        """The first lines of the file."""
        return ""

    @abstractmethod
    def write(self, text: RawText, doc: Doc, probs: Probs) -> str:
        """The lines of a text.

        text (RawText): The text.
        doc (Doc): Its words and tags.
        probs (Probs): The probability of each token's tag, None where there is none. Empty if there
            is no column for them.
        """

    def end(self) -> str:
        """The last lines of the file."""
        return ""

    def cells(self, word: Token, probs: Probs) -> Iterator[str]:
        """What the columns say of a word."""
        for column in self.columns:
            if column == "prob":
                prob = probs[word.i]
                yield "" if prob is None else str(prob)
            else:
                yield VALUES[column](word)


class TSVWriter(Writer):
    """A word on each line, under a line with the names of the columns. An empty line follows each
    sentence."""

    def begin(self) -> str:
        return "\t".join(self.columns) + "\n"

    def write(self, text: RawText, doc: Doc, probs: Probs) -> str:
        rows = []
        for sentence in sentences_of(doc):
            rows += ["\t".join(self.cells(word, probs)) for word in sentence]
            rows.append("")
        return join_lines(rows)


class JSONLWriter(Writer):
    """An object for each text, with a list for each column."""

    def write(self, text: RawText, doc: Doc, probs: Probs) -> str:
        sentences = list(sentences_of(doc))
        words = list(chain.from_iterable(sentences))
        lists: dict[str, Any] = {}
        for column in self.columns:
            if column == "prob":
                values: list[Any] = [probs[word.i] for word in words]
            else:
                values = [VALUES[column](word) for word in words]
            lists[LIST_NAMES.get(column, column)] = values
        if doc.has_annotation("SENT_START"):
            # The indices of the first words of sentences.
            ends = list(accumulate(map(len, sentences), initial=0))
            lists["sent_starts"] = ends[:-1]
        item = {"line": text.line, "text": doc.text, **lists}
        return json.dumps(item, ensure_ascii=False) + "\n"


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

    def write(self, text: RawText, doc: Doc, probs: Probs) -> str:
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

    def rows(self, sentence: list[Token], probs: Probs) -> Iterator[str]:
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

    def write(self, text: RawText, doc: Doc, probs: Probs) -> str:
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


def make_writer(
    output_format: OutputFormat, columns: Sequence[str], ranges: bool, markup: bool
) -> Writer:
    """The writer of a format. The other arguments are those of the writers."""
    if output_format is OutputFormat.conllu:
        return CoNLLUWriter(columns, ranges)
    if output_format is OutputFormat.jsonl:
        return JSONLWriter(columns)
    if output_format is OutputFormat.vrt:
        return VRTWriter(columns, markup)
    return TSVWriter(columns)


def clean(text: str, space: str = " ") -> str:
    """A text without the tabs and line breaks that would end a cell. Labels may have them, too."""
    return space.join(text.split())


VALUES: dict[str, Callable[[Token], str]] = {
    "word": lambda word: clean(word.text),
    "tag": lambda word: clean(word.tag_),
    "pos": lambda word: word.pos_,
    "lemma": lambda word: clean(word.lemma_),
}


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


def sentences_of(doc: Doc) -> Iterator[list[Token]]:
    """The words of each sentence, or of the Doc if it has no sentence boundaries."""
    for span in doc.sents if doc.has_annotation("SENT_START") else [doc]:
        words = [token for token in span if not token.is_space]
        if words:
            yield words


def join_lines(rows: Sequence[str]) -> str:
    return "".join(f"{row}\n" for row in rows)
