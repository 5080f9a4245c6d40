"""Writes the figures of benchmarks/figures.json into the pages that quote them, and the chart.

    python docs/tools/figures.py

A page quotes a table between <!-- figures: NAME --> and <!-- end of figures -->, and a number
between <!-- = MODEL.FIGURE --> and <!-- / -->. A figure that is null was not measured: its cell
stays empty, and its row is left out if it has no other. A test fails if a page has other figures.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.S)
NUMBER = re.compile(r"(<!-- = (\w+)\.(\w+) -->).*?(<!-- / -->)")
Figures = dict[str, dict[str, Any]]

BOTH = {"en_lstm_web": "`en_lstm_web`", "en_core_web_sm": "`en_core_web_sm`"}
# Prefixes of figures, and what the treebanks are.
TREEBANKS = {
    "ewt": "UD English-EWT, dev: web text",
    "gum": "GUM, dev: nine other genres",
    "eslspok": "UD English-ESLSpok, dev: learners' speech",
    "atis": "UD English-Atis, dev: questions and commands about flights",
}
HAND_TAGGED = {
    "commands": "219 commands, all verbs right",
    "questions": "105 questions, all verbs right",
}
# Genres of GUM.
GENRES = {
    "academic": "academic articles",
    "bio": "biographies",
    "court": "court",
    "interview": "interviews",
    "news": "news",
    "speech": "speeches",
    "textbook": "textbooks",
    "vlog": "video blogs",
    "voyage": "travel guides",
}
FORMS = {
    "ten": "XPOS, ten sentences at a time",
    "upos_ten": "UPOS, ten sentences at a time",
    "words": "words from raw text, F",
    "tagged_words": "words and XPOS from raw text, F",
    "sentences": "sentences from raw text, F",
    "lemmas": "lemmas",
    "lower": "XPOS, all in lower case",
    "upper": "XPOS, all in upper case",
    "title": "XPOS, All In Title Case",
    "typos": "XPOS, letters swapped in a tenth of the longer words",
}
SPEEDS = {
    "speed_fresh": "paragraphs, tags alone, AVX-512",
    "speed_fresh_avx2": "paragraphs, tags alone, AVX2",
    "speed_again": "the same paragraphs a second time, AVX-512",
    "speed_20": "one text of 20 words at a time",
    "speed_150": "one text of 150 words at a time",
    "speed_1000": "one text of 1,000 words at a time",
    "speed_threads": "paragraphs, two threads",
    "speed_busy": "paragraphs, other work on every core",
    "speed_all": "paragraphs, all components without parser and entity recognizer",
    "peak_mb": "MB of memory at the peak",
}
CONFIGS = {
    "default": "`default.cfg`",
    "accuracy": "`accuracy.cfg`",
    "vectors": "`vectors.cfg`",
    "distilled": "`distilled.cfg`, with a teacher and raw text",
    "tagger": "spaCy's `tagger`",
}
# Bars of the chart: a heading, or the name of a model and what a stranger calls it.
BARS = {
    "Ready to use: English": {
        "en_lstm_web": "this project: en_lstm_web",
        "en_core_web_sm": "spaCy: en_core_web_sm",
    },
    "Trained on the same 200,000 words": {
        "default": "this project: default",
        "accuracy": "this project: accurate",
        "tagger": "spaCy: tagger",
    },
}
INKS = {"light": ("#1f2328", "#0f766e", "#8b949e"), "dark": ("#e6edf3", "#2dd4bf", "#8b949e")}


def show(value: Any) -> str:
    """A figure as pages print it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}" if value >= 50 else str(value)
    return f"{value:,}" if isinstance(value, int) else value


def pair(of: dict[str, Any], name: str) -> str:
    """XPOS and UPOS of a treebank; a dash for what it does not have."""
    values = [of.get(f"{name}_{kind}") for kind in ("xpos", "upos")]
    return " / ".join(show(value) or "-" for value in values) if any(values) else ""


def treebanks(figures: Figures) -> Iterator[list[str]]:
    yield ["right, %", "learned from other parts", *BOTH.values()]
    for name, title in TREEBANKS.items():
        yield [f"{title}, XPOS / UPOS", "yes", *(pair(figures[model], name) for model in BOTH)]
    for name, title in HAND_TAGGED.items():
        yield [title, "**never seen**", *(show(figures[model][name]) for model in BOTH)]


def genres(figures: Figures) -> Iterator[list[str]]:
    yield ["", *BOTH.values()]
    ours, theirs = (figures[model]["genres"] for model in BOTH)
    for name in sorted(ours, key=lambda name: theirs[name] - ours[name]):
        cells = [(of[name], show(of[name])) for of in (ours, theirs)]
        best = max(cells)[0]
        yield [GENRES[name], *(f"**{text}**" if value == best else text for value, text in cells)]


