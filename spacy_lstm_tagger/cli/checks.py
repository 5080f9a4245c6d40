"""What commands check before they work, so that a mistake costs no time and shows no traceback."""

from pathlib import Path
from tempfile import TemporaryFile


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
