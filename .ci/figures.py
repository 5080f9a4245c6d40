"""Writes the figures of benchmarks/figures.json into the pages that quote them, and the chart.

    python .ci/figures.py

A page quotes a table between <!-- figures: NAME --> and <!-- end of figures -->, and a number
between <!-- = MODEL.FIGURE --> and <!-- / -->. A test fails if a page has other figures.
"""

import json
import re
from collections.abc import Iterator
from math import log10
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHART = "docs/assets/speed.svg"
TABLE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.S)
NUMBER = re.compile(r"(<!-- = (\w+)\.(\w+) -->).*?(<!-- / -->)")
Figures = dict[str, dict[str, Any]]

MODELS = {
    "en_lstm_web": "**`en_lstm_web`**",
    "en_core_web_sm": "`en_core_web_sm`",
    "tagger": "spaCy's `tagger`, trained on EWT",
    "default": "`default.cfg`, trained on EWT",
    "accuracy": "`accuracy.cfg`, trained on EWT",
}
# Sources: docs/compared.md.
PUBLISHED = {
    "Stanza 1.5, from its published F": "96.8",
    "UDPipe 2, BERT, published": "97.1",
}
FORMS = {
    "xpos": "Penn tags (XPOS)",
    "upos": "universal parts of speech (UPOS)",
    "ten": "XPOS, ten sentences at a time",
    "upos_ten": "UPOS, ten sentences at a time",
    "words": "words from raw text, F",
    "raw": "XPOS from raw text, F",
    "tagged_words": "words and XPOS from raw text, F",
    "sentences": "sentences from raw text, F",
    "lemmas": "lemmas",
    "lower": "XPOS, all in lower case",
    "upper": "XPOS, all in upper case",
    "title": "XPOS, All In Title Case",
    "typos": "XPOS, letters swapped in a tenth of the longer words",
}
POINTS = {
    "en_lstm_web": ("en_lstm_web", "above"),
    "en_core_web_sm": ("en_core_web_sm", "above"),
    "tagger": ("spaCy's tagger", "above"),
    "default": ("default.cfg", "above"),
    "accuracy": ("accuracy.cfg", "above"),
}


def show(name: str, value: Any) -> str:
    """A figure as pages print it."""
    if value is None:
        return ""
    if name.startswith("speed"):
        return f"{value:,}"
    if name.startswith("mb") or isinstance(value, str):
        return str(value)
    return f"{value:.2f}"


def headline(figures: Figures) -> Iterator[list[str]]:
    yield ["", "dev, %", "test, %", "words/s"]
    for model, title in MODELS.items():
        of = figures[model]
        yield [title, *(show(name, of.get(name)) for name in ("xpos", "xpos_test", "speed"))]
    for title, accuracy in PUBLISHED.items():
        yield [title, "", accuracy, ""]


def forms(figures: Figures) -> Iterator[list[str]]:
    models = ("en_lstm_web", "en_core_web_sm")
    yield ["%", *(f"`{model}`" for model in models)]
    for name, title in FORMS.items():
        yield [title, *(show(name, figures[model][name]) for model in models)]


def size(figures: Figures) -> Iterator[list[str]]:
    models = ("en_lstm_web", "en_core_web_sm")
    yield ["", *(f"`{model}`" for model in models)]
    for name, title in {
        "speed": "words per second, all components",
        "speed_three": "tags, parts of speech and morphology",
        "speed_tags": "tags alone",
        "mb": "size of the files, MB",
    }.items():
        yield [title, *(show(name, figures[model][name]) for model in models)]


TABLES = {"headline": headline, "forms": forms, "size": size}


def table(rows: Iterator[list[str]]) -> str:
    first, *others = rows
    lines = [first, ["---", *["--:"] * (len(first) - 1)], *others]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def with_figures(text: str, figures: Figures) -> str:
    """A page with today's figures."""
    text = TABLE.sub(
        lambda found: f"{found[1]}\n{table(TABLES[found[2]](figures))}\n\n{found[3]}", text
    )
    return NUMBER.sub(
        lambda found: found[1] + show(found[3], figures[found[2]][found[3]]) + found[4], text
    )


def chart(figures: Figures) -> str:
    """Accuracy against speed, as an SVG that is readable on light and on dark pages."""
    left, right, top, bottom = 62, 690, 60, 330
    slowest, fastest, worst, best = 5_000, 500_000, 92.0, 96.5

    def x(speed: float) -> float:
        share = log10(speed / slowest) / log10(fastest / slowest)
        return left + share * (right - left)

    def y(accuracy: float) -> float:
        return bottom - (accuracy - worst) / (best - worst) * (bottom - top)

    parts = []
    for accuracy in range(92, 97):
        parts.append(
            f'<path d="M {left} {y(accuracy):.0f} H {right}" stroke="#ddd"/>'
            f'<text x="{left - 8}" y="{y(accuracy) + 5:.0f}" text-anchor="end">{accuracy} %</text>'
        )
    for speed in (5_000, 10_000, 50_000, 100_000, 500_000):
        parts.append(
            f'<path d="M {x(speed):.0f} {top} V {bottom}" stroke="#ddd"/>'
            f'<text x="{x(speed):.0f}" y="{bottom + 20}" text-anchor="middle">{speed:,}</text>'
        )
    for model, (title, _) in POINTS.items():
        of = figures[model]
        ours = model not in ("en_core_web_sm", "tagger")
        at, height = x(of["speed"]), y(of["xpos"])
        anchor = "end" if at > right - 60 else "middle"
        parts.append(
            f'<circle cx="{at:.0f}" cy="{height:.0f}" r="7" '
            f'fill="{"#0f766e" if ours else "#6b7280"}"/>'
            f'<text x="{at + 7 if anchor == "end" else at:.0f}" y="{height - 14:.0f}" '
            f'text-anchor="{anchor}" font-weight="bold">{title}</text>'
        )
    said = "; ".join(
        f"{title}: {figures[model]['xpos']:.2f} %, {figures[model]['speed']:,} words per second"
        for model, (title, _) in POINTS.items()
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 390" role="img" \
aria-labelledby="speed-title speed-desc" font-family="system-ui, sans-serif" font-size="14" \
fill="#111">
<title id="speed-title">Accuracy against speed</title>
<desc id="speed-desc">{said}</desc>
<rect width="720" height="390" rx="8" fill="#fff"/>
<text x="16" y="28" font-size="16" font-weight="bold">Right Penn tags (UD English-EWT, dev), \
against speed</text>
{chr(10).join(parts)}
<text x="{(left + right) / 2:.0f}" y="{bottom + 44}" text-anchor="middle">words per second, one \
thread of an AMD EPYC (logarithmic)</text>
</svg>
"""


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file that has figures, and what it should be."""
    figures = json.loads((root / "benchmarks/figures.json").read_text(encoding="utf8"))
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        yield path, with_figures(path.read_text(encoding="utf8"), figures)
    yield root / CHART, chart(figures)


if __name__ == "__main__":
    for path, text in pages(ROOT):
        path.write_text(text, encoding="utf8")
