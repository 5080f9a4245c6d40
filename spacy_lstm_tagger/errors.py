"""What other libraries and damaged files raise, told in one form."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


class LoadError(ValueError):
    """What can't be loaded. The message says what to do."""


@contextmanager
def explained(problem: str, remedy: str = "") -> Iterator[None]:
    """Turn what a damaged file raises into a ValueError that a user can act on: "problem: reason
    remedy". Lack of memory, a package that is missing, and an OSError pass: no file is to blame.

    problem (str): What failed, with the name of the source: "Can't load component 'tagger' from x".
    remedy (str): What to do, unless a LoadError says it.
    """
    try:
        yield
    except (ImportError, MemoryError, OSError):
        raise
    # Damaged files break spaCy, Thinc, MessagePack and JSON in many ways.
    except Exception as error:
        # Some errors have no text.
        reason = str(error) or repr(error)
        if isinstance(error, LoadError):
            remedy = ""
        if remedy and reason[-1].isalnum():
            reason += "."
        raise ValueError(f"{problem}: {reason} {remedy}".rstrip()) from error


def explained_loading(
    name: str, source: str | Path, remedy: str = "Copy the pipeline again."
) -> AbstractContextManager[None]:
    """Name a component and its source in what a damaged file raises while it is loaded.

    name (str): The name of the component.
    source (str | Path): The folder or the file, or "a bytestring".
    remedy (str): What to do.
    """
    return explained(f"Can't load component '{name}' from {source}", remedy)


def reason_of(error: Exception) -> str:
    """What an error says. One that is no OSError and no ValueError gets the name of its class: a
    KeyError says no more than a key."""
    if isinstance(error, OSError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"
