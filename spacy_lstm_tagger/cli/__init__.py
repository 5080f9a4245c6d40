"""Options and checks that the commands share. `pyproject.toml` registers the commands."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

from spacy.cli._util import Opt
from typer import Exit
from wasabi import msg

Format = TypeVar("Format")

# Shared by the commands, so that an option means the same in all of them.
GOLD_PREPROC = Opt(
    False,
    "--gold-preproc",
    "-G",
    help="Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries "
    "are not cut (without it: the tokenizer's tokens, whole Docs)",
)
QUIET = Opt(False, "--quiet", "-q", help="Show no progress")


@contextmanager
def errors_shown(title: str, stopped: str | None = None) -> Iterator[None]:
    """End the command with a message in place of a traceback if a file or a value is wrong.

    title (str): What the command can't do.
    stopped (str | None): What to say if the user stops it.
    """
    try:
        yield
    except BrokenPipeError:  # of `head`, say, which has read enough
        raise
    except (OSError, ValueError) as error:
        msg.fail(title, str(error), exits=1)
    except KeyboardInterrupt:
        if stopped is None:
            raise
        msg.warn(stopped)
        raise Exit(130) from None


def by_suffix(path: Path, suffix: str, formats: Mapping[str, Format], remedy: str) -> Format:
    """The format that a file's suffix names. Raises a ValueError with a remedy if it names none."""
    if suffix not in formats:
        raise ValueError(f"{path}: can't tell the format from the suffix {suffix!r}; use {remedy}.")
    return formats[suffix]


@contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the program as an exception does, so that files are finished or removed."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def check_file(path: Path) -> None:
    """Raise an OSError or a ValueError if a file can't be written."""
    if path.exists() and not path.is_file():
        raise ValueError(f"Can't write {path}: it is not a file.")
    if not path.resolve().parent.is_dir():
        raise ValueError(f"Can't write {path}: its folder does not exist.")
    check_folder(path.resolve().parent, path)


def check_folder(folder: Path, output: Path | None = None) -> None:
    """Raise a ValueError if files can't be written to a folder, or to the one in which it will be
    made.

    output (Path | None): What the error names; None for the folder.
    """
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    try:
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise ValueError(f"Can't write {output or folder}: {error.strerror}.") from error
