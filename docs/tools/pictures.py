"""Makes the pictures of the README and of the pages, and the report that they show.

    python docs/tools/pictures.py

It needs en_lstm_web, en_core_web_sm, the extra `report`, matplotlib and Chromium. An argument names
another package or folder of en_core_web_sm.

The badges have the values of pyproject.toml. The charts have values of benchmarks/figures.json, and
name them in their descriptions, for readers who do not see them. The other pictures are Chromium's
view of tagged words and of the beginning of a report, each in a light and in a dark form. The
report is on text of the project: the sample corpus, imperatives and questions.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from io import StringIO
from math import exp
from pathlib import Path
from tempfile import TemporaryDirectory

import figures
import spacy
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image
from spacy.tokens import Token

from spacy_lstm_tagger import report
from spacy_lstm_tagger.tools.cli.report import read_gold
from spacy_lstm_tagger.tools.text.convert import convert_tags

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "docs/assets"
# Text, this project, its peer, and another one.
INKS = {
    "light": {"text": "#1f2328", "ours": "#0f766e", "peer": "#b45309", "other": "#6b7280"},
    "dark": {"text": "#e6edf3", "ours": "#2dd4bf", "peer": "#fbbf24", "other": "#9ca3af"},
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
TITLE = "Accuracy against speed"
LANGUAGES_TITLE = "Wrong parts of speech (UPOS) by language, %"
# Height of a bar, and the distance between the bars of a language, which are 1 from the next ones.
BAR = 0.25
BAR_DISTANCE = 0.27
BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" \
aria-label="{name} {value}">
<rect width="{width}" height="20" rx="3" fill="#0f766e"/>
<rect width="{half}" height="20" rx="3" fill="#4b5563"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left}" y="14">{name}</text><text x="{right}" y="14">{value}</text>
</g></svg>
"""
# A sentence with a doubtful word, which has a colour.
TEXT = "They can fish."
# The data of the report, by kind.
KINDS = {
    "sample corpus": [
        ROOT / f"corpus/en_sample-{part}.conllu" for part in ("train", "dev", "test")
    ],
    "imperatives": [ROOT / "benchmarks/data/commands.txt"],
    "questions": [ROOT / "benchmarks/data/questions.txt"],
}
PAGE = """\
<body style="margin: 8px; color: {ink}; font: 20px Helvetica, Arial, sans-serif">
<div style="line-height: 2.5">{marks}</div>
"""
MARK = (
    '<mark style="background: {color}; color: inherit; display: inline-block;'
    " vertical-align: top; text-align: center; line-height: 1.3; padding: 0.2em 0.35em;"
    ' margin: 0.15em 0; border-radius: 0.35em">{text}'
    '<span style="display: block; font-size: 0.75em; font-weight: bold">{label}</span></mark>'
)
# Of words whose tag is at least so probable, and of doubtful words, which show two tags. The page
# shows through both.
DOUBTFUL = 0.9
SURE_COLOR = "rgb(128 128 128 / 12%)"
DOUBTFUL_COLOR = "rgb(255 150 0 / 45%)"
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=2",
    # The page shows through.
    "--default-background-color=00000000",
)


