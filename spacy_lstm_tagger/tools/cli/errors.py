"""Turns errors of users into messages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer import Exit
from wasabi import msg


def message_of(error: OSError | ValueError) -> str:
    """What to say of an error. A file can't be written to a folder that does not exist."""
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        folder = Path(os.fsdecode(error.filename)).parent
        if not folder.exists():
            return f"There is no folder {folder}. Make it first, or correct the path."
    return str(error)


@contextmanager
def errors_shown(title: str, stopped: str | None = None) -> Iterator[None]:
    """End the command with a message in place of a traceback if a file or a value is wrong.

    title (str): What the command can't do.
    stopped (str | None): What to say if the user stops it.
    """
    try:
        yield
    except BrokenPipeError:
        # The reader, such as `head`, has read enough.
        raise
    except (OSError, ValueError) as error:
        msg.fail(title, message_of(error), exits=1)
    except KeyboardInterrupt:
        if stopped is None:
            raise
        msg.warn(stopped)
        raise Exit(130) from None
