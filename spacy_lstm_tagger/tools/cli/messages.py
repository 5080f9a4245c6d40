"""Turns errors of users into messages."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
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


def flush_or_close() -> bool:
    """Write what was printed. If that fails, close standard output, because Python would try again
    at its end.

    RETURNS (bool): Whether it was written.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            sys.stdout.close()
        return False
    return True


@contextmanager
def errors_shown(title: str, stopped: str | None = None) -> Iterator[None]:
    """End the command with a message in place of a traceback if a file or a value is wrong. The
    message goes to standard error, because standard output may be what can't be written.

    title (str): What the command can't do.
    stopped (str | None): What to say if the user stops it.
    """
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has read enough.
        raise
    except (OSError, ValueError) as error:
        said = message_of(error)
        if not flush_or_close():
            said = f"Standard output can't be written: {said}"
        with redirect_stdout(sys.stderr):
            first, *others = said.split("\n")
            msg.fail(title, first)
            for line in others:
                msg.text(line)
        sys.exit(1)
    except KeyboardInterrupt:
        if stopped is None:
            raise
        with redirect_stdout(sys.stderr):
            msg.warn(stopped)
        raise Exit(130) from None
