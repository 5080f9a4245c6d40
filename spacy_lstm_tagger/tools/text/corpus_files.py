"""Finds the files to tag in folders, the places of their outputs, and what is finished there."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..journal import Entry
from .formats.registry import AUTO, RAW, TAGGABLE, find_input, suffixes_of
from .formats.vertical import VerticalFormat
from .lines import STANDARD, format_suffix, is_compressed
from .tag_options import TagOptions

# The name of the journal in the folder of the outputs.
LOG = "tag-text.log"

REPLACE = "Choose another folder, or use --overwrite to replace it."


class Job(NamedTuple):
    """A file to tag.

    input_path (Path): The file.
    output_path (Path): Where its words and tags go.
    name (str): Names the output in its folder, and in the journal.
    """

    input_path: Path
    output_path: Path
    name: str

    @property
    def input_name(self) -> str:
        """What the journal calls the input, wherever the command runs."""
        return os.path.realpath(self.input_path)

    def input_facts(self) -> dict[str, Any]:
        """What tells whether the input has changed: its path, its size, and when it was changed
        last, in nanoseconds."""
        status = self.input_path.stat()
        return {"input": self.input_name, "size": status.st_size, "time": status.st_mtime_ns}


def plan_jobs(inputs: Sequence[Path], folder: Path, options: TagOptions) -> tuple[list[Job], int]:
    """Find the files to tag, and where their outputs go: the file of a folder to the same place in
    the folder of the outputs, any other file to the top.

    inputs (Sequence[Path]): Files and folders.
    folder (Path): The folder of the outputs. It may lie in a folder of the inputs.
    options (TagOptions): How to read and write.
    RETURNS (tuple[list[Job], int]): All files to tag, finished or not, in the order of their names
        within a folder; and the number of files in the folders that have other suffixes.

    Raises a ValueError if there is nothing to tag, if an input is a pipe, or if two outputs have
    the same name.
    """
    jobs: dict[str, Job] = {}
    n_others = 0
    for path in inputs:
        check_input(path, folder)
        files = list(files_in(path, folder)) if path.is_dir() else [path]
        for file in files:
            is_known = options.text_format != AUTO or format_suffix(file) in suffixes_of(TAGGABLE)
            if path.is_dir() and not is_known:
                n_others += 1
                continue
            relative = file.relative_to(path) if path.is_dir() else Path(file.name)
            name = relative.with_name(output_name(file, options)).as_posix()
            output = folder / name
            other = jobs.setdefault(name, Job(file, output, name)).input_path
            if other.resolve() != file.resolve():
                raise ValueError(
                    f"{other} and {file} would both become {output}. Rename one, or tag a folder "
                    "that has both in subfolders, or tag them into two folders."
                )
    if not jobs:
        suffixes = ", ".join(suffixes_of(TAGGABLE))
        raise ValueError(
            f"There is no file to tag in {inputs[0]}, where {n_others} files have other suffixes "
            f"than {suffixes}. Name files themselves, or the format of all: --input-format text."
        )
    read = {job.input_name for job in jobs.values()}
    for job in jobs.values():
        if os.path.realpath(job.output_path) in read:
            raise ValueError(f"The output {job.output_path} is an input. Choose another folder.")
    return list(jobs.values()), n_others


def check_input(path: Path, folder: Path) -> None:
    """Raise a ValueError for an input that can't be tagged into a folder."""
    if path == STANDARD:
        raise ValueError("Standard input can't be tagged together with files.")
    if path.is_dir() and path.resolve() == folder.resolve():
        raise ValueError(f"{folder} is an input: its outputs would be the next inputs.")
    if path.exists() and not path.is_dir() and not path.is_file():
        raise ValueError(
            f"{path} is a pipe or a device. It can be read once, and its name says nothing of what "
            "is in it. Tag it alone, and name the output file: --output NAME.tsv"
        )


def files_in(path: Path, outputs: Path) -> Iterator[Path]:
    """The files below a folder, in the order of their names, without hidden ones, without the
    outputs that lie there, and without the log of earlier outputs."""
    # `Path.resolve` raises an error for a link that leads to itself.
    place = os.path.realpath(outputs)
    for entry in sorted(path.iterdir()):
        if entry.name.startswith(".") or entry.name == LOG or os.path.realpath(entry) == place:
            continue
        if entry.is_dir():
            # A link to a folder could lead to itself.
            if not entry.is_symlink():
                yield from files_in(entry, outputs)
        elif entry.is_file():
            yield entry


def output_name(path: Path, options: TagOptions) -> str:
    """The name of a file's output, which is not compressed: the suffix of text becomes the one of
    the output, and other suffixes stay."""
    name = path.with_suffix("") if is_compressed(path) else path
    if issubclass(find_input(path, options.text_format), VerticalFormat):
        return name.name
    suffix = f".{options.output_format}"
    if name.suffix.lower() in suffixes_of(RAW):
        return name.with_suffix(suffix).name
    return name.name + suffix


def find_unfinished(jobs: Iterable[Job], known: Mapping[str, Entry]) -> Iterator[Job]:
    """Leave out files whose outputs are finished, if the files are what they were.

    jobs (Iterable[Job]): All files.
    known (Mapping[str, Entry]): What the journal says of each output.
    YIELDS (Job): A file to tag. Its output replaces what was made from it before.

    Raises a ValueError if an output is there that was not made from its file.
    """
    for job in jobs:
        if not job.output_path.exists():
            yield job
            continue
        entry = known.get(job.name)
        if entry is None:
            raise ValueError(f"{job.output_path} is there, and {LOG} does not name it. {REPLACE}")
        other = entry.facts.get("input")
        if other != job.input_name:
            raise ValueError(
                f"{job.output_path} has the tags of {other}, not of {job.input_path}. {REPLACE}"
            )
        is_same = job.input_path.is_file() and job.input_facts().items() <= entry.facts.items()
        if not (entry.is_finished and is_same):
            yield job