def badges() -> Iterator[tuple[Path, str]]:
    """YIELDS (tuple[Path, str]): The file of each badge, and its SVG."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    systems = [text for text in project["classifiers"] if text.startswith("Operating System")]
    values = {
        "version": project["version"],
        "licence": project["license"],
        "python": project["requires-python"].removeprefix(">=") + "+",
        "tested": ", ".join(text.rpartition(" ")[2] for text in systems),
    }
    for name, value in values.items():
        half = 7 * len(name) + 10
        width = half + 7 * len(value) + 10
        places = {"half": half, "width": width, "left": half / 2, "right": (half + width) / 2}
        yield ASSETS / f"badge-{name}.svg", BADGE.format(name=name, value=value, **places)


def values(of: figures.Figures) -> dict[str, tuple[float, int]]:
    """The share of right tags on web text in %, and words a second, of each pipeline."""
    accuracy = {name: of["held_out"][name]["ewt_xpos"] for name in of["held_out"]}
    speed = of["speed"]["rows"]["fresh"]
    return {
        "en_lstm_web": (accuracy["en_lstm_web"], speed["ours"]),
        "en_core_web_sm": (accuracy["en_core_web_sm"], speed["peer"]),
    }


def described(of: figures.Figures) -> str:
    """What the chart shows, in words."""
    shown = [f"{name}: {share} %, {speed:,} words/s" for name, (share, speed) in values(of).items()]
    return f"{TITLE}. {'; '.join(shown)}"


def chart(of: figures.Figures, inks: dict[str, str]) -> str:
    """Accuracy against speed, a dot with its 95 % interval for each pipeline, as an SVG."""
    with rc_context(STYLE | colors_of(inks)):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        axes = figure.subplots()
        for (name, (share, speed)), role in zip(values(of).items(), ("ours", "peer"), strict=True):
            n_words = figures.source_of(of, f"held_out.{name}.ewt_xpos")["n"]
            low, high = figures.interval(share, n_words)
            error = (high - low) / 2
            axes.errorbar(speed, share, yerr=error, fmt="o", color=inks[role], capsize=3)
            axes.annotate(
                name,
                (speed, share),
                (0, 14),
                textcoords="offset points",
                ha="center",
                color=inks[role],
            )
        axes.set_xlim(0, 1.25 * max(speed for _, speed in values(of).values()))
        axes.set_ylim(91, 98)
        axes.set_xlabel(f"words a second on one thread of {of['machine']['title']}")
        axes.set_ylabel("right tags on web text, %")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        return to_svg(figure, TITLE, described(of))


def wrong_upos(of: figures.Figures) -> dict[str, dict[str, float | None]]:
    """The share of wrong UPOS in %, of each system in each language; None where it was not
    trained."""
    table = of["tables"]["languages"]
    systems = [name.strip("`") for name in table["head"][2:]]
    wrong = {}
    for treebank, _, *cells in table["rows"][:-1]:
        right = [cell.split("/")[1] for cell in cells]
        shares = [None if value == "-" else round(100 - float(value), 1) for value in right]
        wrong[treebank.partition(" ")[0]] = dict(zip(systems, shares, strict=True))
    return wrong


def languages_described(of: figures.Figures) -> str:
    """What the chart of languages shows, in words."""
    by_language = []
    for language, shares in wrong_upos(of).items():
        values = [f"{system} {share}" for system, share in shares.items() if share is not None]
        by_language.append(f"{language}: {', '.join(values)}")
    return f"{LANGUAGES_TITLE}. {'; '.join(by_language)}"


def languages_chart(of: figures.Figures, inks: dict[str, str]) -> str:
    """Wrong UPOS by language, a bar for each system, as an SVG."""
    wrong = wrong_upos(of)
    systems = list(next(iter(wrong.values())))
    with rc_context(STYLE | colors_of(inks)):
        figure = Figure(figsize=(6.4, 0.42 * len(wrong) + 0.8), layout="constrained")
        axes = figure.subplots()
        roles = ("ours", "peer", "other")
        shifts = (-BAR_DISTANCE, 0, BAR_DISTANCE)
        for system, role, shift in zip(systems, roles, shifts, strict=True):
            places = [place + shift for place in range(len(wrong))]
            lengths = [shares[system] or 0 for shares in wrong.values()]
            axes.barh(places, lengths, height=BAR, color=inks[role], label=system)
        axes.set_yticks(range(len(wrong)), list(wrong))
        axes.invert_yaxis()
        axes.set_xlabel("wrong parts of speech (UPOS), %")
        axes.legend(frameon=False)
        return to_svg(figure, LANGUAGES_TITLE, languages_described(of))


def colors_of(inks: dict[str, str]) -> dict[str, str]:
    """The settings of matplotlib for words and axes in the colour of the page's text."""
    return dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"),
        inks["text"],
    )


