"""Turns errors of other libraries and of damaged files into messages of one form."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def explained(problem: str, remedy: str = "") -> Iterator[None]:
    """Turn what a damaged file raises into a ValueError that a user can act on: "problem: reason
    remedy". A MemoryError, an ImportError and an OSError pass: the file is not their cause.

    problem (str): What failed, with the name of the source: "Can't load component 'tagger' from x".
    remedy (str): What to do.
    """
    try:
        yield
    except (ImportError, MemoryError, OSError):
        raise
    # Damaged files break spaCy, Thinc, MessagePack and JSON in many ways.
    except Exception as error:
        # Some errors have no text.
        reason = str(error) or repr(error)
        if remedy and reason[-1].isalnum():
            reason += "."
        raise ValueError(f"{problem}: {reason} {remedy}".rstrip()) from error


def reason_of(error: Exception) -> str:
    """What an error says. The text of an error that is no OSError and no ValueError begins with the
    name of its class, because a KeyError alone says only a key."""
    if isinstance(error, OSError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"
