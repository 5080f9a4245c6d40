"""Measures whether the time and memory for a word grow with the length of a text.

    python benchmarks/lengths.py books.txt.xz en_lstm_web

The text is a .txt file with a paragraph on each line; .xz, .gz and .bz2 are unpacked. Its first
characters are read as one text, and cut into shorter texts: the same words each time. They are read
with lines of 60 characters, and without line breaks. Each measurement is one of a new process with
one thread.

A time is the median over the rounds of what the process itself computes. What the system computes
for it, which is mainly to hand out memory, is a row of its own: it depends on the computer. In a
virtual machine whose host takes back free memory, it takes twenty times as long as in another.

With `--output`, lengths.json has the tables for figures.json under `figures`.
"""

import statistics
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import spacy
import typer
from common import (
    Measures,
    Results,
    Table,
    add,
    computer,
    in_process,
    machine,
    peak_memory,
    read_paragraphs,
    save,
    show,
)
from spacy.attrs import IS_SPACE
from wasabi import msg

LENGTHS = (25_000, 100_000, 400_000, 800_000)
LINE = 60
PEAK = "peak MB"


def one_line(paragraphs: Iterable[str]) -> str:
    return " ".join(paragraphs)


def short_lines(paragraphs: Iterable[str]) -> str:
    return "\n\n".join("\n".join(textwrap.wrap(paragraph, LINE)) for paragraph in paragraphs)


LAYOUTS = {"without line breaks": one_line, f"lines of {LINE} characters": short_lines}


def main(
    text: Path = typer.Argument(..., help="Text, a paragraph on each line", exists=True),
    pipeline: str = typer.Argument(..., help="Name or folder"),
    lengths: list[int] = typer.Option(LENGTHS, help="Characters of a text, rising", min=1),
    rounds: int = typer.Option(3, help="Rounds of all measurements", min=1),
    output: Path = typer.Option(None, help="Folder for lengths.md and lengths.json"),
) -> None:
    """Measure each component on short and long texts of the same words."""
    msg.info(machine())
    results: dict[str, Results] = {layout: {} for layout in LAYOUTS}
    for number in range(rounds):
        msg.info(f"Round {number + 1} of {rounds}")
        for layout, arrange in LAYOUTS.items():
            for length in lengths:
                arguments = (pipeline, text, arrange, length, lengths[-1])
                rows = in_process(measure, *arguments, n_threads=1)
                add(results[layout], f"{length:,} characters", rows)
    tables = {layout: make_table(of_layout) for layout, of_layout in results.items()}
    for layout, table in tables.items():
        show(table, f"{text.name}, {layout}, {rounds} rounds")
    if output is not None:
        figures = {
            "command": " ".join(["python", *sys.argv]),
            "processor": computer(),
            "tables": {
                layout: {"head": table[0], "rows": table[1:]} for layout, table in tables.items()
            },
        }
        save(output, "lengths", tables, results, figures=figures)


def measure(
    name: str, path: Path, arrange: Callable[[Iterable[str]], str], length: int, total: int
) -> Measures:
    """CPU microseconds a word of each component, and the peak memory, for texts of one length.

    total (int): Characters of all texts together.
    """
    nlp = spacy.load(name)
    nlp("This is read first.")
    # A word has more than one character.
    whole = arrange(read_paragraphs(path, total))
    if len(whole) < total:
        raise SystemExit(f"{path} has only {len(whole):,} characters. Choose shorter --lengths.")
    steps: list[tuple[str, Callable[..., Any]]] = [("tokenizer", nlp.make_doc), *nlp.pipeline]
    spent: defaultdict[str, float] = defaultdict(float)
    in_system = 0.0
    n_words = 0
    for start in range(0, total, length):
        doc: Any = whole[start : min(start + length, total)]
        for step, function in steps:
            before = getrusage(RUSAGE_SELF)
            doc = function(doc)
            after = getrusage(RUSAGE_SELF)
            spent[step] += after.ru_utime - before.ru_utime
            in_system += after.ru_stime - before.ru_stime
        n_words += (doc.to_array(IS_SPACE) == 0).sum()
    spent |= {"all": sum(spent.values()), "the system": in_system}
    rows = {f"{step}, µs a word": 1e6 * seconds / n_words for step, seconds in spent.items()}
    return rows | {PEAK: peak_memory()}


def make_table(results: Results) -> Table:
    """Medians over the rounds, and what the longest text takes in proportion to the shortest."""
    table = [["", *next(iter(results.values())), "last / first"]]
    for row, of_lengths in results.items():
        values = [statistics.median(rounds) for rounds in of_lengths.values()]
        digits = 0 if row == PEAK else 2
        cells = [f"{value:,.{digits}f}" for value in values]
        is_known = min(values) > 10**-digits
        table.append([row, *cells, f"{values[-1] / values[0]:.2f}" if is_known else ""])
    return table


if __name__ == "__main__":
    typer.run(main)
