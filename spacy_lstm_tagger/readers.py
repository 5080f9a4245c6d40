"""A corpus reader for the config."""

import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Corpus, Example
from spacy.training.corpus import FILE_TYPE, walk_corpus
from spacy.vocab import Vocab

from .models.checks import check


class SentenceCorpus(Corpus):
    """Reads `.spacy` files as spaCy's Corpus does, a few sentences at a time.

    A tagger that only ever saw single sentences is less accurate on text of several, where the
    LSTM runs on from one sentence to the next. So training data is best cut into pieces of
    one to a few sentences.

    path (Path | str | None): A `.spacy` file, or a folder of them.
    gold_preproc (bool): Whether to tag the tokens of the corpus or those of the tokenizer.
    max_sents (int): The most sentences of a piece; each has from one to so many, at random.
        Data without sentence boundaries is left as it is.
    limit (int): The most Docs to read, 0 for all.
    augmenter (Callable | None): Makes more examples of each.
    """

    def __init__(
        self,
        path: Path | str | None,
        gold_preproc: bool = True,
        max_sents: int = 1,
        limit: int = 0,
        augmenter: Callable | None = None,
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
        locs = list(walk_corpus(self.path, FILE_TYPE))
        if not any(str(loc).endswith(FILE_TYPE) for loc in locs):
            raise ValueError(f"There is no {FILE_TYPE} file in {self.path}.")
        has_tokens = False
        for doc in self.read_docbin(nlp.vocab, locs):
            for piece in self.cut(doc):
                has_tokens = True
                example = self._make_example(nlp, piece, self.gold_preproc)
                yield from self.augmenter(nlp, example)
        if not has_tokens:
            raise ValueError(f"There are no tokens in {self.path}. Check how it was made.")

    def read_docbin(self, vocab: Vocab, locs: Iterable[str | Path]) -> Iterator[Doc]:
        """Read Docs that have tokens. Raises a ValueError that names a damaged file."""
        docs = (doc for loc in locs for doc in self._read_file(vocab, loc))
        return islice(docs, self.limit or None)

    def _read_file(self, vocab: Vocab, loc: str | Path) -> Iterator[Doc]:
        try:
            yield from super().read_docbin(vocab, [loc])
        except (zlib.error, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{loc} is damaged or not a DocBin: {error!r}") from error

    def cut(self, doc: Doc) -> Iterator[Doc]:
        """Cut a Doc into pieces of one to max_sents sentences."""
        if not doc.has_annotation("SENT_START"):
            yield doc
            return
        sents = list(doc.sents)
        while sents:
            n = random.randint(1, self.max_sents)
            yield doc[sents[0].start : sents[:n][-1].end].as_doc()
            sents = sents[n:]
