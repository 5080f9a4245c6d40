"""The folder of labelled text, which knows what it was made of, and has one run at a time."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from ..files import UNFINISHED, locked, write_file

SETTINGS = "label-tags.json"


@contextmanager
def open_folder(folder: Path, settings: dict[str, Any]) -> Iterator[Callable[[], None]]:
    """Make a folder, or go on in one, and lock it for other runs until the context ends. A new
    folder into which nothing was written is removed.

    settings (dict[str, Any]): What the files are made of, as JSON.
    YIELDS (Callable[[], None]): Writes the settings.

    Raises a ValueError if the folder has other files, files of other settings, or another run.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(folder, wait=False):
            for path in folder.glob(f".*{UNFINISHED}"):  # of a run that was killed
                path.unlink()
            check_settings(folder, settings)
            text = json.dumps(settings, indent=2) + "\n"
            yield lambda: write_file(folder / SETTINGS, text.encode())
    finally:
        if is_new:
            with suppress(OSError):  # it is not empty
                folder.rmdir()


def check_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Raise a ValueError if the folder has other files, or was labelled with other settings."""
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if names <= {SETTINGS}:  # stopped before the first file
        return
    if SETTINGS not in names:
        raise ValueError(f"{folder} has other files. Choose a new folder.")
    path = folder / SETTINGS
    try:
        found = dict(json.loads(path.read_text(encoding="utf8")))
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{path} is damaged. Choose another folder, or delete this one.") from None
    for key, value in settings.items():
        if found.get(key) != value:
            raise ValueError(
                f"{folder} was labelled with another {key}: {found.get(key)!r}, not {value!r}. "
                "Choose another folder, or delete this one."
            )


def describe(path: Path, pattern: str = "**/*") -> str:
    """The name of a file or folder, and a checksum of what is in it.

    pattern (str): The files in the folder that count.
    """
    checksum = sha256()
    for file in [path] if path.is_file() else sorted(path.glob(pattern)):
        if file.is_file():
            with file.open("rb") as data:
                digest = file_digest(data, "sha256").digest()
            checksum.update(os.fsencode(file.relative_to(path)) + digest)
    return f"{path.name}, {checksum.hexdigest()[:16]}"
