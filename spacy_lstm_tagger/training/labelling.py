"""Tags raw text with one or several pipelines, and keeps what other taggers learn from."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy
from spacy.cli._util import setup_gpu
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch
from wasabi import msg

from ..files import write_file
from ..loading import load_pipeline
from ..pipeline.probabilities import BATCH_SIZE, TagProbs
from ..pipeline.soft_tags import most_probable, set_soft_tags
from ..progress import progress_bar
from ..text.raw_text import read_texts
from ..text.tag_texts import groups
from .corpus import named_in_errors, read_docs
from .labelled_folder import describe, open_folder
from .teacher import tag_together
from .workers import run_in_processes

ATTRS = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "SENT_START"]
sentencizer = Sentencizer()
# Docs take ten times the memory of what a file unpacks to, and more, and zlib packs zeros to a
# thousandth. Labelled text unpacks to three to six times its size.
MAX_RATIO = 30
SMALL = 8 << 20  # bytes that any file may unpack to: text that repeats itself packs well


class Source(NamedTuple):
    """What one file is made of."""

    name: str  # of the file
    content: list[str] | Path  # texts, or a file of labelled Docs
    size: int  # in words, as white space separates them; of labelled Docs, in tokens


def label_texts(
    pipeline: str,
    input_path: Path,
    output_dir: Path,
    *,
    more_teachers: Sequence[str] = (),
    top_k: int = 4,
    max_words: int = 0,
    shard_words: int = 50_000,
    n_process: int = 1,
    gpu_id: int = -1,
    progress: bool = True,
) -> int:
    """Tag the texts of a file, and write them as numbered `.spacy` files. Files that are in the
    folder already are left as they are. The result does not depend on the number of processes.

    input_path (Path): A file of raw text, see `read_texts`, or a folder of `.spacy` files that are
        labelled already. What they say counts as one more teacher, the first. Each gives a file of
        the same name.
    more_teachers (Sequence[str]): Pipelines whose probabilities of tags are averaged with those of
        the first, see `tag_together`.

    Raises a ValueError if a pipeline can't be loaded or sets no tags, if the folder has files of
    other pipelines, another input or number of tags, if another run writes to it, or if the input
    has no text or is damaged; an OSError if a file can't be read or written, or a process was
    killed.

    RETURNS (int): Number of words, as whitespace separates them; of labelled Docs, of tokens.
    """
    if not input_path.is_file() and not input_path.is_dir():
        raise ValueError(f"The input {input_path} is not a file or a folder: it is read twice.")
    names = (pipeline, *more_teachers)
    teachers = list(map(load_pipeline, names))
    loaded = list(zip(names, teachers, strict=True))
    settings = {
        "pipeline": "; ".join(describe(nlp.path) if nlp.path else name for name, nlp in loaded),
        "input": describe(input_path, "*.spacy"),
        "top_k": top_k,
        "shard_words": shard_words,
    }
    max_length = min(nlp.max_length for nlp in teachers)
    read = partial(read_sources, input_path, shard_words, max_words, max_length)
    with open_folder(output_dir, settings) as write_settings:
        # The whole input is read before a part of it is tagged, so that errors in it come first.
        sizes: dict[str, int] = {}
        with progress_bar("Reading" if progress else None, None, " words", unit_scale=True) as bar:
            for source in read():
                if not sizes:
                    check_tags(loaded, source)
                sizes[source.name] = source.size
                bar.update(source.size)
        # An empty file was left by a power cut.
        files = {path.name for path in output_dir.glob("*.spacy") if path.stat().st_size}
        done = sizes.keys() & files
        if progress and 0 < len(done) < len(sizes):
            msg.info(f"{len(done)} files are there, going on")
        write_settings()
        sources = (source for source in read() if source.name not in done)
        n_words, n_done = sum(sizes.values()), sum(sizes[name] for name in done)
        title = "Labelling" if progress else None
        with progress_bar(title, n_words, " words", initial=n_done, unit_scale=True) as bar:
            if n_process == 1:
                for source in sources:
                    bar.update(label(teachers, output_dir, top_k, source))
            else:
                del teachers, loaded  # each process has its own
                work = partial(label_in_process, names, gpu_id, output_dir, top_k)
                run_in_processes(work, sources, n_process, bar.update)
    return n_words


def read_sources(
    input_path: Path, shard_words: int, max_words: int, max_length: int
) -> Iterator[Source]:
    """Read an input, one source at a time. The last is as long as the others, so that a later run
    with more words can go on from it.

    input_path (Path): A file of raw text, see `read_texts`, or a folder of labelled `.spacy` files.
    max_words (int): Stop after the source that reaches it; 0 for all.
    max_length (int): Of a text, in characters.

    Raises a ValueError if there is nothing to read, or if something is damaged.
    """
    n_words, is_folder = 0, input_path.is_dir()
    shards = read_file(input_path, shard_words, max_length)
    for source in read_folder(input_path) if is_folder else shards:
        yield source
        n_words += source.size
        if max_words and n_words >= max_words:
            return
    if not n_words:
        what = "labelled text (.spacy)" if is_folder else "text"
        raise ValueError(f"There is no {what} in {input_path}.")


def read_file(path: Path, shard_words: int, max_length: int) -> Iterator[Source]:
    shards = groups(read_texts(path, max_length), shard_words, size_of)
    for number, texts in enumerate(shards):
        yield Source(f"{number:05}.spacy", texts, sum(map(size_of, texts)))


def size_of(text: str) -> int:
    return len(text.split())


def read_folder(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*.spacy")):
        data = path.read_bytes()
        limit = max(MAX_RATIO * len(data), SMALL)
        with named_in_errors(path):
            if len(zlib.decompressobj().decompress(data, limit + 1)) > limit:
                raise ValueError(f"its {len(data):,} bytes unpack to more than {limit:,}")
            size = sum(map(len, DocBin().from_bytes(data).tokens))
        if size:
            yield Source(path.name, path, size)


def check_tags(pipelines: Sequence[tuple[str, Language]], source: Source) -> None:
    """Raise a ValueError if one of the pipelines gives no tag to any of the first words."""
    for name, nlp in pipelines:
        with nlp.memory_zone():
            texts: Iterable[str] | Path = source.content
            if isinstance(texts, Path):
                texts = (doc.text for doc in read_docs(texts, nlp.vocab))
            # One Doc at a time, and it ends at the first tag.
            docs = nlp.pipe(islice(texts, BATCH_SIZE), batch_size=1)
            if not any(token.tag for doc in docs for token in doc):
                raise ValueError(f"{name} sets no tags; its components are {nlp.pipe_names}.")


@cache
def load_in_process(pipelines: tuple[str, ...], gpu_id: int) -> list[Language]:
    setup_gpu(gpu_id, silent=True)
    return list(map(load_pipeline, pipelines))


def label_in_process(
    pipelines: tuple[str, ...], gpu_id: int, folder: Path, top_k: int, source: Source
) -> int:
    return label(load_in_process(pipelines, gpu_id), folder, top_k, source)


def label(teachers: Sequence[Language], folder: Path, top_k: int, source: Source) -> int:
    """Tag a source, and write it to a file of its name, which appears when it is complete.

    RETURNS (int): The size of the source.
    """
    with ExitStack() as zones:
        for nlp in teachers:
            zones.enter_context(nlp.memory_zone())
        texts: Sequence[str | Doc]
        if isinstance(source.content, Path):
            texts = old_docs = list(read_docs(source.content, teachers[0].vocab))
            if not any(token.tag for doc in old_docs for token in doc):
                raise ValueError(f"{source.content} has no tags.")
        else:
            texts = source.content
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # similar lengths in a batch
        labelled: dict[int, Doc] = {}
        for batch in minibatch(order, BATCH_SIZE):
            tagged = tag_together(teachers, [texts[i] for i in batch])
            for i, (doc, probs) in zip(batch, tagged, strict=True):
                labelled[i] = stripped(doc, probs, top_k)
        docs = [labelled[i] for i in range(len(texts))]
        write_file(folder / source.name, DocBin(ATTRS, store_user_data=True, docs=docs).to_bytes())
    return source.size


def stripped(doc: Doc, probs: TagProbs | None, top_k: int) -> Doc:
    """Remove what is not in `ATTRS` and takes memory or disk, and set soft tags. A Doc without
    sentence boundaries gets the sentencizer's, so that training can cut it: an LSTM takes as many
    steps as the longest Doc has words."""
    doc.user_data.clear()
    doc.spans.clear()
    doc.cats, doc.tensor = {}, numpy.zeros((0,), dtype="float32")
    if not doc.has_annotation("SENT_START"):
        sentencizer(doc)
    if top_k and probs is not None:
        set_soft_tags(doc, most_probable(probs, top_k))
    return doc
