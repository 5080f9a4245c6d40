"""Draws the charts of the pages from benchmarks/figures.json.

    python docs/tools/charts.py

Each chart is an SVG without a background, once for light pages and once for dark ones, with real
text. Its description lists the values that it shows, for readers who do not see it; a test compares
them with figures.json. Intervals are 95 %.
"""

import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import figures as pages
from intervals import half_interval
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "docs/assets"
# Text, this project, its peer, and lines in the background.
INKS = {
    "light": {"text": "#1f2328", "ours": "#0f766e", "peer": "#b45309", "grid": "#d0d7de"},
    "dark": {"text": "#e6edf3", "ours": "#2dd4bf", "peer": "#fbbf24", "grid": "#444c56"},
}
STYLE = {
    # Words stay words, so that they can be searched, and scaled with the page.
    "svg.fonttype": "none",
    # With it, the same chart has the same bytes.
    "svg.hashsalt": "spacy-lstm-tagger",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
OURS = "en_lstm_web"
PEER = "en_core_web_sm"
MARKERS = "osD^v"
Figures = dict[str, Any]
Inks = dict[str, str]
# What a chart shows: the label of a value, and the value with its unit.
Values = list[tuple[str, str]]


def accuracy_and_speed(axes: Axes, figures: Figures, inks: Inks) -> Values:
    """A dot for each pipeline and processor: accuracy on web text against words a second."""
    values = []
    for name, role in ((OURS, "ours"), (PEER, "peer")):
        n = pages.source_of(figures, f"{name}.ewt_xpos")["n"]
        for marker, processor in zip(MARKERS, figures["speed"].values(), strict=False):
            accuracy = accuracy_of(name, processor, figures)
            speed = middle_of(processor["rows"]["fresh"][role])
            axes.errorbar(
                speed,
                accuracy,
                yerr=half_interval(accuracy, n),
                fmt=marker,
                color=inks[role],
                markersize=8,
                capsize=3,
            )
            values.append((f"{name}, {processor['title']}", f"{accuracy} %, {speed:,} words/s"))
        first = next(iter(figures["speed"].values()))
        axes.annotate(
            name,
            (middle_of(first["rows"]["fresh"][role]), accuracy_of(name, first, figures)),
            xytext=(0, 12),
            textcoords="offset points",
            ha="center",
            color=inks[role],
            fontweight="bold",
        )
    for marker, processor in zip(MARKERS, figures["speed"].values(), strict=False):
        axes.plot([], [], marker, color=inks["text"], label=processor["title"])
    legend(axes, inks, loc="lower right")
    axes.set_xlim(left=0)
    axes.set_ylim(92, 98)
    axes.set_xlabel("words per second, text read for the first time, one thread")
    axes.set_ylabel("right tags in web text, %")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return values


def accuracy_of(model: str, processor: Figures, figures: Figures) -> float:
    """XPOS on web text of the version whose speed was measured on a processor. A column of an older
    version of ours has its `ewt_xpos`, from benchmarks/distillation.md."""
    of = figures[model]
    if model == PEER or f"{model} {of['version']}" in processor["version"].split(", "):
        return float(of["ewt_xpos"])
    return float(processor["ewt_xpos"])


def middle_of(speed: int | str) -> int:
    """A number of words, or the middle of a range such as 75,700 to 86,200."""
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", str(speed))]
    return round(sum(numbers) / len(numbers))


def genres(axes: Axes, figures: Figures, inks: Inks) -> Values:
    """Two dots with intervals for each genre of GUM."""
    ours = figures[OURS]["genres"]
    theirs = figures[PEER]["genres"]
    names = sorted(ours, key=lambda name: ours[name] - theirs[name])
    values = []
    for model, ink, shift in ((OURS, "ours", 0.14), (PEER, "peer", -0.14)):
        of = figures[model]["genres"]
        halves = [
            half_interval(of[name], pages.source_of(figures, f"{model}.genres.{name}")["n"])
            for name in names
        ]
        axes.errorbar(
            [of[name] for name in names],
            [place + shift for place in range(len(names))],
            xerr=halves,
            fmt="o" if model == OURS else "s",
            color=inks[ink],
            capsize=2,
            label=model,
        )
        values += [(f"{pages.GENRES[name]}, {model}", f"{of[name]} %") for name in names]
    axes.set_yticks(range(len(names)), [pages.GENRES[name] for name in names])
    axes.set_xlabel("right tags, %")
    axes.grid(axis="y", color=inks["grid"], linewidth=0.5)
    legend(axes, inks, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
    return values


def forms(axes: Axes, figures: Figures, inks: Inks) -> Values:
    """Two dots for the text as it is, in other cases, and with typing errors."""
    rows = {
        "ewt_xpos": "as written",
        "lower": "lower case",
        "upper": "UPPER CASE",
        "title": "Title Case",
        "typos": "letters swapped",
    }
    places = range(len(rows))
    values = []
    for model, ink, marker, shift in ((OURS, "ours", "o", 8), (PEER, "peer", "s", -36)):
        percents = [figures[model][name] for name in rows]
        axes.plot(percents, places, marker, color=inks[ink], markersize=8, label=model)
        for place, percent, title in zip(places, percents, rows.values(), strict=True):
            axes.annotate(
                f"{percent:.1f}",
                (percent, place),
                xytext=(shift, -4),
                textcoords="offset points",
            )
            values.append((f"{title}, {model}", f"{percent} %"))
    axes.set_yticks(places, list(rows.values()))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(72, 98)
    axes.set_xlabel("right tags in web text, %")
    axes.grid(axis="y", color=inks["grid"], linewidth=0.5)
    legend(axes, inks, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
    return values


def learning_curve(axes: Axes, figures: Figures, inks: Inks) -> Values:
    """Accuracy against the number of tagged sentences."""
    curve = figures["learning_curve"]
    titles = {"default": "default.cfg", "tagger": "spaCy's tagger"}
    values = []
    for model, ink, marker in (("default", "ours", "o"), ("tagger", "peer", "s")):
        axes.plot(
            curve["sentences"], curve[model], f"{marker}-", color=inks[ink], label=titles[model]
        )
        for n_sentences, percent in zip(curve["sentences"], curve[model], strict=True):
            values.append((f"{titles[model]}, {n_sentences:,} sentences", f"{percent} %"))
    axes.set_xscale("log")
    axes.set_xticks(curve["sentences"], [f"{n:,}" for n in curve["sentences"]])
    axes.minorticks_off()
    axes.set_xlabel("tagged sentences")
    axes.set_ylabel("right tags, %")
    axes.grid(color=inks["grid"], linewidth=0.5)
    legend(axes, inks, loc="lower right")
    return values


def legend(axes: Axes, inks: Inks, **options: Any) -> None:
    axes.legend(frameon=False, labelcolor=inks["text"], **options)


# The title and the size in inches of each chart.
CHARTS: dict[str, tuple[Callable[[Axes, Figures, Inks], Values], str, tuple[float, float]]] = {
    "accuracy-speed": (accuracy_and_speed, "Accuracy against speed", (6.4, 3.6)),
    "genres": (genres, "Right tags by genre", (6.4, 4.4)),
    "forms": (forms, "Right tags by form of the text", (6.4, 3.6)),
    "learning-curve": (learning_curve, "Right tags by number of tagged sentences", (6.4, 3.4)),
}


def draw(name: str, figures: Figures, scheme: str) -> tuple[str, Values]:
    """A chart as an SVG, and the values that it shows.

    scheme (str): "light" or "dark", the page that it is for.
    """
    function, title, size = CHARTS[name]
    inks = INKS[scheme]
    colors = dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"),
        inks["text"],
    )
    with rc_context({**STYLE, **colors}):
        figure = Figure(figsize=size, layout="constrained")
        values = function(figure.subplots(), figures, inks)
        out = StringIO()
        described = "; ".join(f"{label}: {value}" for label, value in values)
        metadata = {"Title": title, "Description": described, "Date": None, "Creator": None}
        figure.savefig(out, format="svg", transparent=True, metadata=metadata)
    return accessible(out.getvalue(), title, described), values


def accessible(svg: str, title: str, described: str) -> str:
    """Name a picture for screen readers, and let it take the width of its place."""
    start = svg.index("<svg")
    end = svg.index(">", start)
    opening = re.sub(r' (width|height)="[^"]*"', "", svg[start:end])
    label = f"{title}. {described}".replace("&", "&amp;").replace('"', "&quot;")
    return f'{opening} role="img" aria-label="{label}"{svg[end:]}'


def all_charts(root: Path) -> Iterator[tuple[Path, str, Values]]:
    figures = pages.read_figures(root)
    for name in CHARTS:
        for scheme in INKS:
            svg, values = draw(name, figures, scheme)
            yield root / f"docs/assets/{name}-{scheme}.svg", svg, values


if __name__ == "__main__":
    for path, svg, _ in all_charts(ROOT):
        path.write_text(svg, encoding="utf8")
