"""Options and checks that the commands share. `pyproject.toml` registers the commands."""

from pathlib import Path
from tempfile import TemporaryFile

from spacy.cli._util import Opt

# Shared by the commands, so that an option means the same in all of them.
GOLD_PREPROC = Opt(
    False,
    "--gold-preproc",
    "-G",
    help="Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries "
    "are not cut (without it: the tokenizer's tokens, whole Docs)",
)
QUIET = Opt(False, "--quiet", "-q", help="Show no progress")


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
