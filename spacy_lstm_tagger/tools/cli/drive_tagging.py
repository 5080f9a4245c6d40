"""Drives `spacy tag-text` over many files: which are to be tagged, and what became of each."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from spacy.language import Language
from typer import Exit
from wasabi import msg

from ..journal import Entry, Journal, file_digest, pipeline_digest
from ..progress import progress_bar
from ..text.corpus_files import LOG, find_unfinished, plan_jobs
from ..text.formats.columns import columns_to_replace
from ..text.formats.registry import AUTO, find_input
from ..text.formats.tsv import TSV
from ..text.formats.vertical import VerticalFormat
from ..text.lines import STANDARD
from ..text.tag_options import TagOptions, check_options
from .workers import Outcome, run_jobs


def tag_corpus(
    load: Callable[[], Language],
    inputs: Sequence[Path],
    folder: Path,
    options: TagOptions,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Tag files and the files of folders into a folder, print a summary, and exit with the status 1
    if one of them failed.

    load (Callable[[], Language]): Loads the pipeline.
    """
    if folder == STANDARD:
        raise ValueError("Several files need a folder for their outputs, as in --output tagged.")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file. Several files need a folder for their outputs.")
    if options.output_format == AUTO:
        options = options._replace(output_format=TSV.name)
    jobs, n_others = plan_jobs(inputs, folder, options)
    formats = {find_input(job.input_path, options.text_format) for job in jobs}
    check_options(options, formats)
    nlp = load()
    for text_format in formats:
        if issubclass(text_format, VerticalFormat):
            # Columns that can't be replaced are an error before any file is tagged.
            columns_to_replace(nlp, text_format.name, options.columns)
    advice = "Choose another folder, or use --overwrite to tag all files anew."
    journal = Journal(folder / LOG, made_by(nlp, options), advice)
    if overwrite:
        journal.renew({job.name for job in jobs})
    known = journal.read()
    todo = jobs if overwrite else list(find_unfinished(jobs, known))
    for job in todo:
        if job.name not in known:
            journal.begin(job.name, {"input": job.input_name})
    if n_others:
        msg.warn(f"Left out {count(n_others)} with other suffixes.")
    finished = {job.name for job in jobs} - {job.name for job in todo}
    warn_of_encodings([known[name] for name in finished], options.encoding)
    load_once = load if options.n_process > 1 else lambda: nlp
    outcomes: list[Outcome] = []
    start = monotonic()
    try:
        with progress_bar(None if quiet else "Tagging", len(todo), " files") as bar:
            for outcome in run_jobs(load_once, todo, options):
                outcomes.append(outcome)
                bar.update()
                if outcome.facts is not None:
                    journal.finish(
                        outcome.job.name, {**outcome.facts, "encoding": options.encoding}
                    )
    finally:
        show(outcomes, folder, len(finished), monotonic() - start)
    if any(outcome.error for outcome in outcomes):
        raise Exit(1)


def show(outcomes: Sequence[Outcome], folder: Path, n_finished: int, seconds: float) -> None:
    """Print what became of the files.

    n_finished (int): Number of files that were finished before.
    seconds (float): How long it took.
    """
    for outcome in outcomes:
        if not outcome.n_words and not outcome.error:
            msg.warn(f"{outcome.job.input_path} has no words.")
    errors = [outcome.error for outcome in outcomes if outcome.error]
    for error in errors:
        msg.fail(error)
    n_words = sum(outcome.n_words for outcome in outcomes)
    tagged = f"Tagged {n_words:,} words in {count(len(outcomes) - len(errors))} in {folder}"
    if n_words:
        tagged += f" ({n_words / max(seconds, 1e-9):,.0f} words/s)"
    skipped = f"; {count(n_finished)} finished before" if n_finished else ""
    failed = f"; {count(len(errors))} failed" if errors else ""
    msg.text(tagged + skipped + failed, icon="fail" if errors else "good")


def warn_of_encodings(finished: Iterable[Entry], encoding: str) -> None:
    """Warn of finished files that were read in another encoding. Another one is for the files that
    failed. These did not fail, but may have been misread."""
    encodings = [str(entry.facts.get("encoding")) for entry in finished]
    others = [other for other in encodings if other != encoding]
    if others:
        msg.warn(
            f"{count(len(others))} finished before had --encoding {', '.join(set(others))}.",
            "They stay as they are. --overwrite tags all files anew.",
        )


def made_by(nlp: Language, options: TagOptions) -> dict[str, Any]:
    """What decides how words are tagged and written, for the journal."""
    return {
        "pipeline": pipeline_digest(nlp),
        "code": file_digest(options.code),
        "exclude": sorted(options.exclude),
        "format": options.output_format,
        "input format": options.text_format,
        "columns": list(options.columns),
        "paragraphs": options.paragraphs,
        "probs": options.probs,
    }


def count(n_files: int) -> str:
    return "1 file" if n_files == 1 else f"{n_files:,} files"
