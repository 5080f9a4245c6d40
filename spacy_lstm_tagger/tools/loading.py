"""Loads trained pipelines for the commands. Its errors say what is wrong."""

from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.util import get_model_meta, get_package_path, is_package
from thinc.api import Model

from .._compat import import_code
from ..errors import reason_of
from ..pipeline.listeners import ANY_UPSTREAM, listeners, source_of, upstream_of


def load_pipeline(name: str, exclude: Sequence[str] = (), code: Path | None = None) -> Language:
    """Load a pipeline.

    name (str): An installed package, or a folder.
    exclude (Sequence[str]): Components that are not loaded.
    code (Path | None): A Python file with functions that it needs.
    RETURNS (Language): The pipeline.

    Raises a ValueError that names the pipeline if it can't be loaded, or has no such component.
    """
    import_code(code)
    if not is_package(name) and Path(name).is_file():
        raise ValueError(f"{name} is a file. A pipeline is a folder or an installed package.")
    if is_package(name) and not (get_package_path(name) / "meta.json").is_file():
        raise ValueError(f"{name} is a package without a meta.json, so not a pipeline.")
    try:
        nlp = spacy.load(name, exclude=list(exclude))
    # Damaged files and third-party components can raise anything.
    except Exception as error:
        raise ValueError(f"Can't load the pipeline {name}: {reason_of(error)}") from error
    if exclude:
        names = get_model_meta(nlp.path)["components"] if nlp.path else nlp.component_names
        unknown = [other for other in exclude if other not in names]
        if unknown:
            raise ValueError(f"{name} has no component {unknown[0]!r}; its components are {names}.")
        check_listeners(nlp)
    return nlp


def check_listeners(nlp: Language) -> None:
    """Raise a ValueError if a component listens to one that does not run before it. spaCy's
    components would read zeros."""
    sources: set[str] = set()
    for name, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for node in listeners(model) if isinstance(model, Model) else []:
            upstream = upstream_of(node)
            if upstream not in sources and not (upstream == ANY_UPSTREAM and sources):
                raise ValueError(
                    f"Component '{name}' reads the output of '{source_of(node)}', which is left "
                    "out. Leave out both or none."
                )
        if hasattr(pipe, "find_listeners"):
            sources.add(name)
