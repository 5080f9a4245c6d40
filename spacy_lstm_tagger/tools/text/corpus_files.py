"""Finds the files to tag, and knows where to and which are finished."""

import hashlib
import json
import os
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...files import write_file
from .formats.json_lines import read_object
from .formats.registry import AUTO, RAW, TAGGABLE, find_input, suffixes_of
from .formats.vertical import VerticalFormat
from .lines import STANDARD, format_suffix, is_compressed
from .tag_file import TagOptions

# What was finished, and how, in the folder of the outputs: a line of JSON for each file.
LOG = "tag-text.log"

MARKUP_SUFFIXES = (".xml", ".html", ".sgml")


class Job(NamedTuple):
    """A file to tag.

    input_path (Path): The file.
    output_path (Path): Where its words and tags go.
    """

    input_path: Path
    output_path: Path


class Plan(NamedTuple):
    """What to do with some files and folders.

    jobs (list[Job]): All files to tag, finished or not.
    n_others (int): Number of files in the folders that have other suffixes.
    """

    jobs: list[Job]
    n_others: int


def plan_jobs(inputs: Sequence[Path], folder: Path, options: TagOptions) -> Plan:
    """Find the files to tag, and where their outputs go: the file of a folder to the same place in
    the folder of the outputs, any other file to the top.

    inputs (Sequence[Path]): Files and folders.
    folder (Path): The folder of the outputs. It may lie in a folder of the inputs.
    options (TagOptions): How to read and write.
    RETURNS (Plan): The files, in the order of their names within a folder.

    Raises a ValueError if there is nothing to tag, or two outputs have the same name.
    """
    jobs: dict[Path, Job] = {}
    n_others = 0
    for path in inputs:
        if path == STANDARD:
            raise ValueError("Standard input can't be tagged together with files.")
        if path.is_dir() and path.resolve() == folder.resolve():
            raise ValueError(f"{folder} is an input: its outputs would be the next inputs.")
        files = list(files_in(path, folder)) if path.is_dir() else [path]
        for file in files:
            if path.is_dir() and not is_read(file, options):
                n_others += 1
                continue
            relative = file.relative_to(path) if path.is_dir() else Path(file.name)
            output = folder / relative.with_name(output_name(file, options))
            if output == folder / LOG:
                raise ValueError(f"{file} would become {output}, which is the log. Rename it.")
            other = jobs.setdefault(output, Job(file, output)).input_path
            if other.resolve() != file.resolve():
                same_folder = other.parent.resolve() == file.parent.resolve()
                advice = "Rename one" if same_folder else "Give the folder that has both"
                raise ValueError(
                    f"{other} and {file} would both become {output}. {advice}, or tag them into "
                    "two folders."
                )
    if not jobs:
        suffixes = ", ".join(suffixes_of(TAGGABLE))
        raise ValueError(
            f"There is no file to tag in {inputs[0]}, where {n_others} files have other suffixes "
            f"than {suffixes}. Name files themselves, or the format of all: --input-format text."
        )
    read = {job.input_path.resolve() for job in jobs.values()}
    for job in jobs.values():
        if Path(os.path.realpath(job.output_path)) in read:
            raise ValueError(f"The output {job.output_path} is an input. Choose another folder.")
        if job.output_path.is_dir():
            raise ValueError(f"{job.output_path} is a folder, but {job.input_path} needs a file.")
    return Plan(list(jobs.values()), n_others)


def files_in(path: Path, outputs: Path) -> Iterator[Path]:
    """The files below a folder, in the order of their names, without hidden ones, without the
    outputs that lie there, and without the log of earlier ones."""
    # `Path.resolve` raises an error for a link that leads to itself.
    place = os.path.realpath(outputs)
    for entry in sorted(path.iterdir()):
        if entry.name.startswith(".") or os.path.realpath(entry) == place or is_log(entry):
            continue
        if entry.is_dir():
            # A link to a folder could lead to itself.
            if not entry.is_symlink():
                yield from files_in(entry, outputs)
        elif entry.is_file():
            yield entry


def is_log(path: Path) -> bool:
    """Whether a file is the log of earlier outputs."""
    if path.name != LOG or not path.is_file():
        return False
    with path.open(encoding="utf8", errors="replace") as file:
        return "pipeline" in read_object(file.readline())


def is_read(path: Path, options: TagOptions) -> bool:
    """Whether a file of a folder is one to tag."""
    suffix = format_suffix(path)
    return (
        options.text_format != AUTO
        or suffix in suffixes_of(TAGGABLE)
        or (options.markup and suffix in MARKUP_SUFFIXES)
    )


def output_name(path: Path, options: TagOptions) -> str:
    """The name of a file's output, which is not compressed: the suffix of text becomes the one of
    the output, and other suffixes stay."""
    name = path.with_suffix("") if is_compressed(path) else path
    if issubclass(find_input(path, options.text_format), VerticalFormat):
        return name.name
    suffix = f".{options.output_format}"
    if name.suffix.lower() in (*suffixes_of(RAW), *MARKUP_SUFFIXES):
        return name.with_suffix(suffix).name
    return name.name + suffix


