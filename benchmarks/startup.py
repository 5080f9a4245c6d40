"""What a program waits for before its first tag, and the memory that it then has, on Linux.

    python benchmarks/startup.py en_lstm_web en_core_web_sm --output out

Each round starts a new process for each pipeline. Without PyTorch, `import spacy` is faster, so the
first line says whether it is imported.
"""

import subprocess
import sys
from pathlib import Path

import typer
from common import Results, add, machine, save, show, spread
from wasabi import msg

PROGRAM = """
import os
import sys
import time

began = time.perf_counter()
import spacy

imported = time.perf_counter()
nlp = spacy.load(sys.argv[1])
nlp("They are waiting for the last train.")
tagged = time.perf_counter()
with open("/proc/self/statm") as file:
    pages = int(file.read().split()[1])
print(imported - began, tagged - imported, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""
ROWS = (
    "import spacy, seconds",
    "spacy.load and the first sentence, seconds",
    "memory after it, MB",
)


def main(
    pipelines: list[str] = typer.Argument(..., help="Names or folders"),
    rounds: int = typer.Option(5, help="Processes for each pipeline", min=1),
    output: Path = typer.Option(None, help="Folder for startup.md and startup.json"),
) -> None:
    """Measure the start of a program."""
    msg.info(machine())
    results: Results = {}
    for _ in range(rounds):
        for name in pipelines:
            command = [sys.executable, "-c", PROGRAM, name]
            printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            add(results, name, dict(zip(ROWS, map(float, printed.split()), strict=True)))
    table = [["", *pipelines]]
    table += [[row, *map(spread, values.values())] for row, values in results.items()]
    show(table)
    if output is not None:
        save(output, "startup", {"Start": table}, results)


if __name__ == "__main__":
    typer.run(main)
