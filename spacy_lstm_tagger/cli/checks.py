"""What commands check before they work, so that a mistake costs no time and shows no traceback."""

from pathlib import Path
from tempfile import TemporaryFile

import spacy
from spacy.language import Language
from spacy.util import get_package_path, is_package


def load_pipeline(name: str) -> Language:
    """Load a pipeline. Raises a ValueError that names it if it can't be loaded."""
    if not is_package(name) and Path(name).is_file():
        raise ValueError(f"{name} is a file. A pipeline is a folder or an installed package.")
    try:
        return spacy.load(name)
    except Exception as error:  # of whatever its files, or the code of its components, make of it
        why = str(error)
        if not isinstance(error, OSError | ValueError):
            why = f"{type(error).__name__}: {error}"
        if is_package(name) and not has_meta(name):  # as numpy, which has a function `load`
            why = "it is a package without a meta.json, so not a pipeline."
        raise ValueError(f"Can't load the pipeline {name}: {why}") from error


def has_meta(package: str) -> bool:
    try:
        return (get_package_path(package) / "meta.json").is_file()
    except ImportError:  # a distribution whose module has another name
        return False


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
