"""Tags texts, and writes them."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol, TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from ..probabilities import BATCH_SIZE, pipe_probs
from ..set_by_pipeline import check_tags
from .formats.columns import columns_of
from .formats.format import ProbColumn, RawText, WritableFormat
from .formats.tsv import TSV

# Characters of text in a memory zone and at once in a batch, for each process.
BATCH_CHARACTERS = 100_000
# With several processes, starting them takes time, so zones are longer.
ZONE_CHARACTERS = 5_000_000


class Item(Protocol):
    """What a pipeline tags: a text, or a sentence whose words are given."""

    @property
    def n_characters(self) -> int: ...

    def to_input(self, nlp: Language) -> str | Doc: ...


AnyItem = TypeVar("AnyItem", bound=Item)
Read = TypeVar("Read", bound=Item, contravariant=True)


class ItemWriter(Protocol[Read]):
    """Turns what was tagged into lines, see `WritableFormat` and `Retagger`."""

    def begin(self) -> str: ...

    def write(self, text: Read, doc: Doc, probs: ProbColumn, /) -> str: ...

    def end(self) -> str: ...


def tag_texts(
    nlp: Language,
    texts: Iterable[RawText],
    output: BinaryIO,
    output_format: type[WritableFormat] = TSV,
    *,
    probs: bool = False,
    n_process: int = 1,
    batch_size: int | None = None,
    may_be_empty: bool = False,
) -> int:
    """Tag texts, and write them, in memory that does not grow with their number.

    nlp (Language): A pipeline that sets tags.
    texts (Iterable[RawText]): The texts.
    output (BinaryIO): A file.
    output_format (type[WritableFormat]): What to write.
    probs (bool): Whether to write the probability of each tag.
    n_process (int): Number of processes.
    batch_size (int | None): Number of texts that are tagged at once; None for the pipeline's own,
        or 64 with probabilities. It is smaller where texts are long.
    may_be_empty (bool): Whether there may be no texts.
    RETURNS (int): Number of words.

    Raises a ValueError if there are no texts, or no tags or probabilities.
    """
    check_tags(nlp)
    writer = output_format(columns_of(nlp, output_format.name, probs))
    annotated = annotate(nlp, texts, probs, n_process, batch_size)
    return write_annotated(annotated, writer, output, may_be_empty)


def write_annotated(
    annotated: Iterable[tuple[AnyItem, Doc, ProbColumn]],
    writer: ItemWriter[AnyItem],
    output: BinaryIO,
    may_be_empty: bool = False,
) -> int:
    """Write what was tagged.

    annotated (Iterable[tuple[Item, Doc, ProbColumn]]): What `annotate` yields.
    writer (ItemWriter): What turns it into lines.
    output (BinaryIO): A file.
    may_be_empty (bool): Whether there may be nothing.
    RETURNS (int): Number of words. Raises a ValueError if there is nothing.
    """
    n_words = 0
    is_empty = True
    for item, doc, probs in annotated:
        if is_empty:
            output.write(writer.begin().encode())
            is_empty = False
        n_words += sum(not token.is_space for token in doc)
        output.write(writer.write(item, doc, probs).encode())
    if is_empty:
        if not may_be_empty:
            raise ValueError("There is no text in the input.")
        output.write(writer.begin().encode())
    output.write(writer.end().encode())
    output.flush()
    return n_words


def annotate(
    nlp: Language,
    items: Iterable[AnyItem],
    probs: bool = False,
    n_process: int = 1,
    batch_size: int | None = None,
) -> Iterator[tuple[AnyItem, Doc, ProbColumn]]:
    """Run a pipeline on texts or sentences, in memory that does not grow with their number. A Doc
    is valid until the next one is asked for.

    YIELDS (tuple[Item, Doc, ProbColumn]): Each text or sentence, its Doc, and the probabilities of
        the tags, which are empty if they are not asked for.

    Raises a ValueError if probabilities are asked for, and there are none.
    """
    zone_characters = BATCH_CHARACTERS if n_process == 1 else ZONE_CHARACTERS * n_process
    most = batch_size or (BATCH_SIZE if probs else nlp.batch_size)
    for group in groups(items, zone_characters):
        n_characters = sum(item.n_characters for item in group)
        size = min(most, len(group) * BATCH_CHARACTERS // n_characters + 1)
        with nlp.memory_zone():
            inputs = (item.to_input(nlp) for item in group)
            if probs:
                docs = pipe_with_probs(nlp, inputs, n_process, size)
            else:
                tagged = nlp.pipe(inputs, n_process=n_process, batch_size=size)
                docs = ((doc, []) for doc in tagged)
            for item, (doc, of_tags) in zip(group, docs, strict=True):
                yield item, doc, of_tags


def pipe_with_probs(
    nlp: Language, inputs: Iterable[str | Doc], n_process: int, batch_size: int
) -> Iterator[tuple[Doc, ProbColumn]]:
    """Run a pipeline, and find the probability of each tag."""
    for doc, found in pipe_probs(nlp, inputs, n_process, batch_size):
        if found is None and len(doc):
            raise ValueError(
                "No component says how probable its tags are, or a later one merges or splits "
                f"tokens, in the text {doc.text[:50]!r}. The components are {nlp.pipe_names}."
            )
        probs_of_tags = [] if found is None else found.of_tags(doc)
        yield doc, [None if prob is None else round(prob, 3) for prob in probs_of_tags]


def groups(items: Iterable[AnyItem], size: int) -> Iterator[list[AnyItem]]:
    """Split items, in their order, into lists. Each ends with the item that brings the number of
    characters to `size`, the last one with the last item."""
    group: list[AnyItem] = []
    n_characters = 0
    for item in items:
        group.append(item)
        n_characters += item.n_characters
        if n_characters >= size:
            yield group
            group = []
            n_characters = 0
    if group:
        yield group
