"""Tags Arrow tables, for engines that run on more than one machine: Ray Data and Spark."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import uuid4

import pyarrow
from spacy.language import Language
from spacy.tokens import Doc

from ..pipeline.log_probs import TagProbs
from .any_tagger import pipe_probs
from .assigned import check_tags
from .loading import load_pipeline

STRINGS = pyarrow.list_(pyarrow.string())
TYPES = {"words": STRINGS, "tags": STRINGS, "probs": pyarrow.list_(pyarrow.float32())}
Row = dict[str, Any]


class ArrowTagger:
    """Adds tags to each row of an Arrow table.

    Workers receive only the name of the pipeline. Each loads it once, at its first table. A
    pipeline that is trained again in the same folder needs a new ArrowTagger.

    pipeline (str): Name or folder of a pipeline that sets token.tag_. Every worker must be able to
        load it.
    text (str): Column of texts. They are tokenized, and the column "words" is added, too.
    words (str | None): Column of lists of words, which are tagged as they are. If it is given,
        `text` is not used.
    probs (bool): Whether to add the column "probs", the probability of each tag, from 0 to 1. A
        probability is null for whitespace, and a row is null if the pipeline has no probabilities.
    exclude (str | Iterable[str]): One or more components of the pipeline to leave out.
    """

    def __init__(
        self,
        pipeline: str,
        *,
        text: str = "text",
        words: str | None = None,
        probs: bool = False,
        exclude: str | Iterable[str] = (),
    ) -> None:
        self.pipeline = str(pipeline)
        self.text = text
        self.words = words
        self.probs = probs
        self.exclude = (exclude,) if isinstance(exclude, str) else tuple(exclude)
        self._id = uuid4().hex

    def __call__(self, batch: Any) -> Any:
        """Tag a table, as `map_batches(tagger, batch_format="pyarrow")` of Ray Data passes it, or
        an iterator of batches, as `mapInArrow(tagger, schema)` of Spark does.

        A row whose text is null gets null.

        batch (Table | Iterator[RecordBatch]): What the engine passes.
        RETURNS (Table | Iterator[RecordBatch]): The same with the columns added.
        RAISES (ValueError): If there is no such column or component, if the column has something
            else than texts or words, if the pipeline sets no tags, if a column to be added exists
            already, or if a row can't be tagged. The error says the row's number in the table,
            from 0.
        RAISES (TypeError): If it is something else, such as a data frame.
        """
        if isinstance(batch, pyarrow.Table):
            return self._tag(batch)
        if isinstance(batch, Iterator):
            return self._tag_batches(batch)
        raise TypeError(
            "ArrowTagger tags a pyarrow.Table, or an iterator of batches, and not "
            f"{type(batch).__name__}. In Ray Data, set batch_format='pyarrow'."
        )

    def _tag_batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield from self._tag(pyarrow.Table.from_batches([batch])).to_batches()

    def _tag(self, table: Any) -> Any:
        added = ["tags"] if self.words else ["words", "tags"]
        if self.probs:
            added.append("probs")
        for name in added:
            if name in table.column_names:
                raise ValueError(f"There is a column '{name}' already. Rename or drop it.")
        values = self._read(table)
        nlp, lock = load(self._id, self.pipeline, self.exclude)
        # The vocab forgets new words at the end of a memory zone. spaCy has one zone at a time.
        with lock, nlp.memory_zone():
            try:
                rows = self._annotate(nlp, values)
            except Exception:
                self._name_row(nlp, values)
                raise
        for name in added:
            cells = [None if row is None else row[name] for row in rows]
            table = table.append_column(name, pyarrow.array(cells, TYPES[name]))
        return table

    def _read(self, table: Any) -> list[Any]:
        """The texts, or the lists of words, of a table."""
        source = self.words or self.text
        names = table.column_names
        if names.count(source) != 1:
            found = "more than one column" if source in names else "no column"
            raise ValueError(f"There is {found} '{source}'; the columns are {names}.")
        column = table.column(source)
        kind = STRINGS if self.words else pyarrow.string()
        values = column.to_pylist()
        try:
            # To Arrow, a text is a list of characters.
            if self.words and any(isinstance(value, str | bytes) for value in values):
                raise TypeError("these are texts.")
            # A cast can't read all types, and loses words of a list_view.
            read: list[Any] = pyarrow.array(values, kind).to_pylist()
        except (pyarrow.ArrowException, TypeError, UnicodeError) as error:
            wanted = "lists of words" if self.words else "texts"
            raise ValueError(
                f"Can't read {wanted} in the column '{source}', which is of type {column.type}: "
                f"{error}"
            ) from error
        return read

    def _annotate(self, nlp: Language, values: list[Any]) -> list[Row | None]:
        """The cells to add for each text or list of words."""
        present = [value for value in values if value is not None]
        docs = [Doc(nlp.vocab, words=words) for words in present] if self.words else present
        tagged = pipe_probs(nlp, docs) if self.probs else ((doc, None) for doc in nlp.pipe(docs))
        rows = [to_row(doc, probs) for doc, probs in tagged]
        for row, words in zip(rows, present, strict=True):
            if self.words and row["words"] != words:
                raise ValueError(
                    f"The pipeline made {len(row['words'])} tokens of {len(words)} words. Leave "
                    "out the component that merges or splits tokens, with exclude."
                )
        next_row = iter(rows)
        return [None if value is None else next(next_row) for value in values]

    def _name_row(self, nlp: Language, values: list[Any]) -> None:
        """Raise a ValueError for the first row that fails alone, too. An error of `nlp.pipe` does
        not say which one it was."""
        for number, value in enumerate(values):
            try:
                self._annotate(nlp, [value])
            except Exception as error:
                begins = str(value)[:50]
                raise ValueError(f"Can't tag row {number}, {begins!r}: {error}") from error


@lru_cache(maxsize=4)
def load(tagger_id: str, pipeline: str, exclude: tuple[str, ...]) -> tuple[Language, Lock]:
    """Load a pipeline, and a lock for its memory zone. Engines unpickle a tagger for each task; all
    copies have the same id, so that a process loads their pipeline once. Raises a ValueError if it
    sets no tags."""
    nlp = load_pipeline(pipeline, exclude=exclude)
    check_tags(nlp)
    return nlp, Lock()


def to_row(doc: Doc, found: TagProbs | None) -> Row:
    return {
        "words": [token.text for token in doc],
        "tags": [token.tag_ for token in doc],
        "probs": None if found is None else found.of_tags(doc),
    }