def to_svg(figure: Figure, title: str, description: str) -> str:
    """A figure as an SVG that takes the width of its place, with a description for readers who do
    not see it."""
    out = StringIO()
    metadata = {"Title": title, "Date": None, "Creator": None}
    figure.savefig(out, format="svg", transparent=True, metadata=metadata)
    svg = out.getvalue()
    start = svg.index("<svg")
    end = svg.index(">", start)
    opening = re.sub(r' (width|height)="[^"]*"', "", svg[start:end])
    return f'{opening} role="img" aria-label="{escape(description)}"{svg[end:]}'


# The name of each chart's files, what draws it, and what says in words what it shows.
CHARTS = {
    "accuracy-speed": (chart, described),
    "languages": (languages_chart, languages_described),
}


def photograph(page: Path, picture: Path, size: str, scheme: str = "light") -> None:
    """Save Chromium's view of a page of width,height, in a light or a dark scheme."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Install Chromium to make the pictures.")
    with TemporaryDirectory() as folder:
        options = [*OPTIONS, f"--window-size={size}", f"--user-data-dir={folder}"]
        options.append(f"--blink-settings=preferredColorScheme={int(scheme == 'light')}")
        command = [program, *options, f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


def mark(token: Token) -> str:
    """A word above its tag. A doubtful one has a colour, its two best tags and their
    probabilities."""
    color = SURE_COLOR
    label = token.tag_
    if token._.tag_prob < DOUBTFUL:
        color = DOUBTFUL_COLOR
        label = "<br>".join(f"{tag} {exp(prob):.0%}" for tag, prob in token._.best_tags(2))
    return MARK.format(color=color, text=token.text, label=label) + token.whitespace_


def draw_tags() -> None:
    """Make the pictures of tagged words."""
    doc = spacy.load("en_lstm_web", config={"components.tagger.log_probs": True})(TEXT)
    for scheme, inks in INKS.items():
        picture = ASSETS / f"tagged-{scheme}.png"
        with TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            html = PAGE.format(ink=inks["text"], marks="".join(map(mark, doc)))
            page.write_text(html, encoding="utf8")
            photograph(page, picture, "800,400")
        image = Image.open(picture)
        # What is left of the transparent margins is cut.
        image.crop(image.getbbox()).save(picture, optimize=True)


def make_report(baseline: str) -> None:
    """Make the report, and the picture of its beginning."""
    with TemporaryDirectory() as folder:
        docs = {}
        for kind, paths in KINDS.items():
            docs[kind] = []
            for path in paths:
                data = Path(folder) / f"{path.stem}.spacy"
                convert_tags(path, data)
                docs[kind] += read_gold(data, spacy.blank("en").vocab, True)
    pipelines = {"en_lstm_web": spacy.load("en_lstm_web"), "en_core_web_sm": spacy.load(baseline)}
    about = {"data": "the sample corpus, imperatives and questions"}
    made = report(pipelines, docs, about=about)
    (ASSETS / "report.html").write_text(made.to_html(), encoding="utf8")
    for scheme in INKS:
        picture = ASSETS / f"report-{scheme}.png"
        photograph(ASSETS / "report.html", picture, "960,320", scheme)
        Image.open(picture).convert("RGB").quantize(64).save(picture, optimize=True)


if __name__ == "__main__":
    for path, svg in badges():
        path.write_text(svg, encoding="utf8")
    of = figures.read_figures(ROOT)
    for name, (draw, _) in CHARTS.items():
        for scheme, inks in INKS.items():
            (ASSETS / f"{name}-{scheme}.svg").write_text(draw(of, inks), encoding="utf8")
    draw_tags()
    make_report(sys.argv[1] if len(sys.argv) > 1 else "en_core_web_sm")
