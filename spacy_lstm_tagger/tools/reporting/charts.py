"""Draws a report as charts for a paper: a column wide, letters of eight points, colours that can
be told apart by colour-blind readers and in grey. Needs matplotlib, of the extra `report`.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

Measures = Mapping[str, Any]

# Width of a column in most journals and proceedings, in inches.
WIDTH = 3.3
# Height of a line of letters, in inches.
LINE = 0.17
# Colours of Okabe and Ito (2008), in an order in which grey print tells neighbours apart.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#000000"]
MARKERS = ["o", "D", "s", "^", "v", "X"]
QUIET = "#595959"
GRID = "#DDDDDD"
# Letters of the longest name that is written in full.
LONGEST_KIND = 24
LONGEST_TAG = 16
LONGEST_PIPELINE = 40
# Width of a letter, in inches.
LETTER = 0.07
# Tags in a chart of confusions.
N_TAGS = 12
# Accuracy is drawn where at least so many words have such a probability.
MIN_WORDS = 20
CALIBRATED = "perfectly calibrated"
# A darker cell has white letters.
DARK = 0.55
# The first of these fonts that is installed. matplotlib brings the last.
FONTS = ["Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"]
# Settings of matplotlib for every chart. A program may change them.
STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.5,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.0,
    "lines.markersize": 4.5,
    "lines.markeredgewidth": 0.0,
    "legend.frameon": False,
    "legend.borderpad": 0.0,
    "legend.handlelength": 1.2,
    "legend.handletextpad": 0.4,
    "legend.columnspacing": 1.2,
    "figure.dpi": 150,
    # Letters are outlines, so that a chart looks the same where the font is missing.
    "svg.fonttype": "path",
    "svg.hashsalt": "spacy-lstm-tagger",
    "pdf.fonttype": 42,
    # The data may have a dollar sign.
    "text.parse_math": False,
}


def draw_report(pipelines: Mapping[str, Measures]) -> dict[str, Figure]:
    """Draw the charts of a report.

    pipelines (Mapping[str, Mapping[str, Any]]): The measures of each pipeline by its name.
    RETURNS (dict[str, Figure]): "accuracy"; "kinds", the accuracy on each kind of text, if there
        are several; "confusions" of a pipeline with errors, and with two pipelines one for each,
        "confusions-NAME"; "calibration" of pipelines with probabilities, if there are enough words.
    """
    figures = {"accuracy": dot_plot(by_row(pipelines, "measures"))}
    kinds = by_row(pipelines, "kinds")
    if kinds:
        figures["kinds"] = dot_plot(kinds)
    for name, result in pipelines.items():
        if result["confusions"]:
            key = f"confusions-{file_name(name)}" if len(pipelines) > 1 else "confusions"
            if key in figures:
                key += "-2"
            figures[key] = confusion_chart(result["confusions"])
    bins = {name: result["calibration"] for name, result in pipelines.items()}
    if any(row["n"] >= MIN_WORDS for rows in bins.values() for row in rows):
        figures["calibration"] = calibration_chart(bins)
    return figures


def to_svg(figure: Figure) -> str:
    """A chart as SVG. The same report gives the same text."""
    out = io.StringIO()
    with rc_context(STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def by_row(pipelines: Mapping[str, Measures], key: str) -> dict[str, dict[str, Measures]]:
    """The shares with an interval: for each group of words, the share of each pipeline."""
    rows: dict[str, dict[str, Measures]] = {}
    for name, result in pipelines.items():
        for group, share in result[key].items():
            if "low" in share:
                rows.setdefault("all words" if group == "accuracy" else group, {})[name] = share
    return rows


def dot_plot(shares: Mapping[str, Mapping[str, Measures]]) -> Figure:
    """Draw shares as dots, and their 95 % intervals as lines: a row for each group of words, in it
    a dot for each pipeline.

    shares (Mapping[str, Mapping[str, Mapping[str, Any]]]): For each row, the share of each pipeline
        by its name, as in the "measures" of a report: `value`, `low` and `high`, from 0 to 1, and
        `n`, the number of words.
    RETURNS (Figure): The chart.
    """
    names = list(dict.fromkeys(name for of_row in shares.values() for name in of_row))
    # A row has a line for each pipeline, and some space.
    row_height = LINE * (len(names) + 0.5)
    n_lines = len(names) if len(names) > 1 else 0
    height = row_height * len(shares) + LINE * (n_lines + 2.6)
    with styled():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
        labels = short_names(names, LONGEST_PIPELINE)
        for i, name in enumerate(names):
            offset = (i - (len(names) - 1) / 2) * LINE / row_height
            of_name = {
                row + offset: of_row[name]
                for row, of_row in enumerate(shares.values())
                if name in of_row
            }
            draw_dots(axes, labels[i], i, of_name)
        groups = short_names(list(shares), LONGEST_KIND)
        rows = [
            row_label(group, of_row) for group, of_row in zip(groups, shares.values(), strict=True)
        ]
        axes.set_yticks(range(len(shares)), rows)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(shares) - 0.5, -0.5)
        for row in range(1, len(shares)):
            axes.axhline(row - 0.5, color=GRID, linewidth=0.5)
        axes.set_xlabel("Accuracy and 95 % interval (%)")
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.grid(axis="x", color=GRID, linewidth=0.5)
        axes.spines[["top", "right", "left"]].set_visible(False)
        if len(names) > 1:
            legend(figure)
    return figure


def draw_dots(axes: Axes, label: str, i: int, shares: Mapping[float, Measures]) -> None:
    """Draw the dots of one pipeline, by their heights, with intervals and numbers."""
    places = list(shares)
    values = [100 * share["value"] for share in shares.values()]
    lows = [100 * share["low"] for share in shares.values()]
    highs = [100 * share["high"] for share in shares.values()]
    colour = COLOURS[i % len(COLOURS)]
    axes.hlines(places, lows, highs, color=colour, linewidth=1.2, gid=f"intervals-{i}")
    axes.plot(
        values,
        places,
        MARKERS[i % len(MARKERS)],
        color=colour,
        label=label,
        gid=f"dots-{i}",
    )
    for place, value in zip(places, values, strict=True):
        # In the margin, where no interval reaches.
        where = axes.get_yaxis_transform()
        axes.text(1.02, place, f"{value:.2f}", transform=where, va="center_baseline", fontsize=7)


def row_label(group: str, shares: Mapping[str, Measures]) -> str:
    """The name of a group and its number of words, below each other where there is room."""
    n = next(iter(shares.values()))["n"]
    gap = "\n" if len(shares) > 1 else " "
    return f"{group}{gap}(n = {n:,})"


def confusion_chart(confusions: Sequence[Sequence[Any]]) -> Figure:
    """Draw how often tags are confused: gold tags in rows, predicted tags in columns.

    confusions (Sequence[Sequence[Any]]): For each confusion, the most frequent one first: gold tag,
        predicted tag, and how often. As in a report.
    RETURNS (Figure): The chart of the tags that are confused most.
    """
    tags = most_confused(confusions)
    counts = {(gold, predicted): n for gold, predicted, n in confusions}
    table = [[counts.get((gold, predicted), 0) for predicted in tags] for gold in tags]
    most = max(max(row) for row in table)
    names = [name or "(none)" for name in short_names(tags, LONGEST_TAG)]
    # The square root lets small numbers be seen, too.
    shades = [[0.75 * (n / most) ** 0.5 for n in row] for row in table]
    with styled():
        height = 0.5 + LETTER * max(5, *map(len, names)) + 0.19 * len(tags)
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
        axes.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for row, of_row in enumerate(table):
            # Right tags would outnumber all errors.
            axes.fill_between([row - 0.5, row + 0.5], row - 0.5, row + 0.5, color=GRID, linewidth=0)
            for column, n in enumerate(of_row):
                colour = "white" if shades[row][column] > DARK else "black"
                if n:
                    axes.text(
                        column, row, f"{n}", ha="center", va="center", fontsize=6.5, color=colour
                    )
        axes.set_xticks(range(len(tags)), names, rotation=90)
        axes.set_yticks(range(len(tags)), names)
        axes.tick_params(length=0, pad=2, labelsize=7.5)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        shown = sum(map(sum, table))
        n_errors = sum(n for _, _, n in confusions)
        axes.set_xlabel(f"Predicted tag ({shown:,} of {n_errors:,} errors)")
        axes.set_ylabel("Gold tag")
        axes.spines[:].set_visible(False)
        for edge in range(1, len(tags)):
            axes.axhline(edge - 0.5, color="white", linewidth=0.8)
            axes.axvline(edge - 0.5, color="white", linewidth=0.8)
    return figure


def most_confused(confusions: Sequence[Sequence[Any]]) -> list[str]:
    """The tags of the most frequent confusions. They are sorted by name, so that tags of one kind
    stand together."""
    tags: set[str] = set()
    for gold, predicted, _ in confusions:
        if len(tags | {gold, predicted}) > N_TAGS:
            break
        tags |= {gold, predicted}
    return sorted(tags)


def calibration_chart(bins: Mapping[str, Sequence[Measures]]) -> Figure:
    """Draw how many tags are right of those with a probability, and how many have it.

    bins (Mapping[str, Sequence[Mapping[str, Any]]]): For each pipeline, the "calibration" of a
        report; empty for one without probabilities.
    RETURNS (Figure): The chart.
    """
    known = {name: rows for name, rows in bins.items() if rows}
    bar = 10 / (len(known) + 0.5)
    with styled():
        figure = Figure(figsize=(WIDTH, 3.0), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.5, 1])
        dashes = (0, (4, 3))
        upper.plot(
            [0, 100], [0, 100], color=QUIET, linewidth=0.75, linestyle=dashes, label=CALIBRATED
        )
        labels = short_names(list(bins), LONGEST_PIPELINE)
        for i, rows in enumerate(bins.values()):
            often = [row for row in rows if row["n"] >= MIN_WORDS]
            if not rows:
                continue
            upper.plot(
                [100 * row["probability"] for row in often],
                [100 * row["accuracy"] for row in often],
                f"{MARKERS[i % len(MARKERS)]}-",
                color=COLOURS[i % len(COLOURS)],
                label=labels[i],
                clip_on=False,
                gid=f"calibration-{i}",
            )
        for place, (name, rows) in enumerate(known.items()):
            i = list(bins).index(name)
            lefts = [100 * row["from"] + (place + 0.25) * bar for row in rows]
            heights = [row["n"] for row in rows]
            lower.bar(lefts, heights, bar, align="edge", color=COLOURS[i % len(COLOURS)])
        upper.set_ylabel("Right tags (%)")
        upper.set_xlim(0, 100)
        upper.set_ylim(0, 103)
        lower.set_ylabel("Words")
        lower.set_xlabel("Probability of the tag (%)")
        lower.set_yscale("log")
        lower.set_ylim(bottom=0.7)
        lower.yaxis.set_major_locator(LogLocator(numticks=4))
        lower.yaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
        lower.minorticks_off()
        for axes in (upper, lower):
            axes.grid(axis="y", color=GRID, linewidth=0.5)
            axes.spines[["top", "right"]].set_visible(False)
        legend(figure)
    return figure


def legend(figure: Figure) -> None:
    """Name the pipelines above a chart, each on a line of its own, because names can be long."""
    figure.legend(loc="outside upper left", ncols=1)


@contextmanager
def styled() -> Iterator[None]:
    """Draw with `STYLE`, and with the fonts that are installed: matplotlib warns of others."""
    installed = set(font_manager.get_font_names())
    fonts = [font for font in FONTS if font in installed]
    with rc_context({**STYLE, "font.sans-serif": fonts}):
        yield


def file_name(name: str) -> str:
    """A part of a file name for a pipeline, which may be called by its folder."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")


def short_names(names: Sequence[str], longest: int) -> list[str]:
    """Names as a chart has room for them. If one is too long, all lose what they begin and end with
    in common. Of one that is still too long, the middle is left out."""
    short = [without_controls(name) for name in names]
    if all(len(name) <= longest for name in short):
        return short
    if len(set(short)) > 1:
        start = n_common(short)
        end = n_common([name[start:][::-1] for name in short])
        before = "…" if start else ""
        after = "…" if end else ""
        short = [f"{before}{name[start : len(name) - end]}{after}" for name in short]
    half = longest // 2
    return [
        name if len(name) <= longest else f"{name[: half - 1]}…{name[-half:]}" for name in short
    ]


def n_common(names: Sequence[str]) -> int:
    """How many letters all names begin with in common."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return len(list(same))


def without_controls(text: str) -> str:
    """Leave out characters without a form, such as control characters, which SVG can't have."""
    return "".join(character for character in text if character.isprintable())
