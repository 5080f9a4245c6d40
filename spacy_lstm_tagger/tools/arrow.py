"""Tagging Arrow batches, for engines that run on more than one machine: Ray Data, Spark."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import Any
from uuid import uuid4

import numpy
import spacy
from spacy.attrs import IS_SPACE
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..models.checks import check, check_int
from ..pipeline.probabilities import TagProbs, pipe_probs
from ..pipeline.soft_tags import most_probable, set_soft_tags

try:
    import pyarrow
except ImportError as error:
    raise ImportError(
        "spacy_lstm_tagger.tools.arrow needs pyarrow, which comes with the extra of the engine: "
        'pip install "spacy-lstm-tagger[ray]" or pip install "spacy-lstm-tagger[spark]"'
    ) from error

STRINGS = pyarrow.list_(pyarrow.string())
FLOATS = pyarrow.list_(pyarrow.float32())
MAX_LOADED = 4  # pipelines that a process keeps loaded
sentencizer = Sentencizer()
Loaded = tuple[Language, Lock]  # a thread holds the lock while it has a memory zone open
LOADING = Lock()  # one thread loads a pipeline, and the others find it in the cache


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
    top_k (int): Number of most probable tags of each token to add, in the columns `top_tags` and
        `top_tags_log_probs`; with another name of the tags, in columns named after it. Both are
        lists of a list for each token, the best tag first: tags, and their log-probabilities in
        nats, rounded to float16. A token has fewer tags if its lexicon allows fewer, and white
        space has none. If the pipeline's tagger has no probabilities, they are null.
    exclude (str | Iterable[str]): One or more components of the pipeline to leave out.
    """

    def __init__(
        self,
        pipeline: str,
        *,
        text: str = "text",
        words: str | None = None,
        tags: str = "tags",
        top_k: int = 0,
        exclude: str | Iterable[str] = (),
    ) -> None:
        if tags == "words" and not words:
            raise ValueError(
                "tags = 'words' is also the name of the column of words that is added. Choose "
                "another name for the tags."
            )
        check_int("top_k", top_k, lambda k: k >= 0, "0 or above")
        is_one = isinstance(exclude, str) or not isinstance(exclude, Iterable)
        names: Any = (exclude,) if is_one else tuple(exclude)  # as in spacy.load
        are_names = all(isinstance(name, str) for name in names)
        check("exclude", exclude, are_names, "names of components")
        self.pipeline = str(pipeline)
        self.text = text
        self.words = words
        self.tags = tags
        self.top_k = top_k
        self.exclude = names
        self._top, self._top_log_probs = f"top_{tags}", f"top_{tags}_log_probs"
        self._id = uuid4().hex
        self._loaded: Loaded | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loaded": None}

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        """Tag a table: for `ray.data.Dataset.map_batches(tagger, batch_format="pyarrow")`.

        Raises a ValueError if the column is missing, is there twice, or has another type; if a
        column to be added exists already; if a text is longer than the pipeline's `max_length`; or
        if the pipeline makes other tokens of given words. The error names the row, counted from 0,
        and nothing is tagged: a null in place of its tags would look like a row without text.
        """
        name = self.words or self.text
        added = {**({} if self.words else {"words": STRINGS}), self.tags: STRINGS}
        if self.top_k:
            added |= {self._top: pyarrow.list_(STRINGS), self._top_log_probs: pyarrow.list_(FLOATS)}
        check_columns(table.column_names, name, added)
        values = table.column(name).to_pylist()
        nlp, lock = self._load()
        check_values(name, values, None if self.words else nlp.max_length)
        with lock, nlp.memory_zone():
            given = (value for value in values if value is not None)
            docs = (Doc(nlp.vocab, words=words) for words in given) if self.words else given
            tagged = pipe_probs(nlp, docs) if self.top_k else ((d, None) for d in nlp.pipe(docs))
            found = iter([self._row(doc, probs) for doc, probs in tagged])
        rows = [None if value is None else next(found) for value in values]
        if self.words:
            check_tokens(name, values, rows)
        for column, kind in added.items():
            cells = [row and row.get(column) for row in rows]
            table = table.append_column(column, pyarrow.array(cells, kind))
        return table

    def _row(self, doc: Doc, probs: TagProbs | None) -> dict[str, Any]:
        """What the added columns have for a Doc; without probabilities, not the best tags."""
        row: dict[str, list[Any]] = {
            "words": [token.text for token in doc],
            self.tags: [token.tag_ for token in doc],
        }
        if probs is not None:
            soft = most_probable(probs, self.top_k)
            labels, is_space = numpy.array(soft.labels), doc.to_array(IS_SPACE)[:, None] > 0
            is_kept = numpy.isfinite(soft.log_probs) & ~is_space
            best = list(zip(soft.tags, soft.log_probs, is_kept, strict=True))
            row[self._top] = [labels[tags[kept]].tolist() for tags, _, kept in best]
            row[self._top_log_probs] = [values[kept].tolist() for _, values, kept in best]
        return row

    def map(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        """Tag batches: for `pyspark.sql.DataFrame.mapInArrow(tagger.map, schema)`."""
        for batch in batches:
            yield from self(pyarrow.Table.from_batches([batch])).combine_chunks().to_batches()

    def to_docs(self, table: pyarrow.Table, vocab: Vocab) -> Iterator[Doc]:
        """Make Docs to train on out of a table that the tagger returned, as `spacy label-tags`
        writes them: with soft tags if the table has `top_tags`, and cut into sentences by rule.

        table (pyarrow.Table): The table, or a batch of it. Rows without words are left out.
        vocab (Vocab): The vocab of the Docs.
        YIELDS (Doc): A Doc for each row. `DocBin(store_user_data=True)` stores its soft tags.
        """
        for row in table.to_pylist():
            words = row[self.words or "words"]
            if not words:
                continue
            spaces = None if self.words else spaces_after(words, row[self.text])
            doc = Doc(vocab, words=words, spaces=spaces, tags=row[self.tags])
            if row.get(self._top):
                probs = to_probs(row[self._top], row[self._top_log_probs])
                set_soft_tags(doc, most_probable(probs, max(map(len, row[self._top]))))
            yield sentencizer(doc)

    def _load(self) -> Loaded:
        if self._loaded is None:
            with LOADING:
                self._loaded = load(self._id, self.pipeline, self.exclude)
        return self._loaded


# Engines unpickle the tagger for each task. The copies have one id, so they share a pipeline.
@lru_cache(MAX_LOADED)
def load(tagger_id: str, pipeline: str, exclude: tuple[str, ...]) -> Loaded:
    return spacy.load(pipeline, exclude=exclude), Lock()


def check_columns(there: list[str], name: str, added: Iterable[str]) -> None:
    """Raise a ValueError if a table does not have the column to read once, or has one to add."""
    n_columns = there.count(name)
    if n_columns != 1:
        which = f"There are {n_columns} columns" if n_columns else "There is no column"
        raise ValueError(f"{which} '{name}': the columns are {there}.")
    for column in added:
        if column in there:
            raise ValueError(f"There is a column '{column}' already. Rename or drop it.")


def check_values(name: str, values: list[Any], limit: int | None) -> None:
    """Raise a ValueError if spaCy can't make a Doc of a value: a text of up to `limit` characters
    or, without a limit, a list of words; None is neither."""
    for row, value in enumerate(values):
        is_words = isinstance(value, list) and all(isinstance(w, str) and w for w in value)
        is_valid = is_words if limit is None else isinstance(value, str)
        if value is not None and not is_valid:
            kind = "a list of words" if limit is None else "a string"
            raise ValueError(f"Column '{name}' has {value!r} in row {row}, which is not {kind}.")
        if value is not None and limit is not None and len(value) > limit:
            raise ValueError(
                f"Column '{name}' has a text of {len(value):,} characters in row {row}, but the "
                f"pipeline takes up to {limit:,}. Split it or leave it out. It begins with "
                f"{value[:50]!r}."
            )


def check_tokens(
    name: str, words: list[list[str] | None], rows: list[dict[str, Any] | None]
) -> None:
    """Raise a ValueError if a pipeline has made other tokens of given words: their tags would not
    be the words' tags."""
    for at, (expected, row) in enumerate(zip(words, rows, strict=True)):
        if row is not None and row["words"] != expected:
            raise ValueError(
                f"The pipeline made {len(row['words'])} tokens of the {len(expected or [])} words "
                f"in row {at} of column '{name}': a component merges or splits tokens. Leave it "
                "out with exclude."
            )


def to_probs(tags: list[list[str]], log_probs: list[list[float]]) -> TagProbs:
    """The probabilities of the most probable tags of tokens; 0 for the others."""
    labels = sorted(set(chain.from_iterable(tags)))
    column_of = {label: column for column, label in enumerate(labels)}
    probs = numpy.zeros((len(tags), len(labels)), dtype="float32")
    for row, best, values in zip(probs, tags, log_probs, strict=True):
        row[[column_of[tag] for tag in best]] = numpy.exp(values)
    return TagProbs(probs, labels)


def spaces_after(words: list[str], text: str) -> list[bool]:
    """Whether a space follows each word of a text."""
    spaces, end = [], 0
    for word in words:
        end += len(word)
        spaces.append(text[end : end + 1] == " ")
        end += spaces[-1]
    return spaces
