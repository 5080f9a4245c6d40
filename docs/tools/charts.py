"""Draws the charts of the pages from benchmarks/figures.json.

    python docs/tools/charts.py

Each chart is an SVG without a background, once for light pages and once for dark ones, with real
text. Its description lists the values that it shows, for readers who do not see it; a test compares
them with figures.json. Intervals are 95 %.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import figures as pages
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
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
    "legend.frameon": False,
}
ROLES = {"en_lstm_web": "ours", "en_core_web_sm": "peer"}
MARKERS = "osD^v"
# The rows of two charts, from above: a figure of each pipeline, and its title.
GENRES = {
    "genres.academic": "academic articles",
    "genres.bio": "biographies",
    "genres.vlog": "video blogs",
    "genres.interview": "interviews",
    "genres.textbook": "textbooks",
    "genres.court": "court",
    "genres.news": "news",
    "genres.speech": "speeches",
    "genres.voyage": "travel guides",
}
FORMS = {
    "ewt_xpos": "as written",
    "lower": "lower case",
    "upper": "UPPER CASE",
    "title": "Title Case",
    "typos": "letters swapped",
}
Figures = dict[str, Any]
Inks = dict[str, str]
# What a chart shows: the label of a value, and the value with its unit.
Values = list[tuple[str, str]]


def accuracy_and_speed(axes: Axes, figures: Figures, inks: Inks) -> Values:
    """A dot for each pipeline and processor: accuracy on web text against words a second."""
    values = []
    for name, role in ROLES.items():
        n = pages.source_of(figures, f"{name}.ewt_xpos")["n"]
        axes.plot([], [], color=inks[role], linewidth=6, label=name)
        for marker, processor in zip(MARKERS, figures["speed"].values(), strict=False):
            # The version whose speed was measured on a processor may be an older one.
            accuracy = (processor if role == "ours" else figures[name])["ewt_xpos"]
            speed = processor["rows"]["fresh"][role]
            low, high = pages.interval(accuracy, n)
            error = (high - low) / 2
            axes.errorbar(speed, accuracy, yerr=error, fmt=marker, color=inks[role], capsize=3)
            values.append((f"{name}, {processor['title']}", f"{accuracy} %, {speed:,} words/s"))
    for marker, processor in zip(MARKERS, figures["speed"].values(), strict=False):
        axes.plot([], [], marker, color=inks["text"], label=processor["title"])
    axes.legend(loc="lower right")
    axes.set_xlim(left=0)
    axes.set_ylim(92, 98)
    axes.set_xlabel("words per second, text read for the first time, one thread")
    axes.set_ylabel("right tags in web text, %")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return values


def rows(axes: Axes, figures: Figures, inks: Inks, titles: dict[str, str]) -> Values:
    """A dot with its interval for each row and pipeline.

    titles (dict[str, str]): Figures of a pipeline, and their titles.
    """
    values = []
    for shift, (name, role) in zip((-0.14, 0.14), ROLES.items(), strict=True):
        for place, (figure, title) in enumerate(titles.items()):
            path = f"{name}.{figure}"
            percent = pages.value_at(figures, path)
            low, high = pages.interval(percent, pages.source_of(figures, path)["n"])
            error = (high - low) / 2
            marker = {"fmt": "o" if role == "ours" else "s", "color": inks[role], "capsize": 2}
            axes.errorbar(percent, place + shift, xerr=error, **marker)
            values.append((f"{title}, {name}", f"{percent} %"))
        axes.plot([], [], "o" if role == "ours" else "s", color=inks[role], label=name)
    axes.set_yticks(range(len(titles)), titles.values())
    axes.invert_yaxis()
    axes.set_xlabel("right tags, %")
    axes.grid(axis="y", color=inks["grid"], linewidth=0.5)
    axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
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
    axes.legend(loc="lower right")
    return values


# The title and the size in inches of each chart.
CHARTS: dict[str, tuple[Callable[[Axes, Figures, Inks], Values], str, tuple[float, float]]] = {
    "accuracy-speed": (accuracy_and_speed, "Accuracy against speed", (6.4, 3.6)),
    "genres": (partial(rows, titles=GENRES), "Right tags by genre", (6.4, 4.4)),
    "forms": (partial(rows, titles=FORMS), "Right tags by form of the text", (6.4, 3.6)),
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
