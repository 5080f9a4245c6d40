"""A corpus reader for the config."""

import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, cast

import srsly
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.training import Corpus, Example
from spacy.training.corpus import FILE_TYPE, walk_corpus
from spacy.vocab import Vocab

from .models.checks import check
from .soft_tags import KEY as SOFT_TAGS
from .soft_tags import copy_soft_tags, soft_tags_of


class SentenceCorpus(Corpus):
    """Reads `.spacy` files as spaCy's Corpus does, a few sentences at a time.

    A tagger that is trained on single sentences is less accurate on text with several sentences,
    where the LSTM reads from one sentence into the next. So training data is best cut into pieces
    of one to a few sentences.

    path (Path | str | None): A `.spacy` file, or a folder of them.
    gold_preproc (bool): Whether to use the tokens of the corpus instead of the tokenizer's. A Doc
        with unknown spaces always keeps its own tokens.
    max_sents (int): Maximum number of sentences in a piece. The number in each piece is random.
        A Doc without sentence boundaries is not cut.
    limit (int): Maximum number of Docs to read; 0 for all.
    augmenter (Callable[[Language, Example], Iterator[Example]] | None): Yields the examples that
        take the place of an example.
    """

    def __init__(
        self,
        path: Path | str | None,
        gold_preproc: bool = True,
        max_sents: int = 1,
        limit: int = 0,
        augmenter: Callable[[Language, Example], Iterator[Example]] | None = None,
    ) -> None:
        check("max_sents", max_sents, max_sents > 0, "above 0")
        if path is None:
            raise ValueError(
                "A corpus has no path. Set it in the config or on the command line: "
                "--paths.train train.spacy --paths.dev dev.spacy"
            )
        super().__init__(path, gold_preproc=gold_preproc, limit=limit, augmenter=augmenter)
        self.max_sents = max_sents

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the examples.

        nlp (Language): The pipeline, for its vocab and tokenizer.
        YIELDS (Example): An example for each piece.
        """
        has_tokens = False
        for doc in self.docs(nlp.vocab):
            for piece in cut(doc, self.max_sents):
                has_tokens = True
                example = self._make_example(nlp, piece, self.gold_preproc)
                yield from self.augmenter(nlp, example)
        if not has_tokens:
            raise ValueError(f"There are no tokens in {self.path}. Check how it was made.")

    def docs(self, vocab: Vocab) -> Iterator[Doc]:
        """Read the Docs that have tokens, without cutting them. Raises a ValueError if there is no
        `.spacy` file, or if a file is damaged."""
        if self.path.is_file() and self.path.suffix != FILE_TYPE:
            raise ValueError(
                f"{self.path} is not a {FILE_TYPE} file. Convert tagged text: "
                f"python -m spacy convert-tags {self.path} {self.path.with_suffix(FILE_TYPE)}"
            )
        locs = list(walk_corpus(self.path, FILE_TYPE))
        if not locs:
            raise ValueError(
                f"There is no {FILE_TYPE} file in {self.path}. Convert tagged text: "
                "python -m spacy convert-tags"
            )
        return self.read_docbin(vocab, locs)

    def read_docbin(self, vocab: Vocab, locs: Iterable[str | Path]) -> Iterator[Doc]:
        """Read Docs that have tokens. Raises a ValueError that names a damaged file."""
        docs = (doc for loc in locs for doc in self._read_file(vocab, loc))
        return islice(docs, self.limit or None)

    def _read_file(self, vocab: Vocab, loc: str | Path) -> Iterator[Doc]:
        with named_in_errors(loc):
            doc_bin = DocBin().from_disk(loc)
            user_data, doc_bin.user_data = unpack(doc_bin.user_data), []
            for doc, values in zip_longest(doc_bin.get_docs(vocab), user_data):
                if len(doc):
                    doc.user_data.update(values or {})
                    soft_tags_of(doc)  # refuses damaged ones, while the file is known
                    yield doc


@contextmanager
def named_in_errors(loc: str | Path) -> Iterator[None]:
    """Raise a ValueError that names the file if it can't be read as a DocBin."""
    try:
        yield
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{loc} is damaged or not a DocBin: {error!r}") from error