def rows(titles: dict[str, str], models: dict[str, str], figures: Figures) -> Iterator[list[str]]:
    """A row for each figure that was measured, a column for each model."""
    yield ["", *models.values()]
    for name, title in titles.items():
        cells = [show(figures[model].get(name)) for model in models]
        if any(cells):
            yield [title, *cells]


def configs(figures: Figures) -> Iterator[list[str]]:
    yield ["config", "XPOS, %", "unseen words, %", "words/s, fresh text", "minutes of training"]
    for model, title in CONFIGS.items():
        names = ("ewt_xpos", "unseen", "speed_fresh", "minutes")
        yield [title, *(show(figures[model].get(name)) for name in names)]


def published(figures: Figures) -> Iterator[list[str]]:
    """XPOS, UPOS and lemmas on the test part of UD English-EWT, as published: docs/compared.md has
    the sources. In brackets: F divided by the F of the words."""
    of = figures["en_lstm_web"]
    yield ["XPOS / UPOS / lemmas", "accuracy, words given", "F, from raw text"]
    for name, results in figures["published"].items():
        yield [name, results["words_given"], results["raw_text"]]
    cells = [pair(of, "ewt"), show(of["lemmas"])]
    raw = show(of["tagged_words"])
    yield ["`en_lstm_web`, measured here on the **dev** part, UD 2.16", " / ".join(cells), raw]


TABLES = {
    "treebanks": treebanks,
    "genres": genres,
    "forms": lambda figures: rows(FORMS, BOTH, figures),
    "speed": lambda figures: rows(SPEEDS, BOTH, figures),
    "configs": configs,
    "published": published,
}


def table(cells: Iterator[list[str]]) -> str:
    first, *others = cells
    lines = [first, ["---", *["--:"] * (len(first) - 1)], *others]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def with_figures(text: str, figures: Figures) -> str:
    """A page with today's figures."""
    text = TABLE.sub(
        lambda found: f"{found[1]}\n{table(TABLES[found[2]](figures))}\n\n{found[3]}", text
    )
    return NUMBER.sub(
        lambda found: found[1] + (show(figures[found[2]][found[3]]) or "-") + found[4], text
    )


def chart(figures: Figures, scheme: str) -> str:
    """Bars of the speed of tags alone, and the share of right tags, as an SVG without background.

    scheme (str): "light" or "dark", the page that it is for.
    """
    ink, accent, grey = INKS[scheme]
    longest = max(figures[name]["speed_fresh"] for models in BARS.values() for name in models)
    parts = []
    said = []
    top = 84
    for heading, models in BARS.items():
        parts.append(f'<text x="0" y="{top}" font-weight="bold">{heading}</text>')
        for name, title in models.items():
            of = figures[name]
            color = grey if name in ("en_core_web_sm", "tagger") else accent
            speed = of["speed_fresh"]
            label = f"{speed:,} / s, {of['ewt_xpos']:.1f} %"
            said.append(f"{title}: {speed:,} words per second, {of['ewt_xpos']:.1f} %")
            parts.append(
                f'<text x="0" y="{top + 34}">{title}</text>'
                f'<text x="720" y="{top + 34}" text-anchor="end">{label}</text>'
                f'<rect y="{top + 44}" width="{max(4, 720 * speed / longest):.0f}" height="18" '
                f'rx="3" fill="{color}"/>'
            )
            top += 66
        top += 52
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {top - 12}" role="img" \
aria-labelledby="speed-title speed-desc" font-family="system-ui, sans-serif" font-size="24" \
fill="{ink}">
<title id="speed-title">Words per second, and share of right tags</title>
<desc id="speed-desc">{"; ".join(said)}</desc>
<text x="0" y="28" font-size="26" font-weight="bold">Words per second, and right tags in \
web text</text>
{chr(10).join(parts)}
<text x="0" y="{top - 24}" font-size="22">Fresh text, tags alone, one thread of an AMD EPYC</text>
</svg>
"""


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file that has figures, and what it should be."""
    figures = json.loads((root / "benchmarks/figures.json").read_text(encoding="utf8"))
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        yield path, with_figures(path.read_text(encoding="utf8"), figures)
    for scheme in INKS:
        yield root / f"docs/assets/speed-{scheme}.svg", chart(figures, scheme)


if __name__ == "__main__":
    for path, text in pages(ROOT):
        path.write_text(text, encoding="utf8")
