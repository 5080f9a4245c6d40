"""Remembers in a folder what a command has finished there, so that the same command can go on."""

import json
import os
from collections.abc import Container
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language

from ..files import write_file

# How many bytes at the end of an output tell whether it was cut.
N_END = 2


class Entry(NamedTuple):
    """What is known of an output.

    is_finished (bool): Whether it is finished, and was not cut since. Otherwise, it was only begun,
        and may be there nevertheless if the program was killed.
    facts (dict[str, Any]): What it was made from.
    """

    is_finished: bool
    facts: dict[str, Any]


class Journal:
    """A file of JSON lines in a folder of outputs. The first line says what makes the outputs. Each
    other line is added at the end, and says that an output is begun or finished.

    path (Path): The file.
    made_by (dict[str, Any]): The pipeline and the options that make the outputs.
    advice (str): What to do if the folder was made by something else, or the file is damaged.
    """

    def __init__(self, path: Path, made_by: dict[str, Any], advice: str) -> None:
        self.path = path
        self.made_by = made_by
        self.advice = advice

    def read(self) -> dict[str, Entry]:
        """Read what is known of each output, by its name in the folder.

        Raises a ValueError if the file is damaged or a link, or if another pipeline or other
        options have made the folder.
        """
        if self.path.is_symlink():
            raise ValueError(f"{self.path} is a link, but has to be a file. {self.advice}")
        if not self.path.exists():
            return {}
        made_by, entries = self.parse()
        for key, value in self.made_by.items():
            if made_by.get(key) != value:
                raise ValueError(
                    f"{self.path.parent} was made with {key} {made_by.get(key)!r}, not {value!r}. "
                    f"{self.advice}"
                )
        return entries

    def parse(self) -> tuple[dict[str, Any], dict[str, Entry]]:
        """Read what has made the folder, and what is known of each output."""
        first, *lines = self.path.read_bytes().split(b"\n")
        made_by = read_json(first)
        if not isinstance(made_by, dict):
            raise ValueError(f"{self.path} is damaged in line 1. {self.advice}")
        entries: dict[str, Entry] = {}
        for number, line in enumerate(lines, 2):
            match read_json(line):
                case {"output": str(name), "finished": dict(facts), "size": int(size), "end": end}:
                    entries[name] = Entry(is_whole(self.path.parent / name, size, end), facts)
                case {"output": str(name), "begun": dict(facts)}:
                    # If another run begins what is finished already, it will find the output. With
                    # other facts, it makes the output from something else.
                    if name not in entries or not facts.items() <= entries[name].facts.items():
                        entries[name] = Entry(False, facts)
                case None if not line or line.startswith(b"{"):
                    # A run was killed, or the disk was full, while it wrote the line.
                    continue
                case _:
                    raise ValueError(f"{self.path} is damaged in line {number}. {self.advice}")
        return made_by, entries

    def renew(self, names: Container[str]) -> None:
        """Let this pipeline and these options make the folder from now on, and forget the outputs
        that will be replaced. If something else has made the others, they count as begun.

        names (Container[str]): The names of the outputs that will be replaced.
        """
        if self.path.is_symlink():
            # What it leads to stays as it is.
            self.path.unlink()
        if not self.path.exists():
            return
        try:
            made_by, entries = self.parse()
        except ValueError:
            made_by = {}
            entries = {}
        lines = [json.dumps(self.made_by)]
        for name, entry in entries.items():
            if name not in names:
                is_finished = entry.is_finished and made_by == self.made_by
                line = self.finished(name, entry.facts) if is_finished else begun(name, entry.facts)
                lines.append(json.dumps(line))
        write_file(self.path, "\n".join(lines).encode())

    def begin(self, name: str, facts: dict[str, Any]) -> None:
        """Note that an output will be made."""
        self.add(begun(name, facts))

    def finish(self, name: str, facts: dict[str, Any]) -> None:
        """Note that an output is finished."""
        self.add(self.finished(name, facts))

    def finished(self, name: str, facts: dict[str, Any]) -> dict[str, Any]:
        """The line of an output that is finished."""
        size, end = size_and_end(self.path.parent / name)
        return {"output": name, "finished": facts, "size": size, "end": end}

    def add(self, line: dict[str, Any]) -> None:
        """Add a line, and make the file if it is not there."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_file(self.path, json.dumps(self.made_by).encode())
        with self.path.open("ab") as file:
            # The line break stands first, because the line before may be cut off.
            file.write(f"\n{json.dumps(line)}".encode())


def begun(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The line of an output that is begun."""
    return {"output": name, "begun": facts}


def size_and_end(path: Path) -> tuple[int, str]:
    """The number of bytes of a file, and the last ones."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - N_END))
        return size, file.read().hex()


def is_whole(path: Path, size: int, end: str) -> bool:
    """Whether an output was not cut. One that was cut is shorter, and ends in another place. A
    shorter one with the same end was corrected."""
    if not path.is_file():
        return False
    return path.stat().st_size >= size or size_and_end(path)[1] == end


def read_json(line: bytes) -> Any:
    """Read a line of JSON. None if it is not valid."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def pipeline_digest(nlp: Language) -> str:
    """The name of a pipeline's folder, and a digest of its files."""
    folder = Path(str(nlp.path))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = [f"{path.relative_to(folder)} {file_digest(path)}" for path in files]
    return f"{folder.name} {short_digest(' '.join(digests).encode())}"


def file_digest(path: Path | None) -> str:
    """A digest of what is in a file; empty if there is none."""
    return "" if path is None else short_digest(path.read_bytes())


def short_digest(data: bytes) -> str:
    """The beginning of the SHA-256 digest of bytes. It is long enough to tell files apart."""
    return sha256(data).hexdigest()[:16]
