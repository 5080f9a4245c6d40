"""Reads a file, tags its texts or its words, and writes them."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from ...pipeline.log_probs import TagProbs
from ..probabilities import BATCH_SIZE, pipe_probs
from ..set_by_pipeline import check_tags
from .formats.columns import columns_of, columns_to_replace
from .formats.format import ProbColumn
from .formats.registry import WRITABLE, find_input
from .formats.vertical import VerticalFormat
from .items import Item
from .lines import open_lines
from .tag_options import TagOptions

AnyItem = TypeVar("AnyItem")

# Characters of text in a memory zone and at once in a batch, for each process.
BATCH_CHARACTERS = 100_000
# With several processes, starting them takes time, so zones are longer.
ZONE_CHARACTERS = 5_000_000


def tag_file(
    nlp: Language,
    path: Path,
    output: BinaryIO,
    options: TagOptions,
    on_read: Callable[[int], Any] | None = None,
) -> int:
    """Tag a file, in memory that does not grow with it.

    nlp (Language): A pipeline that sets tags.
    path (Path): The file, or `STANDARD` for standard input.
    output (BinaryIO): What to write to.
    options (TagOptions): How to read, tag and write.
    on_read (Callable[[int], Any] | None): Called with numbers of bytes, see `open_lines`.
    RETURNS (int): Number of words that are no white space.

    Raises a ValueError that names the file and an invalid line, or if the pipeline sets no tags.
    """
    text_format = find_input(path, options.text_format)
    if issubclass(text_format, VerticalFormat):
        words = text_format(columns_to_replace(nlp, text_format.name, options.columns))
        # What ends a line stays, so the lines have to come as they are.
        with open_lines(path, None, options.encoding, on_read, newline="\n") as lines:
            sentences = words.sentences_to_tag(lines, bool(options.columns), options.probs)
            return write_tagged(nlp, sentences, words.retag, output, options)
    check_tags(nlp)
    raw = text_format()
    output_format = WRITABLE[options.output_format]
    writer = output_format(columns_of(nlp, output_format.name, options.probs))
    with open_lines(path, raw.read_size(nlp.max_length), options.encoding, on_read) as lines:
        texts = raw.texts(lines, nlp.max_length, options.paragraphs)
        n_words = write_tagged(nlp, texts, writer.write, output, options, writer.begin())
    output.write(writer.end().encode())
    output.flush()
    return n_words


def write_tagged(
    nlp: Language,
    items: Iterable[Item],
    write: Callable[[Any, Doc, ProbColumn], str],
    output: BinaryIO,
    options: TagOptions,
    begin: str = "",
) -> int:
    """Tag texts or sentences, and write them, in memory that does not grow with their number.

    nlp (Language): A pipeline.
    items (Iterable[Item]): The texts or sentences.
    write (Callable[[Any, Doc, ProbColumn], str]): The lines of one of them, its Doc, and the
        probabilities of its tags, which are empty if they are not asked for.
    output (BinaryIO): A file.
    options (TagOptions): How to tag.
    begin (str): The first lines of the file.
    RETURNS (int): Number of words that are no white space.

    Raises a ValueError if there is nothing to tag, unless the options say that this is no mistake,
    or if probabilities are asked for, and there are none.
    """
    n_process = options.n_process
    zone_characters = BATCH_CHARACTERS if n_process == 1 else ZONE_CHARACTERS * n_process
    most = BATCH_SIZE if options.probs else nlp.batch_size
    n_words = 0
    # If reading fails at once, nothing is written.
    lines = begin
    is_empty = True
    for group in groups(items, zone_characters, attrgetter("n_characters")):
        is_empty = False
        n_characters = sum(item.n_characters for item in group)
        size = min(most, len(group) * BATCH_CHARACTERS // n_characters + 1)
        with nlp.memory_zone():
            inputs = (item.to_input(nlp) for item in group)
            # With a name, spaCy's generator outlives an error in the loop. At its end, it waits for
            # its processes, which may wait for somebody to take their Docs.
            answers: Iterator[tuple[Doc, TagProbs | None]]
            if options.probs:
                answers = pipe_probs(nlp, inputs, n_process, size)
            else:
                docs = nlp.pipe(inputs, batch_size=size, n_process=n_process)
                answers = ((doc, None) for doc in docs)
            for item, (doc, found) in zip(group, answers, strict=True):
                n_words += sum(not token.is_space for token in doc)
                probs = prob_column(nlp, doc, found) if options.probs else []
                output.write((lines + write(item, doc, probs)).encode())
                lines = ""
    if is_empty and not options.may_be_empty:
        raise ValueError("There is no text in the input.")
    output.write(lines.encode())
    output.flush()
    return n_words


def prob_column(nlp: Language, doc: Doc, found: TagProbs | None) -> ProbColumn:
    """The probability of each token's tag, rounded. Raises a ValueError if there are none."""
    if found is None and len(doc):
        raise ValueError(
            "No component says how probable its tags are, or a later one merges or splits tokens "
            "or, such as doc_cleaner, deletes the probabilities, in the text "
            f"{doc.text[:50]!r}. The components are {nlp.pipe_names}."
        )
    probs = [] if found is None else found.of_tags(doc)
    return [None if prob is None else round(prob, 3) for prob in probs]


def groups(
    items: Iterable[AnyItem], size: int, length: Callable[[AnyItem], int]
) -> Iterator[list[AnyItem]]:
    """Split items, in their order, into lists. Each ends with the item that brings the sum of
    lengths to `size`, the last one with the last item. spaCy's `minibatch_by_words` changes the
    order if an item is longer."""
    group: list[AnyItem] = []
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
