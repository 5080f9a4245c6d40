"""Turns errors of users into messages."""

from collections.abc import Iterator
from contextlib import contextmanager

from typer import Exit
from wasabi import msg


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
        msg.fail(title, str(error), exits=1)
    except KeyboardInterrupt:
        if stopped is None:
            raise
        msg.warn(stopped)
        raise Exit(130) from None
