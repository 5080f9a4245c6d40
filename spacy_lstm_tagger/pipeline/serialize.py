"""Saving that never leaves half a component, and loading that never takes one."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import srsly

CHECKED = ("cfg", "model")  # what a component writes of its own
CHECKSUMS = "checksums.json"
KEY = "checksums"  # of bytestrings


@contextlib.contextmanager
def saving(path: Path) -> Iterator[Path]:
    """A folder to write a component to, from which it goes to its place when all of it is written.

    If writing fails, or the process is killed, what was there before stays as it was. If the
    process is killed while the files take their places, `check_files` refuses the mixture.

    path (Path): The component's folder, which other files may share.
    YIELDS (Path): An empty folder beside it.
    """
    folder = Path(mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield folder
        seal(folder)
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        for file in files:
            target = path / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seal(folder: Path) -> None:
    """Write the checksums of a component's files."""
    sums = {name: _sum(folder / name) for name in CHECKED if (folder / name).exists()}
    srsly.write_json(folder / CHECKSUMS, sums)


def check_files(path: Path, exclude: Iterable[str]) -> None:
    """Raise a ValueError if a component's files are not those that were saved together."""
    sums = srsly.read_json(path / CHECKSUMS)
    for name in set(CHECKED) - set(exclude):
        if not isinstance(sums, dict) or sums.get(name) != _sum(path / name):
            raise ValueError(_message(f"file '{name}'", CHECKSUMS))


def with_checksums(data: bytes) -> bytes:
    """A component's bytestring with checksums added."""
    message = srsly.msgpack_loads(data)
    message[KEY] = {name: _digest(message[name]) for name in CHECKED if name in message}
    return srsly.msgpack_dumps(message)


def check_bytes(data: bytes, exclude: Iterable[str]) -> None:
    """Raise a ValueError if parts of a component's bytestring were not saved together."""
    message = srsly.msgpack_loads(data)
    if not isinstance(message, dict):
        raise ValueError("it is not the bytestring of a component.")
    sums = message.get(KEY)
    for name in set(CHECKED).intersection(message) - set(exclude):
        if not isinstance(sums, dict) or sums.get(name) != _digest(message[name]):
            raise ValueError(_message(f"'{name}'", KEY))


def _sum(file: Path) -> str:
    return _digest(file.read_bytes())


def _digest(data: bytes | str) -> str:
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def _message(what: str, sums: str) -> str:
    return f"its {what} is damaged, or from another save than its '{sums}'."
