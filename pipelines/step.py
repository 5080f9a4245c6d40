"""Runs the commands of a step of the workflow, each of which is what Python takes: a script, or -m
and a module, and arguments. `and` stands between two.

    python pipelines/step.py training/gold gold.py assets/en_ewt --output training/gold \
      and lines.py assets/en_ewt --output training/gold/train/lines.spacy

The commands write the output beside its place. When all have succeeded, it replaces an earlier one
as a whole: nothing half-written counts as finished, and no file of an earlier run stays. Commands
that know what they have finished (`--go-on`) write in its place.
"""

import os
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from time import perf_counter

import srsly
import typer
from wasabi import msg

# The seconds that each output took: build.py adds them up.
SECONDS = Path("training/seconds.json")
app = typer.Typer()


# Options of the commands are not its own.
@app.command(context_settings={"allow_interspersed_args": False})
def main(
    output: Path = typer.Argument(..., help="What the commands write, a file or a folder"),
    commands: list[str] = typer.Argument(..., help="The commands"),
    threads: int = typer.Option(1, help="Threads of each process", min=1),
    go_on: bool = typer.Option(False, "--go-on", help="They know what they have finished"),
    condition: str = typer.Option("=", "--if", help="X=Y: leave the step out if X is not Y"),
) -> None:
    """Run the commands of a step."""
    wanted, _, given = condition.partition("=")
    if wanted != given:
        msg.info(f"{output} is left out: the variable is {given}, not {wanted}")
        return
    place = output if go_on else output.with_name(f"unfinished-{output.name}")
    if not go_on:
        remove(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    before = seconds().get(str(output), 0) if place.exists() else 0
    started = perf_counter()
    # Threads sleep while they wait for others. Where another program runs, threads that are awake
    # take several times as long.
    environment = (
        os.environ
        | {"OMP_WAIT_POLICY": "PASSIVE"}
        | dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads)
        )
    )
    try:
        for is_and, words in groupby(commands, key="and".__eq__):
            if not is_and:
                command = [sys.executable, *(moved(word, output, place) for word in words)]
                done = subprocess.run(command, env=environment, check=False)
                if done.returncode:
                    sys.exit(done.returncode)
    finally:
        SECONDS.parent.mkdir(exist_ok=True)
        spent = before + perf_counter() - started
        srsly.write_json(SECONDS, seconds() | {str(output): round(spent, 1)})
    if not go_on:
        remove(output)
        place.rename(output)


def seconds() -> dict[str, float]:
    """The seconds that each output took."""
    found: dict[str, float] = srsly.read_json(SECONDS) if SECONDS.exists() else {}
    return found


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def moved(word: str, output: Path, place: Path) -> str:
    """A word of a command. The output, or a path in it, is in another place."""
    path = Path(word)
    return str(place / path.relative_to(output)) if path.is_relative_to(output) else word


if __name__ == "__main__":
    app()