class Log:
    """Knows which outputs in a folder are finished. The file `LOG` there says what made them, and
    has a line for each of them when it is begun, and another when it is finished.

    folder (Path): The folder of the outputs.
    made_by (dict[str, Any]): The pipeline and the options, as JSON has them.
    """

    def __init__(self, folder: Path, made_by: dict[str, Any]) -> None:
        self.path = folder / LOG
        self.made_by = made_by
        # What is known of the input of each output; of one that was only begun, nothing.
        self.begun: dict[str, dict[str, Any]] = {}
        # The same of finished outputs whose input has another time by now.
        self.copies: list[dict[str, Any]] = []

    def read(self, jobs: Sequence[Job], overwrite: bool = False) -> set[Job]:
        """Read what is finished.

        overwrite (bool): Whether to tag all files anew. Otherwise it raises a ValueError if
            something else has made the outputs.
        RETURNS (set[Job]): The finished jobs.
        """
        if overwrite:
            self.read_others({self.name_of(job) for job in jobs})
            return set()
        if not self.path.exists():
            for job in jobs:
                if job.output_path.exists():
                    raise ValueError(
                        f"{job.output_path} is there, and {self.path.name} beside it, which would "
                        "say what has made it, is not. Choose another folder, or use --overwrite "
                        "to replace it."
                    )
            return set()
        made_by, entries = self.read_lines()
        if made_by is None:
            raise ValueError(f"{self.path} is damaged. Use --overwrite to tag all files anew.")
        for key, value in self.made_by.items():
            if made_by.get(key) != value:
                raise ValueError(
                    f"{self.path.parent} was made with another {key}: {made_by.get(key)!r}, now "
                    f"{value!r}. Choose another folder, or use --overwrite to tag all files anew."
                )
        self.begun = {entry["output"]: entry for entry in entries}
        # Older versions noted only what was finished.
        knows_begun = any("input" not in entry for entry in entries)
        finished = set(filter(self.is_finished, jobs))
        for job in jobs:
            if not job.output_path.exists() or job in finished:
                continue
            name = self.name_of(job)
            if name not in self.begun and knows_begun:
                raise ValueError(
                    f"{job.output_path} is there, and {self.path.name} says nothing of it. Choose "
                    "another folder, or use --overwrite to replace it."
                )
            other = self.begun.get(name, {}).get("input")
            if other not in (None, str(job.input_path.resolve())):
                raise ValueError(
                    f"{job.output_path} has the tags of {other}, not of {job.input_path}. Choose "
                    "another folder, or use --overwrite to replace it."
                )
        return finished

    def read_others(self, names: Container[str]) -> None:
        """Read what is known of other outputs than those with these names. They are finished if the
        same pipeline and options have made them."""
        if not self.path.exists():
            return
        made_by, entries = self.read_lines()
        for entry in entries:
            name = entry["output"]
            if name not in names:
                self.begun[name] = entry if made_by == self.made_by else {"output": name}

    def read_lines(self) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """What has made the outputs, None if that is damaged; and what is known of each output."""
        first, *lines = self.path.read_text("utf8", "replace").splitlines() or [""]
        # The last line is not whole if the program was killed.
        entries = map(read_object, lines)
        whole = [entry for entry in entries if isinstance(entry.get("output"), str)]
        return read_object(first) or None, whole

    def begin(self, jobs: Iterable[Job], overwrite: bool = False) -> None:
        """Note the files that will be tagged, in a new log unless there is one to go on with."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if overwrite or not self.begun:
            lines = [self.made_by, *self.begun.values()]
            write_file(self.path, "".join(json.dumps(line) + "\n" for line in lines).encode())
        elif not self.path.read_bytes().endswith(b"\n"):
            # The program was killed while it wrote the last line.
            self.write("\n")
        names = [self.name_of(job) for job in jobs]
        new = [{"output": name} for name in names if name not in self.begun]
        if new or self.copies:
            self.write("".join(json.dumps(entry) + "\n" for entry in [*self.copies, *new]))

    def is_finished(self, job: Job) -> bool:
        """Whether the output of a file is there, and the file is what it was."""
        entry = self.begun.get(self.name_of(job), {})
        if "sha256" not in entry or not job.output_path.is_file() or not job.input_path.is_file():
            return False
        stamp = stamp_of(job.input_path)
        if all(entry.get(key) == value for key, value in stamp.items()):
            return True
        # A copy of the same file has another time.
        is_same = bool(entry["sha256"] == checksum_of(job.input_path))
        if is_same:
            # `begin` notes the time, so that the next run need not read the file.
            self.copies.append({**entry, **stamp})
        return is_same

    def encoding_of(self, job: Job) -> str | None:
        """The encoding in which a file was read. Older versions did not note it."""
        return self.begun.get(self.name_of(job), {}).get("encoding")

    def add(self, job: Job, entry: dict[str, Any]) -> None:
        """Note that the output of a file is finished."""
        names = {"output": self.name_of(job), "input": str(job.input_path.resolve())}
        self.write(json.dumps({**names, **entry}) + "\n")

    def write(self, lines: str) -> None:
        with self.path.open("a", encoding="utf8") as file:
            file.write(lines)

    def name_of(self, job: Job) -> str:
        return job.output_path.relative_to(self.path.parent).as_posix()


def stamp_of(path: Path) -> dict[str, Any]:
    """What is quickly known of a file."""
    status = path.stat()
    return {"bytes": status.st_size, "time": status.st_mtime_ns}


def checksum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