def read_gold(path: Path, vocab: Vocab, gold_preproc: bool) -> list[Doc]:
    """Read the Docs that a command measures or calibrates with, as `spacy evaluate` does: one
    sentence a Doc with `--gold-preproc`, whole Docs without."""
    docs = SentenceCorpus(path).docs(vocab)
    return [piece for doc in docs for piece in cut(doc)] if gold_preproc else list(docs)


def make_doc(nlp: Language, gold: Doc, gold_preproc: bool) -> Doc:
    """The Doc that a pipeline tags for a gold Doc, as spaCy's Corpus makes it: with the gold tokens
    if `gold_preproc` is on or the spaces are unknown, otherwise with the tokenizer's."""
    if not gold_preproc and not gold.has_unknown_spaces:
        return nlp.make_doc(gold.text)
    return copy_words(gold, nlp.vocab)


def copy_words(doc: Doc, vocab: Vocab) -> Doc:
    """A Doc of the same words and spaces, without annotation."""
    spaces = [bool(token.whitespace_) for token in doc]
    return Doc(vocab, words=[token.text for token in doc], spaces=spaces)


def unpack(user_data: list[bytes | None]) -> Sequence[dict[Any, Any] | None]:
    """Read the user data of all Docs of a DocBin in one call. DocBin makes a call for each Doc, and
    each call of srsly searches all installed packages for decoders."""
    header = b"\xdd" + len(user_data).to_bytes(4, "big")  # of an array, in MessagePack
    items = [b"\xc0" if values is None else values for values in user_data]  # 0xc0 is None
    return cast(Sequence[Any], srsly.msgpack_loads(header + b"".join(items), use_list=False))


def cut(doc: Doc, max_sents: int = 1) -> Iterator[Doc]:
    """Cut a Doc into pieces, each with a random number of sentences from one to max_sents. A Doc
    without sentence boundaries is not cut."""
    if not doc.has_annotation("SENT_START"):
        yield doc
        return
    sents = list(doc.sents)
    attrs: Any = doc._get_array_attrs()
    annotation = {"array_head": attrs, "array": doc.to_array(attrs)}
    while sents:
        n = random.randint(1, max_sents)
        yield to_doc(doc[sents[0].start : sents[:n][-1].end], annotation)
        sents = sents[n:]


def to_doc(piece: Span, annotation: dict[str, Any]) -> Doc:
    """Make a Doc from a piece of a Doc, with categories, span groups and custom attributes, which
    `Span.as_doc` leaves out.

    Categories and attributes of the whole Doc are kept. Spans, and attributes of tokens and spans,
    are kept if they lie within the piece. An entity that does not becomes missing annotation.

    annotation (dict[str, Any]): The annotation of the whole Doc's tokens, as arguments of
        `Span.as_doc`, which would otherwise read it again for each piece. It changes the rows of
        the piece.
    """
    whole, doc = piece.doc, piece.as_doc(**annotation)
    doc.has_unknown_spaces = whole.has_unknown_spaces
    doc.cats = {**whole.cats, **doc.cats}
    for key, group in whole.spans.items():
        spans = [move(span, piece, doc) for span in group if is_within(span, piece)]
        doc.spans[key] = SpanGroup(doc, name=group.name, attrs=group.attrs, spans=spans)
    copy_soft_tags(whole, doc, slice(piece.start, piece.end))
    for key, value in whole.user_data.items():
        if key == SOFT_TAGS:
            continue
        if isinstance(key, tuple) and key[0] == "._." and key[2] is not None:
            _, name, start, end = key  # characters; end is None for a token's attribute
            if start < piece.start_char or max(start + 1, end or 0) > piece.end_char:
                continue
            start, end = start - piece.start_char, end and end - piece.start_char
            key = ("._.", name, start, end)
        doc.user_data[key] = value
    return doc


def is_within(span: Span, piece: Span) -> bool:
    return piece.start <= span.start and span.end <= piece.end


def move(span: Span, piece: Span, doc: Doc) -> Span:
    """Move a span of the whole Doc to the Doc of a piece."""
    start, end = span.start - piece.start, span.end - piece.start
    return Span(doc, start, end, label=span.label, kb_id=span.kb_id, span_id=span.id)
