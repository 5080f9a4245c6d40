"""Tags texts, and writes them."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from ..any_tagger import pipe_probs
from .raw_text import RawText
from .write_tagged import OutputFormat, make_writer
from .writer import ProbColumn, columns_of, sets_attribute

# Characters of text in a memory zone and at once in a batch, for each process.
BATCH_CHARACTERS = 100_000
# With several processes, starting them takes time, so zones are longer.
ZONE_CHARACTERS = 5_000_000

Item = TypeVar("Item")


def tag_texts(
    nlp: Language,
    texts: Iterable[RawText],
    output: BinaryIO,
    output_format: OutputFormat = OutputFormat.tsv,
    *,
    probs: bool = False,
    ranges: bool = False,
    markup: bool = False,
    n_process: int = 1,
    batch_size: int | None = None,
) -> int:
    """Tag texts, and write them, in memory that does not grow with their number.

    nlp (Language): A pipeline that sets tags.
    texts (Iterable[RawText]): The texts.
    output (BinaryIO): A file.
    output_format (OutputFormat): What to write.
    probs (bool): Whether to write the probability of each tag.
    ranges (bool): Whether CoNLL-U has ranges of numbers for contractions.
    markup (bool): Whether the texts have markup, which VRT writes back.
    n_process (int): Number of processes.
    batch_size (int | None): Number of texts that are tagged at once; None for the pipeline's own.
        It is smaller where texts are long.
    RETURNS (int): Number of words.

    Raises a ValueError if there are no texts, or no tags or probabilities.
    """
    if not sets_attribute(nlp, "tag"):
        raise ValueError(f"The pipeline sets no tags; its components are {nlp.pipe_names}.")
    writer = make_writer(output_format, columns_of(nlp, probs), ranges, markup)
    zone_characters = BATCH_CHARACTERS if n_process == 1 else ZONE_CHARACTERS * n_process
    n_words = 0
    is_empty = True
    for group in groups(texts, zone_characters, length_of):
        if is_empty:
            output.write(writer.begin().encode())
            is_empty = False
        n_characters = sum(map(length_of, group))
        size = min(batch_size or nlp.batch_size, len(group) * BATCH_CHARACTERS // n_characters + 1)
        with nlp.memory_zone():
            annotated = annotate(nlp, [text.text for text in group], probs, n_process, size)
            for text, (doc, found) in zip(group, annotated, strict=True):
                n_words += sum(not token.is_space for token in doc)
                output.write(writer.write(text, doc, found).encode())
        output.flush()
    if is_empty:
        raise ValueError("There is no text in the input.")
    output.write(writer.end().encode())
    return n_words


def annotate(
    nlp: Language, texts: list[str], probs: bool, n_process: int, batch_size: int
) -> Iterator[tuple[Doc, ProbColumn]]:
    """Run a pipeline on texts, and find the probabilities of their tags if they are asked for."""
    if not probs:
        docs = nlp.pipe(texts, n_process=n_process, batch_size=batch_size)
        yield from ((doc, []) for doc in docs)
        return
    for doc, found in pipe_probs(nlp, texts, n_process):
        if found is None and len(doc):
            raise ValueError(
                "No component says how probable its tags are, or a later one merges or splits "
                f"tokens. The components are {nlp.pipe_names}."
            )
        probs_of_tags = [] if found is None else found.of_tags(doc)
        yield doc, [None if prob is None else round(prob, 3) for prob in probs_of_tags]


def length_of(text: RawText) -> int:
    """The length of a text in characters, and one for a line of markup alone."""
    return len(text.text) + 1


def groups(items: Iterable[Item], size: int, length: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Split items, in their order, into lists. Each ends with the item that brings the sum of the
    lengths to `size`, the last one with the last item."""
    group: list[Item] = []
    total = 0
    for item in items:
        group.append(item)
        total += length(item)
        if total >= size:
            yield group
            group = []
            total = 0
    if group:
        yield group
