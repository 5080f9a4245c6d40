"""Writes the figures of benchmarks/figures.json into the pages and the model card that quote them.

    python docs/tools/figures.py

A page quotes a table between <!-- figures: NAME --> and <!-- end of figures -->, and a number
between <!-- = PATH --> and <!-- / -->, where PATH leads to it, as in en_lstm_web.ewt_xpos.

`tables` of figures.json has the tables. A cell quotes a number as {PATH}, and a share with its
interval as {PATH ±}. A figure that is null was not measured: its cell stays empty.

The card is pipelines/en_lstm_web.md. build.py copies it into the package of a new version, and this
script into the package that is there.

figures.json says of each figure where it comes from: `sources` has the command, the data, the
version and the processor, and, where a figure is a share, the number of words or items, from which
the 95 % interval follows. A test fails if a page has other figures, or if a figure has no source.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from math import sqrt
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.S)
NUMBER = re.compile(r"(<!-- = ([\w.]+) -->).*?(<!-- / -->)")
QUOTED = re.compile(r"\{([\w.]+)( ±)?\}")
# The normal distribution has 95 % of its values within so many standard deviations.
Z = 1.96
Figures = dict[str, Any]


def show(value: Any) -> str:
    """A figure as pages print it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}" if value >= 50 else str(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def source_of(figures: Figures, path: str) -> Figures:
    """Where a figure comes from.

    path (str): Where it stands, as in en_lstm_web.ewt_xpos.
    RAISES (ValueError): If not exactly one source names it.
    """
    found = [
        source
        for source in figures["sources"]
        if any(fnmatchcase(path, pattern) for pattern in source["of"])
    ]
    if len(found) != 1:
        raise ValueError(f"{path} has {len(found)} sources in figures.json, but needs one.")
    return found[0]


def interval(percent: float, n: int) -> tuple[float, float]:
    """Where the 95 % interval of a share begins and ends, in % (Wilson 1927, Probable Inference).
    SciPy's function takes the number of successes, which a share of two decimals does not give.

    percent (float): The share, in %.
    n (int): Number of words or items.
    """
    share = percent / 100
    middle = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    return 100 * (middle - half) / whole, 100 * (middle + half) / whole


def with_interval(figures: Figures, path: str) -> str:
    """A share with its interval, as in 95.47 ± 0.26. Near 100 %, the interval is not as wide above
    the share as below it, so both ends are named."""
    value = value_at(figures, path)
    low, high = interval(value, source_of(figures, path)["n"])
    half = (high - low) / 2
    digits = 1 if half >= 1 else 2
    if value + half > 100:
        return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return f"{value:.{digits}f} ± {half:.{digits}f}"


def value_at(figures: Figures, path: str) -> Any:
    """The figure at a path. one_in.PATH leads to the number of words of which one has a wrong tag,
    where PATH leads to the share of right tags in %."""
    if path.startswith("one_in."):
        return round(100 / (100 - value_at(figures, path.removeprefix("one_in."))))
    value: Any = figures
    for key in path.split("."):
        value = value[key]
    return value


def filled(cell: str, figures: Figures) -> str:
    """A cell of a table with its numbers."""
    return QUOTED.sub(
        lambda found: (
            with_interval(figures, found[1]) if found[2] else show(value_at(figures, found[1]))
        ),
        cell,
    )


def table(name: str, figures: Figures) -> str:
    """A table in Markdown."""
    head = figures["tables"][name]["head"]
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    for row in figures["tables"][name]["rows"]:
        lines.append([filled(cell, figures) for cell in row])
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def with_figures(text: str, figures: Figures) -> str:
    """A page with today's figures."""
    text = TABLE.sub(lambda found: f"{found[1]}\n{table(found[2], figures)}\n\n{found[3]}", text)
    return NUMBER.sub(lambda found: found[1] + show(value_at(figures, found[2])) + found[3], text)


def read_figures(root: Path) -> Figures:
    figures: Figures = json.loads((root / "benchmarks/figures.json").read_text(encoding="utf8"))
    return figures


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file that has figures, and what it should be: the pages, the card and its copies."""
    figures = read_figures(root)
    card = root / "pipelines/en_lstm_web.md"
    for path in [*sorted((root / "docs").glob("*.md")), card]:
        yield path, with_figures(path.read_text(encoding="utf8"), figures)
    text = with_figures(card.read_text(encoding="utf8"), figures)
    package = root / "pipelines/en_lstm_web"
    for path in [package / "README.md", *package.glob("*/*/README.md")]:
        yield path, text
    hub = package / "HUGGINGFACE.md"
    front, scores, _ = hub.read_text(encoding="utf8").split("---\n", 2)
    yield hub, "---\n".join([front, scores, text])


if __name__ == "__main__":
    for path, text in pages(ROOT):
        path.write_text(text, encoding="utf8")
