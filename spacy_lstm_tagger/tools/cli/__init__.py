"""Options and checks that the commands share. `pyproject.toml` registers the commands."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from spacy.cli._util import Opt
from typer import Exit
from typer.core import TyperCommand
from wasabi import msg

# Shared by the commands, so that an option means the same in all of them.
BATCH_SIZE = Opt(
    None,
    "--batch-size",
    "-b",
    help="Number of texts to tag at once; smaller where they are long (without it: the pipeline's)",
    min=1,
)
CODE = Opt(
    None,
    "--code",
    "-c",
    help="Python file with additional code (registered functions) to be imported",
    exists=True,
    dir_okay=False,
)
DISABLE = Opt("", "--disable", help="Components to load and not to run, with commas between them")
EXCLUDE = Opt("", "--exclude", help="Components not to load, with commas between them")
GOLD_PREPROC = Opt(
    False,
    "--gold-preproc",
    "-G",
    help="Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries "
    "are not cut (without it: the tokenizer's tokens, whole Docs)",
)
GPU_ID = Opt(-1, "--gpu-id", "-g", help="GPU ID, or -1 for CPU")
N_PROCESS = Opt(1, "--n-process", "-n", help="Number of processes", min=1)
QUIET = Opt(False, "--quiet", "-q", help="Show no progress")

# Options of other programs, or guesses, and what our commands have in their place.
HINTS = {
    "--force": "An output file is replaced when the new one is complete.",
    "--overwrite": "An output file is replaced when the new one is complete.",
    "--converter": "Did you mean --format?",
    "--file-type": "Did you mean --format?",
    "--type": "Did you mean --format?",
    "--out": "Did you mean --output?",
    "--outfile": "Did you mean --output?",
    "--out-file": "Did you mean --output?",
    "--output-file": "Did you mean --output?",
    "--output-path": "Did you mean --output?",
    "--log-probs": "Did you mean --probs?",
    "--probabilities": "Did you mean --probs?",
    "--jobs": "Did you mean --n-process?",
    "--processes": "Did you mean --n-process?",
    "--workers": "Did you mean --n-process?",
    "--gpu": "Did you mean --gpu-id?",
    "--html": "Did you mean --markup?",
    "--xml": "Did you mean --markup?",
}


class Command(TyperCommand):
    """A command that names the right option in place of a guess."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        own = {name for parameter in self.params for name in parameter.opts}
        for argument in args:
            name = argument.split("=")[0]
            hint = HINTS.get(name, "")
            is_ours = not hint.startswith("Did") or hint.split()[-1].rstrip("?") in own
            if hint and is_ours and name not in own:
                ctx.fail(f"No such option: {name}. {hint}")
        return super().parse_args(ctx, args)


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


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and Ctrl+C end the program as an exception does, so that files are finished or
    removed, and its processes with it. Ctrl+C reaches them, too; they leave it to the program."""
    main = os.getpid()

    def stop(number: int, _: Any) -> None:
        if os.getpid() != main:
            if number == signal.SIGTERM:
                os._exit(128 + number)
            return
        # spaCy would wait until they have tagged their batches.
        kill_processes()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def kill_processes() -> None:
    """Kill the processes that this one has started."""
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


@contextmanager
def ended_without_waiting(n_process: int) -> Iterator[None]:
    """End a program that has failed or was stopped, although texts wait for other processes. Python
    would wait at its end until somebody takes them.

    n_process (int): Number of processes. With one, this does nothing.
    """
    try:
        yield
    except (BrokenPipeError, Exit, SystemExit) as error:
        if n_process == 1:
            raise
        kill_processes()
        sys.stderr.flush()
        code = getattr(error, "exit_code", getattr(error, "code", 1))
        os._exit(code if isinstance(code, int) else 1)


def component_names(names: str) -> list[str]:
    """The names in the value of an option such as --exclude."""
    return [name.strip() for name in names.split(",") if name.strip()]
