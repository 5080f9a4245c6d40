"""Reads training data: `.spacy` files, cut into pieces of some sentences."""

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Annotated, Any, cast

import numpy
from annotated_types import Ge, Gt, Le
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example
from spacy.training.corpus import FILE_TYPE, walk_corpus
from spacy.vocab import Vocab
from srsly.msgpack import Unpacker

from ..config_rules import check_config
from ..errors import explained
from ..pipeline.soft_tags import all_soft_tags, set_soft_tags

# What a piece keeps of each Doc, beside the words.
ATTRS = ["TAG", "POS", "MORPH", "LEMMA"]


class SentenceCorpus(Corpus):
    """Reads `.spacy` files as spaCy's Corpus does, a few sentences at a time.

    A tagger that is trained on single sentences is less accurate on text with several sentences,
    where the LSTM reads from one sentence into the next. So training data is best cut into pieces
    of one to a few sentences.

    A piece has the words of its Doc, their tags, parts of speech, morphology and lemmas, sentence
    boundaries, trees, entities and soft tags. Other annotation, such as spans and categories, is
    left out: use `spacy.Corpus.v1` for a pipeline that learns it, too.

    path (Path | str | None): A `.spacy` file, or a folder of them.
    gold_preproc (bool): Whether to use the tokens of the corpus instead of the tokenizer's, for
        the examples of the augmenter, too. A Doc with unknown spaces always keeps its own tokens.
    max_sents (int): Maximum number of sentences in a piece. The number in each piece is random.
        A Doc without sentence boundaries is not cut.
    limit (int): Maximum number of Docs to read; 0 for all.
    augmenter (Callable[[Language, Example], Iterator[Example]] | None): Yields the examples that
        take the place of an example.
    """

    @check_config
    def __init__(
        self,
        path: Path | str | None,
        gold_preproc: bool = True,
        max_sents: Annotated[int, Gt(0)] = 1,
        limit: Annotated[int, Ge(0), Le(sys.maxsize)] = 0,
        augmenter: Callable[[Language, Example], Iterator[Example]] | None = None,
    ) -> None:
        # spaCy's corpus takes None, too, though its annotation does not say so.
        loc = cast(Path, path or None)
        super().__init__(loc, gold_preproc=gold_preproc, limit=limit, augmenter=augmenter)
        self.max_sents = max_sents

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the examples.

        nlp (Language): The pipeline, for its vocab and tokenizer.
        YIELDS (Example): An example for each piece.
        """
        has_tokens = False
        has_warned = False
        for doc in self.docs(nlp.vocab):
            if not has_warned and (doc.cats or doc.spans) and doc.has_annotation("SENT_START"):
                has_warned = True
                warnings.warn(
                    f"{self.path} has categories or spans. SentenceCorpus leaves them out when it "
                    "cuts Docs into sentences. To learn them, use spacy.Corpus.v1.",
                    stacklevel=2,
                )
            for piece in cut_doc(doc, self.max_sents):
                has_tokens = True
                example = Example(make_doc(nlp, piece, self.gold_preproc), piece)
                for augmented in self.augmenter(nlp, example):
                    if augmented is not example:
                        gold = augmented.reference
                        augmented.predicted = make_doc(nlp, gold, self.gold_preproc)
                    yield augmented
        if not has_tokens:
            raise ValueError(f"There are no tokens in {self.path}. Check how it was made.")

    def docs(self, vocab: Vocab) -> Iterator[Doc]:
        """Read the Docs that have tokens, without cutting them. Raises a ValueError if there is no
        `.spacy` file, or if a file is damaged."""
        if self.path is None:
            raise ValueError(
                "A corpus has no path: a value of [paths] is null. Set each that the config uses, "
                "there or on the command line: --paths.train train.spacy --paths.dev dev.spacy, "
                "and --paths.old or --paths.labelled, if the config has it."
            )
        if not self.path.exists():
            raise ValueError(
                f"There is no {self.path}. Convert tagged text: python -m spacy convert-tags. Or "
                "let a tagger label raw text: python -m spacy label-tags"
            )
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
        return islice((doc for loc in locs for doc in read_docs(loc, vocab)), self.limit or None)


def read_docs(loc: str | Path, vocab: Vocab) -> Iterator[Doc]:
    """Read the Docs that have tokens. Raises a ValueError that names the file if it is damaged."""
    with explained(f"{loc} is damaged or not a DocBin"):
        doc_bin = DocBin().from_disk(loc)
        # DocBin takes half a millisecond for the user data of each Doc: it makes a new unpacker
        # each time, which searches all installed packages for decoders.
        packed = doc_bin.user_data
        doc_bin.user_data = []
        unpacker = Unpacker(raw=False, use_list=False)
        for doc, data in zip_longest(doc_bin.get_docs(vocab), packed):
            if data is not None:
                unpacker.feed(data)
                doc.user_data.update(unpacker.unpack())
            if len(doc):
                # Raises an error for damaged ones while the file is known.
                all_soft_tags(doc)
                yield doc


def cut_doc(doc: Doc, max_sents: int = 1) -> Iterator[Doc]:
    """Cut a Doc into pieces, each with a random number of sentences from one to max_sents. A Doc
    without sentence boundaries is not cut."""
    if not doc.has_annotation("SENT_START"):
        yield doc
        return
    # An entity is in one piece, whatever the boundaries of sentences. At the beginning of a Doc,
    # some data have I in place of B.
    starts = [sent.start for sent in doc.sents if sent.start == 0 or sent[0].ent_iob_ != "I"]
    starts.append(len(doc))
    attrs: Any = attributes_of(doc)
    values: Any = doc.to_array(attrs)
    soft_tags = all_soft_tags(doc)
    first = 0
    while first < len(starts) - 1:
        last = min(first + random.randint(1, max_sents), len(starts) - 1)
        tokens = slice(starts[first], starts[last])
        # Not with Span.as_doc, which reads all entities of the Doc for each piece.
        piece = copy_words(doc, doc.vocab, tokens)
        piece.from_array(attrs, own_heads(values[tokens], attrs))
        for key, soft in soft_tags.items():
            set_soft_tags(piece, soft.select(tokens), key)
        yield piece
        first = last


def own_heads(values: Any, attrs: list[str]) -> Any:
    """Annotation in which no head is outside of the piece. A sentence with several roots is cut at
    each of them, and a token whose head is in another piece becomes a root.

    values (Array): (n_tokens, n_attrs); a head is its distance from the token.
    RETURNS (Array): The same, or a copy.
    """
    if "HEAD" not in attrs:
        return values
    column = attrs.index("HEAD")
    places = numpy.arange(len(values)) + values[:, column].astype("int64")
    is_outside = (places < 0) | (places >= len(values))
    if not is_outside.any():
        return values
    values = values.copy()
    values[is_outside, column] = 0
    return values


def attributes_of(doc: Doc) -> list[str]:
    """What a Doc has of the annotation that a piece keeps. A tree says where sentences begin."""
    sentences = ["HEAD", "DEP"] if doc.has_annotation("DEP") else ["SENT_START"]
    entities = ["ENT_IOB", "ENT_TYPE"] if doc.has_annotation("ENT_IOB") else []
    return [*ATTRS, *sentences, *entities]


def copy_words(doc: Doc, vocab: Vocab, tokens: slice = slice(None)) -> Doc:
    """A Doc of the same words and spaces, without annotation.

    tokens (slice): The words to copy.
    """
    span = doc[tokens]
    words = [token.text for token in span]
    if doc.has_unknown_spaces:
        return Doc(vocab, words=words)
    return Doc(vocab, words=words, spaces=[bool(token.whitespace_) for token in span])


def make_doc(nlp: Language, gold: Doc, gold_preproc: bool) -> Doc:
    """The Doc that a pipeline tags for a gold Doc, as spaCy's Corpus makes it: with the gold tokens
    if `gold_preproc` is on or the spaces are unknown, otherwise with the tokenizer's."""
    if not gold_preproc and not gold.has_unknown_spaces:
        return nlp.make_doc(gold.text)
    return copy_words(gold, nlp.vocab)
