"""A corpus reader for the config."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, cast

import srsly
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example
from spacy.training.corpus import FILE_TYPE, walk_corpus
from spacy.vocab import Vocab

from ..models.checks import check_bool, check_int
from ..pipeline.soft_tags import soft_tags_of
from .pieces import cut


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
        check_bool("gold_preproc", gold_preproc)
        check_int("max_sents", max_sents, lambda n: n > 0, "above 0")
        check_int("limit", limit, lambda n: n >= 0, "0 or above")
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
        if self.path is None:
            raise ValueError(
                "A corpus has no path. Set it in the config or on the command line: "
                "--paths.train train.spacy --paths.dev dev.spacy"
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
    except OSError:
        raise
    except Exception as error:  # of any kind, by what is damaged
        raise ValueError(f"{loc} is damaged or not a DocBin: {error}") from error


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
