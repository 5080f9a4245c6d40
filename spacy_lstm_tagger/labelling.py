"""Tags raw text with one or several pipelines, and keeps what other taggers learn from."""

import hashlib
import json
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.cli._util import setup_gpu
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch
from thinc.util import has_torch

from .files import write_file
from .pipeline.probabilities import BATCH_SIZE, TagProbs, hard_probs
from .pipeline.soft_tags import most_probable, set_soft_tags, soft_tags_of
from .progress import progress_bar
from .raw_text import n_words_of, read_shards
from .readers import SentenceCorpus, copy_words, n_tokens_in
from .teacher import Teacher, agree

ATTRS = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "SENT_START"]
SETTINGS = "label-tags.json"
sentencizer = Sentencizer()
TEACHER: Teacher  # of a worker process


class Job(NamedTuple):
    """Texts to be tagged and written to one file, or a file of labelled Docs to be tagged again."""

    source: list[str] | Path
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

    input_path (Path): A file of raw text, see `read_texts`, or a folder of `.spacy` files that are
        labelled already. What they say counts as one more teacher, the first. Each gives a file of
        the same name.
    more_teachers (Sequence[str]): Pipelines whose probabilities of tags are averaged with those of
        the first. Tokens, sentences, parts of speech and morphology are the first one's.

    Raises a ValueError if the folder has files of other pipelines, another input or number of tags,
    or if the input has no text.

    RETURNS (int): Number of words, as whitespace separates them; of labelled Docs, of tokens.
    """
    pipelines = [pipeline, *more_teachers]
    settings = {
        "pipeline": "; ".join(map(fingerprint, pipelines)),
        "input": describe(input_path),
        "top_k": top_k,
        "shard_words": shard_words,
    }
    check_settings(output_dir, settings)
    n_words = 0
    jobs = []
    for name, source, size in read_sources(input_path, shard_words):
        n_words += size
        path = output_dir / name
        if not path.exists():
            jobs.append(Job(source, path, top_k, size))
        if max_words and n_words >= max_words:
            break  # the last file is as long as the others, so that a later run can go on from it
    if not n_words:
        what = "labelled text (.spacy)" if input_path.is_dir() else "text"
        raise ValueError(f"There is no {what} in {input_path}.")
    output_dir.mkdir(parents=True, exist_ok=True)
    write_file(output_dir / SETTINGS, (json.dumps(settings, indent=2) + "\n").encode())
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
    """Raise a ValueError if the folder has other files, or was labelled with other settings."""
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


def fingerprint(pipeline: str) -> str:
    """The name of a pipeline, and a checksum of its meta.json, which has its scores."""
    folder = Path(pipeline)
    if not folder.exists():
        return pipeline  # an installed package
    return f"{folder.name}, {checksum(folder / 'meta.json')}"


def describe(input_path: Path) -> str:
    """The name of the input, and its size, or how it was labelled."""
    if not input_path.is_dir():
        return f"{input_path.name}, {input_path.stat().st_size} bytes"
    settings = input_path / SETTINGS
    return f"{input_path.name}, {checksum(settings)}" if settings.exists() else input_path.name


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def read_sources(input_path: Path, shard_words: int) -> Iterator[tuple[str, list[str] | Path, int]]:
    """The name, the source and the number of words of each file that is to be written."""
    if input_path.is_dir():
        for path in sorted(input_path.glob("*.spacy")):
            yield path.name, path, n_tokens_in(path)
    else:
        for number, texts in enumerate(read_shards(input_path, shard_words)):
            yield f"{number:05}.spacy", texts, sum(map(n_words_of, texts))


def load_teacher(pipelines: Iterable[str]) -> Teacher:
    return Teacher([spacy.load(pipeline) for pipeline in pipelines])


def start_worker(pipelines: Sequence[str], gpu_id: int) -> None:
    """Load the pipelines in a worker process."""
    global TEACHER
    if has_torch:  # a teacher may be a transformer
        import torch

        torch.set_num_threads(1)  # each process has a core of its own
    setup_gpu(gpu_id, silent=True)
    TEACHER = load_teacher(pipelines)


def label_in_worker(job: Job) -> int:
    label(TEACHER, job)
    return job.size


def label(teacher: Teacher, job: Job) -> None:
    """Tag texts, and write them to a file, which appears when it is complete."""
    with ExitStack() as zones:
        for nlp in teacher.pipelines:
            zones.enter_context(nlp.memory_zone())
        vocab = teacher.pipelines[0].vocab
        kept: list[Doc] = []  # of a file that is labelled already
        texts: Sequence[str | Doc]
        if isinstance(job.source, Path):
            kept = list(SentenceCorpus(job.source).docs(vocab))
            texts = [copy_words(doc, vocab) for doc in kept]
        else:
            texts = job.source
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # similar lengths in a batch
        found: list[Doc | None] = [None] * len(texts)
        for batch in minibatch(order, BATCH_SIZE):
            answers = teacher.tag(texts[i] for i in batch)
            for i, (doc, probs) in zip(batch, answers, strict=True):
                if kept:
                    # The folder counts as one teacher; the mean of n others counts n times.
                    votes = [probs or hard_probs(doc)] * len(teacher.pipelines)
                    doc, probs = kept[i], agree(kept[i], [kept_probs(kept[i]), *votes])
                found[i] = labelled(doc, probs, job.top_k)
        doc_bin = DocBin(ATTRS, store_user_data=True, docs=filter(None, found))
        write_file(job.path, doc_bin.to_bytes())


def kept_probs(doc: Doc) -> TagProbs:
    """What a labelled Doc says about its tags."""
    soft = soft_tags_of(doc)
    return TagProbs(soft.probabilities(soft.labels), soft.labels) if soft else hard_probs(doc)


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
