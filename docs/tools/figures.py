"""Writes the figures of benchmarks/figures.json into the pages and the model card that quote them.

    python docs/tools/figures.py

A page quotes a table between <!-- figures: NAME --> and <!-- end of figures -->, and a number
between <!-- = PATH --> and <!-- / -->, where PATH leads to it, as in en_lstm_web.ewt_xpos.

`tables` of figures.json has the tables. A cell quotes a number as {PATH}, and a share with its
interval as {PATH ±}. A figure that is null was not measured: its cell stays empty, and its row is
left out if it has no other.

The card is `notes` of pipelines/en_lstm_web.json. build.py copies it into the package of a new
version. As long as the package has that version, this script copies it, too.

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

import srsly

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.S)
NUMBER = re.compile(r"(<!-- = ([\w.]+) -->).*?(<!-- / -->)")
QUOTED = re.compile(r"\{([\w.]+)( ±)?\}")
# Rows of the measurements of speed that a page speaks of together.
ROWS = {"single": ("text_20", "text_150", "text_1000")}
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
    """A share with its interval, as in 95.47 ± 0.26; empty if it was not measured. Near 100 %, the
    interval is no longer as wide above the share as below it, so both ends are named."""
    value = value_at(figures, path)
    if value is None:
        return ""
    low, high = interval(value, source_of(figures, path)["n"])
    half = (high - low) / 2
    digits = 1 if half >= 1 else 2
    if value + half > 100:
        return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return f"{value:.{digits}f} ± {half:.{digits}f}"


def value_at(figures: Figures, path: str) -> Any:
    """The figure at a path; None if it was not measured. Some paths lead to what follows from
    figures: range.ROW to the range of a row of the measurements of speed, or of the rows of `ROWS`;
    pair.PROCESSOR.ROW to the speeds of ours and of the peer, and their ratio; one_in.MODEL.FIGURE
    to the number of words of which one has a wrong tag; and capitals.MODEL to the points of
    accuracy that upper case costs."""
    first, _, rest = path.partition(".")
    if first == "range":
        return range_of(figures, *ROWS.get(rest, (rest,)))
    if first == "pair":
        processor, name = rest.split(".")
        row = figures["speed"][processor]["rows"].get(name)
        return row and f"{show(row['ours'])} / {show(row['peer'])} ({show(row['ratio'])})"
    if first == "one_in":
        percent = value_at(figures, rest)
        return None if percent is None else round(100 / (100 - percent))
    if first == "capitals":
        points = figures[rest]["ewt_xpos"] - figures[rest]["upper"]
        return f"{points:.1f}" if points < 10 else f"{points:.0f}"
    value: Any = figures
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def range_of(figures: Figures, *names: str) -> str:
    """The smallest and the largest ratio of rows over all processors, as in 2.1 to 6.9."""
    found = []
    for of in figures["speed"].values():
        for name in names:
            ratio = of["rows"].get(name, {}).get("ratio")
            if ratio is not None:
                found += [float(number) for number in str(ratio).split(" to ")]
    return f"{min(found):.1f} to {max(found):.1f}"


def filled(cell: str, figures: Figures) -> str:
    """A cell with its figures, and a dash for one that was not measured; empty if none was."""
    texts = [
        with_interval(figures, path) if plus_minus else show(value_at(figures, path))
        for path, plus_minus in QUOTED.findall(cell)
    ]
    if texts and not any(texts):
        return ""
    rest = iter(texts)
    return QUOTED.sub(lambda _: next(rest) or "-", cell)


def table(name: str, figures: Figures) -> str:
    """A table in Markdown."""
    head = figures["tables"][name]["head"]
    lines = [[filled(cell, figures) for cell in head], ["---", *["--:"] * (len(head) - 1)]]
    for row in figures["tables"][name]["rows"]:
        measured = [filled(cell, figures) for cell in row if QUOTED.search(cell)]
        if any(measured) or not measured:
            lines.append([filled(cell, figures) for cell in row])
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def with_figures(text: str, figures: Figures) -> str:
    """A page with today's figures."""
    text = TABLE.sub(lambda found: f"{found[1]}\n{table(found[2], figures)}\n\n{found[3]}", text)
    return NUMBER.sub(
        lambda found: found[1] + (show(value_at(figures, found[2])) or "-") + found[3], text
    )


def read_figures(root: Path) -> Figures:
    figures: Figures = json.loads((root / "benchmarks/figures.json").read_text(encoding="utf8"))
    return figures


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Each page that may have figures, and what it should be."""
    figures = read_figures(root)
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        yield path, with_figures(path.read_text(encoding="utf8"), figures)


def cards(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file with the model card, and what it should be."""
    figures = read_figures(root)
    path = root / "pipelines/en_lstm_web.json"
    source = srsly.read_json(path)
    source["notes"] = with_figures(source["notes"], figures)
    yield path, json.dumps(source, indent=2, ensure_ascii=False) + "\n"

    package = root / "pipelines/en_lstm_web"
    meta = srsly.read_json(package / "meta.json")
    # The card of another version says how that one was made.
    same = meta["version"] == source["version"]
    notes = source["notes"] if same else with_figures(meta["notes"], figures)
    heading = notes.splitlines()[0]
    module = package / "en_lstm_web"
    for folder in (package, module, module / f"en_lstm_web-{meta['version']}"):
        path = folder / "meta.json"
        yield path, srsly.json_dumps(srsly.read_json(path) | {"notes": notes}, indent=2)
        for name in ("README.md", "HUGGINGFACE.md"):
            if (folder / name).is_file():
                text = (folder / name).read_text(encoding="utf8")
                # spacy package writes the notes at the end.
                yield folder / name, text[: text.index(heading)] + notes


if __name__ == "__main__":
    for path, text in [*pages(ROOT), *cards(ROOT)]:
        path.write_text(text, encoding="utf8")
