"""Tagging Arrow batches, for engines that run on more than one machine: Ray Data, Spark."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple
from uuid import uuid4

import spacy
from spacy.language import Language
from spacy.tokens import Doc

try:
    import pyarrow
except ImportError as error:
    raise ImportError(
        "spacy_lstm_tagger.arrow needs pyarrow, which comes with the extra of the engine: "
        'pip install "spacy-lstm-tagger[ray]" or pip install "spacy-lstm-tagger[spark]"'
    ) from error

STRINGS = pyarrow.list_(pyarrow.string())
MAX_LOADED = 4  # pipelines that a process keeps loaded
LOADING = Lock()  # one thread loads a pipeline, and the others find it in the cache


class Loaded(NamedTuple):
    """A pipeline, and the lock that a thread holds while it has a memory zone open."""

    nlp: Language
    lock: Lock


class ArrowTagger:
    """Tags the text, or the list of words, in each row of an Arrow batch.

    Workers receive only the name of the pipeline. Each worker loads the pipeline once, at the
    first batch, and keeps it: a pipeline that is trained again in the same folder needs a new
    ArrowTagger. Several threads can share a tagger. They take turns, because spaCy allows one
    memory zone at a time on a pipeline. A row whose text is null gets null. New words do not stay
    in the pipeline's string store.

    pipeline (str): Name or folder of a pipeline that sets token.tag_. Every worker must be able to
        load it.
    text (str): Column of texts. They are tokenized, and the words are added as column `words`.
    words (str | None): Column of lists of words, which are tagged without tokenization. If it is
        given, `text` is not used.
    tags (str): Name of the column of tag lists to add.
    exclude (Sequence[str]): Components of the pipeline to leave out.
    """

    def __init__(
        self,
        pipeline: str,
        *,
        text: str = "text",
        words: str | None = None,
        tags: str = "tags",
        exclude: Sequence[str] = (),
    ) -> None:
        if tags == "words" and not words:
            raise ValueError(
                "tags = 'words' is also the name of the column of words that is added. Choose "
                "another name for the tags."
            )
        self.pipeline = str(pipeline)
        self.text = text
        self.words = words
        self.tags = tags
        self.exclude = tuple(exclude)
        self._id = uuid4().hex
        self._loaded: Loaded | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loaded": None}

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        """Tag a table: for `ray.data.Dataset.map_batches(tagger, batch_format="pyarrow")`.

        Raises a ValueError if the column is missing or has another type, or if a column to be added
        exists already.
        """
        name = self.words or self.text
        if name not in table.column_names:
            raise ValueError(f"There is no column '{name}', only {table.column_names}.")
        for added in (self.tags,) if self.words else ("words", self.tags):
            if added in table.column_names:
                raise ValueError(f"There is a column '{added}' already. Rename or drop it.")
        values = table.column(name).to_pylist()
        for value in values:
            if value is not None and not (
                is_words(value) if self.words else isinstance(value, str)
            ):
                kind = "a list of words" if self.words else "a string"
                raise ValueError(f"Column '{name}' has {value!r}, which is not {kind}.")
        nlp, lock = self._load()
        found: list[tuple[list[str], list[str]]] = []
        with lock, nlp.memory_zone():
            given = (value for value in values if value is not None)
            for doc in nlp.pipe(make_docs(nlp, given) if self.words else given):
                found.append(([t.text for t in doc], [t.tag_ for t in doc]))
        tagged = iter(found)
        rows = [None if value is None else next(tagged) for value in values]
        if not self.words:
            texts = [row and row[0] for row in rows]
            table = table.append_column("words", pyarrow.array(texts, STRINGS))
        tags = [row and row[1] for row in rows]
        return table.append_column(self.tags, pyarrow.array(tags, STRINGS))

    def map(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        """Tag batches: for `pyspark.sql.DataFrame.mapInArrow(tagger.map, schema)`."""
        for batch in batches:
            yield from self(pyarrow.Table.from_batches([batch])).combine_chunks().to_batches()

    def _load(self) -> Loaded:
        if self._loaded is None:
            with LOADING:
                self._loaded = load(self._id, self.pipeline, self.exclude)
        return self._loaded


# Engines unpickle the tagger for each task. The copies have one id, so they share a pipeline.
@lru_cache(MAX_LOADED)
def load(tagger_id: str, pipeline: str, exclude: tuple[str, ...]) -> Loaded:
    return Loaded(spacy.load(pipeline, exclude=exclude), Lock())


def is_words(value: Any) -> bool:
    """Whether a value is a list of words from which spaCy can make a Doc."""
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def make_docs(nlp: Language, words: Iterator[Any]) -> Iterator[Doc]:
    return (Doc(nlp.vocab, words=doc_words) for doc_words in words)
