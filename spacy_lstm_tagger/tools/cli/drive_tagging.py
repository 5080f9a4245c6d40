"""Drives `spacy tag-text` over many files: which are to be tagged, and what became of each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from spacy.language import Language
from typer import Exit
from wasabi import msg

from ..journal import Entry, Journal, file_digest, pipeline_digest
from ..progress import progress_bar
from ..text.corpus_files import LOG, find_unfinished, input_name, plan_jobs
from ..text.formats.columns import check_probs
from ..text.formats.format import Format
from ..text.formats.registry import AUTO, find_input
from ..text.formats.tsv import TSV
from ..text.formats.vertical import VerticalFormat
from ..text.formats.vrt import VRT
from ..text.lines import STANDARD
from ..text.read_and_tag import TagOptions
from ..text.retagging import make_retagger
from .options import PipelineOptions
from .workers import Outcome, tag_files


@dataclass
class Summary:
    """Counts what became of the files."""

    n_words: int = 0
    n_tagged: int = 0
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    start: float = field(default_factory=monotonic)

    def add(self, outcome: Outcome) -> None:
        """Count a file."""
        if outcome.error:
            self.errors.append(outcome.error)
            return
        self.n_tagged += 1
        self.n_words += outcome.n_words
        if outcome.warning:
            self.warnings.append(outcome.warning)
        if not outcome.n_words:
            self.warnings.append(f"{outcome.job.input_path} has no words.")

    def show(self, folder: Path, n_finished: int) -> None:
        """Print what was done."""
        for warning in self.warnings:
            msg.warn(warning)
        for error in self.errors:
            msg.fail(error)
        rate = self.n_words / max(monotonic() - self.start, 1e-9)
        tagged = f"Tagged {self.n_words:,} words in {count(self.n_tagged)} in {folder}"
        if self.n_words:
            tagged += f" ({rate:,.0f} words/s)"
        skipped = f"; {count(n_finished)} finished before" if n_finished else ""
        failed = f"; {count(len(self.errors))} failed" if self.errors else ""
        msg.text(tagged + skipped + failed, icon="fail" if self.errors else "good")


def tag_corpus(
    pipeline_options: PipelineOptions,
    inputs: Sequence[Path],
    folder: Path,
    options: TagOptions,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Tag files and the files of folders into a folder, print a summary, and exit with the status 1
    if one of them failed."""
    if folder == STANDARD:
        raise ValueError("Several files need a folder for their outputs, as in --output tagged.")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file. Several files need a folder for their outputs.")
    if options.output_format == AUTO:
        options = options._replace(output_format=TSV.name)
    plan = plan_jobs(inputs, folder, options)
    formats = {find_input(job.input_path, options.text_format) for job in plan.jobs}
    check_options(options, formats)
    nlp = pipeline_options.load()
    for text_format in formats:
        if issubclass(text_format, VerticalFormat):
            # Options that don't fit a format raise an error here, before any file is tagged.
            make_retagger(nlp, text_format, options.columns, options.probs)
    advice = "Choose another folder, or use --overwrite to tag all files anew."
    journal = Journal(folder / LOG, made_by(nlp, pipeline_options, options), advice)
    if overwrite:
        journal.renew({job.name for job in plan.jobs})
        todo = [job._replace(may_replace=True) for job in plan.jobs]
    known = journal.read()
    if not overwrite:
        todo = list(find_unfinished(plan.jobs, known))
    for job in todo:
        if job.name not in known:
            journal.begin(job.name, {"input": input_name(job)})
    if plan.n_others:
        msg.warn(f"Left out {count(plan.n_others)} with other suffixes.")
    finished = {job.name for job in plan.jobs} - {job.name for job in todo}
    warn_of_encodings([known[name] for name in finished], options.encoding)
    load = pipeline_options.load if options.n_process > 1 else lambda: nlp
    summary = Summary()
    # A file may be gone by now. `tag_files` says so.
    n_bytes = sum(job.input_path.stat().st_size for job in todo if job.input_path.is_file())
    try:
        with progress_bar(None if quiet else "Tagging", n_bytes, "B") as bar:
            for outcome in tag_files(load, todo, options, bar.update):
                summary.add(outcome)
                if outcome.facts is not None:
                    journal.finish(
                        outcome.job.name, {**outcome.facts, "encoding": options.encoding}
                    )
                n_done = summary.n_tagged + len(summary.errors)
                bar.set_postfix_str(
                    f"{n_done}/{len(todo)} files, {summary.n_words:,} words", refresh=False
                )
    finally:
        summary.show(folder, len(finished))
    if summary.errors:
        raise Exit(1)


def check_options(options: TagOptions, formats: Collection[type[Format]]) -> None:
    """Raise a ValueError for options that don't go together with the formats of the inputs."""
    given = sorted(found.name for found in formats if issubclass(found, VerticalFormat))
    if options.columns and not given:
        raise ValueError("--columns is for words that are given: .conllu, .vrt or .tsv.")
    if len(given) == len(formats):
        of_text = {"--paragraphs": options.paragraphs, "--markup": options.markup}
        for name, is_given in of_text.items():
            if is_given:
                raise ValueError(f"{name} is for text, and the words of {given[0]} are given.")
        return
    if options.markup and options.output_format != VRT.name:
        raise ValueError("--markup needs --format vrt: other formats have no place for markup.")
    if options.probs:
        check_probs(options.output_format)


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


def made_by(
    nlp: Language, pipeline_options: PipelineOptions, options: TagOptions
) -> dict[str, Any]:
    """What decides how words are tagged and written, for the journal."""
    return {
        "pipeline": pipeline_digest(nlp),
        "code": file_digest(pipeline_options.code_path),
        "exclude": sorted(pipeline_options.exclude),
        "format": options.output_format,
        "input format": options.text_format,
        "columns": list(options.columns),
        "paragraphs": options.paragraphs,
        "markup": options.markup,
        "probs": options.probs,
    }


def count(n_files: int) -> str:
    return "1 file" if n_files == 1 else f"{n_files:,} files"
