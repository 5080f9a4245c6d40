"""Loads the pipelines that commands are given."""

from contextlib import suppress
from pathlib import Path

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
        with suppress(ImportError):  # of a distribution whose module has another name
            if is_package(name) and not (get_package_path(name) / "meta.json").is_file():
                why = "it is a package without a meta.json, so not a pipeline."  # as numpy
        raise ValueError(f"Can't load the pipeline {name}: {why}") from error
