"""Tags raw text with one or several pipelines, and keeps what other taggers learn from."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from spacy.language import Language
from wasabi import msg

from ...pipeline.probabilities import BATCH_SIZE
from ...progress import progress_bar
from ..workers import run_in_processes
from .folder import describe, open_folder, write_settings
from .job import Job, label, label_in_process, load_teachers
from .sources import Source, read_sources


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

    Raises a ValueError if a pipeline sets no tags, if the folder has files of other pipelines,
    another input or number of tags, if another run writes to it, or if the input has no text or is
    damaged; an OSError if a file can't be read or written, or a process was killed.

    RETURNS (int): Number of words, as whitespace separates them; of labelled Docs, of tokens.
    """
    pipelines = (pipeline, *more_teachers)
    teachers = load_teachers(pipelines)
    loaded = list(zip(pipelines, teachers, strict=True))
    settings = {
        "pipeline": "; ".join(describe(nlp.path) if nlp.path else name for name, nlp in loaded),
        "input": describe(input_path, "*.spacy"),
        "top_k": top_k,
        "shard_words": shard_words,
    }
    max_length = min(nlp.max_length for nlp in teachers)
    read = partial(read_sources, input_path, shard_words, max_words, max_length)
    with open_folder(output_dir, settings):
        # The whole input is read before a part of it is tagged, so that errors in it come first.
        sizes: dict[str, int] = {}
        with progress_bar("Reading" if progress else None, None, " words", unit_scale=True) as bar:
            for source in read():
                if not sizes:
                    check_tags(loaded, source)
                sizes[source.name] = source.size
                bar.update(source.size)
        done = {name for name in sizes if is_written(output_dir / name)}
        if progress and 0 < len(done) < len(sizes):
            msg.info(f"{len(done)} files are there, going on")
        write_settings(output_dir, settings)
        jobs = (
            Job(source, output_dir / source.name, top_k)
            for source in read()
            if source.name not in done
        )
        n_words = sum(sizes.values())
        n_done = sum(sizes[name] for name in done)
        title = "Labelling" if progress else None
        with progress_bar(title, n_words, " words", initial=n_done, unit_scale=True) as bar:
            if n_process == 1:
                for job in jobs:
                    bar.update(label(teachers, job))
            else:
                del teachers, loaded  # each process has its own
                work = partial(label_in_process, pipelines, gpu_id)
                run_in_processes(work, jobs, n_process, bar.update)
    return n_words


def check_tags(pipelines: Sequence[tuple[str, Language]], source: Source) -> None:
    """Raise a ValueError if one of the pipelines gives no tag to any of the first words."""
    for name, nlp in pipelines:
        with nlp.memory_zone():
            # One Doc at a time, and it ends at the first tag.
            docs = nlp.pipe(source.start(nlp.vocab, BATCH_SIZE), batch_size=1)
            if not any(token.tag for doc in docs for token in doc):
                raise ValueError(f"{name} sets no tags; its components are {nlp.pipe_names}.")


def is_written(path: Path) -> bool:
    """Whether a file is there. An empty one was left by a power cut."""
    return path.exists() and path.stat().st_size > 0
