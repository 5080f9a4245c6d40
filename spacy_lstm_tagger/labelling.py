"""Tags raw text with one or several pipelines, and keeps what other taggers learn from."""

import bz2
import gzip
import hashlib
import json
import lzma
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

import spacy
import torch
from spacy.cli._util import setup_gpu
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch

from .distillation import Teacher
from .files import write_file
from .pipeline.tag_probs import BATCH_SIZE
from .progress import progress_bar
from .soft_tags import TagProbs, most_probable, set_soft_tags

ATTRS = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "SENT_START"]
SETTINGS = "label-tags.json"
OPENERS: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
sentencizer = Sentencizer()
TEACHER: Teacher  # of a worker process


class Job(NamedTuple):
    """Texts to be tagged and written to one file."""

    texts: list[str]
    path: Path
    top_k: int
    size: int  # in words


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

    more_teachers (Sequence[str]): Pipelines whose probabilities of tags are averaged with those of
        the first. Tokens, sentences, parts of speech and morphology are the first one's.

    Raises a ValueError if the folder has files of other pipelines, another input or number of tags,
    or if the input has no text.

    RETURNS (int): Number of words, as whitespace separates them.
    """
    pipelines = [pipeline, *more_teachers]
    settings = {
        "pipeline": "; ".join(map(fingerprint, pipelines)),
        "input": f"{input_path.name}, {input_path.stat().st_size} bytes",
        "top_k": top_k,
        "shard_words": shard_words,
    }
    check_settings(output_dir, settings)
    n_words = 0
    jobs = []
    for number, texts in enumerate(read_shards(input_path, shard_words, max_words)):
        size = sum(map(n_words_of, texts))
        n_words += size
        path = output_dir / f"{number:05}.spacy"
        if not path.exists():
            jobs.append(Job(texts, path, top_k, size))
    if not n_words:
        raise ValueError(f"There is no text in {input_path}.")
    n_done = n_words - sum(job.size for job in jobs)
    title = "Labelling" if progress else None
    with progress_bar(title, n_words, " words", initial=n_done, unit_scale=True) as bar:
        if n_process == 1:
            teacher = load_teacher(pipelines)
            for job in jobs:
                label(teacher, job)
                bar.update(job.size)
        elif jobs:
            context = multiprocessing.get_context("spawn")
            worker = (pipelines, gpu_id)
            with ProcessPoolExecutor(n_process, context, start_worker, worker) as pool:
                for future in as_completed([pool.submit(label_in_worker, job) for job in jobs]):
                    bar.update(future.result())
    return n_words


def check_settings(output_dir: Path, settings: dict[str, Any]) -> None:
    """Write the settings to a new folder, or compare them with the folder's."""
    path = output_dir / SETTINGS
    if path.exists():
        found = json.loads(path.read_text(encoding="utf8"))
        for key, value in settings.items():
            if found.get(key) != value:
                raise ValueError(
                    f"{output_dir} was labelled with another {key}: {found.get(key)!r}, not "
                    f"{value!r}. Choose another folder, or delete this one."
                )
    elif output_dir.exists() and any(output_dir.iterdir()):
        raise ValueError(f"{output_dir} has other files. Choose a new folder.")
    else:
        output_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf8")


def fingerprint(pipeline: str) -> str:
    """The name of a pipeline, and a checksum of its meta.json, which has its scores."""
    folder = Path(pipeline)
    if not folder.exists():
        return pipeline  # an installed package
    meta = (folder / "meta.json").read_bytes()
    return f"{folder.name}, {hashlib.sha256(meta).hexdigest()[:12]}"


def read_shards(path: Path, shard_words: int, max_words: int) -> Iterator[list[str]]:
    """Read texts in lists of about shard_words words. The last list is the one with which there are
    max_words words; it is as long as the others, so that a later run can go on from it."""
    texts: list[str] = []
    n_words = total = 0
    for text in read_texts(path):
        texts.append(text)
        n_words += n_words_of(text)
        if n_words >= shard_words:
            yield texts
            total += n_words
            if max_words and total >= max_words:
                return
            texts, n_words = [], 0
    if texts:
        yield texts


def read_texts(path: Path) -> Iterator[str]:
    """Read the texts of a file that are not empty. Raises a ValueError that names an invalid
    line."""
    opener = OPENERS.get(path.suffix, open)
    suffix = path.with_suffix("").suffix if path.suffix in OPENERS else path.suffix
    with opener(path, "rt", encoding="utf8") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            if text and suffix == ".jsonl":
                try:
                    text = json.loads(text)["text"].strip()
                except (ValueError, KeyError, TypeError, AttributeError):
                    raise ValueError(
                        f"{path}: line {number} is not a JSON object with a string under 'text'."
                    ) from None
            if text:
                yield text


def n_words_of(text: str) -> int:
    return len(text.split())


def load_teacher(pipelines: Iterable[str]) -> Teacher:
    return Teacher([spacy.load(pipeline) for pipeline in pipelines])


def start_worker(pipelines: Sequence[str], gpu_id: int) -> None:
    """Load the pipelines in a worker process."""
    global TEACHER
    torch.set_num_threads(1)  # each process has a core of its own
    setup_gpu(gpu_id, silent=True)
    TEACHER = load_teacher(pipelines)


def label_in_worker(job: Job) -> int:
    label(TEACHER, job)
    return job.size


def label(teacher: Teacher, job: Job) -> None:
    """Tag texts, and write them to a file, which appears when it is complete."""
    texts = job.texts
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # similar lengths in a batch
    found: list[Doc | None] = [None] * len(texts)
    with ExitStack() as zones:
        for nlp in teacher.pipelines:
            zones.enter_context(nlp.memory_zone())
        for batch in minibatch(order, BATCH_SIZE):
            docs = teacher.tag(texts[i] for i in batch)
            for i, (doc, probs) in zip(batch, docs, strict=True):
                found[i] = labelled(doc, probs, job.top_k)
        doc_bin = DocBin(ATTRS, store_user_data=True, docs=filter(None, found))
        write_file(job.path, doc_bin.to_bytes())


def labelled(doc: Doc, probs: TagProbs | None, top_k: int) -> Doc:
    """Copy words, tags, soft tags and sentence boundaries of a Doc, and nothing else. A Doc without
    boundaries gets those of the sentencizer, so that training can cut it: an LSTM takes as many
    steps as the longest Doc has words."""
    copy = Doc(
        doc.vocab,
        words=[token.text for token in doc],
        spaces=[bool(token.whitespace_) for token in doc],
        tags=[token.tag_ for token in doc],
        pos=[token.pos_ for token in doc],
        morphs=[str(token.morph) for token in doc],
        sent_starts=[token.is_sent_start for token in doc]
        if doc.has_annotation("SENT_START")
        else None,
    )
    if not copy.has_annotation("SENT_START"):
        sentencizer(copy)
    if top_k and probs is not None:
        set_soft_tags(copy, most_probable(probs, top_k))
    return copy
