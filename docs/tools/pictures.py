"""Makes the pictures of the README and of the pages, and the report that they show.

    python docs/tools/pictures.py

It needs en_lstm_web, en_core_web_sm, the extra `report`, matplotlib and Chromium. An argument names
another package or folder of en_core_web_sm.

The chart has values of benchmarks/figures.json, and names them in its description, for readers who
do not see it. The other pictures are Chromium's view of tagged words and of the beginning of a
report, each in a light and in a dark form. The report is on text of the project: the sample corpus,
imperatives and questions. Neither pipeline learned from it, except for two imperatives.
"""

import re
import shutil
import subprocess
import sys
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
# Text, this project, and its peer.
INKS = {
    "light": {"text": "#1f2328", "ours": "#0f766e", "peer": "#b45309"},
    "dark": {"text": "#e6edf3", "ours": "#2dd4bf", "peer": "#fbbf24"},
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
TITLE = "en_lstm_web and en_core_web_sm"
# What is wrong on each test set, and where speed was measured.
ERRORS = {
    "six_xpos": "Wrong tags, new genres of GUM",
    "ewt_xpos": "Wrong tags, web text",
}
SPEED = "Words/s, one AMD EPYC thread"
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


def values(of: figures.Figures) -> dict[str, dict[str, tuple[float, str]]]:
    """What the chart shows: for each of its parts, the length and the words of each bar."""
    parts = {}
    for test_set, title in ERRORS.items():
        errors = {name: 100 - accuracy[test_set] for name, accuracy in of["held_out"].items()}
        parts[title] = {name: (share, f"{share:.1f}%") for name, share in errors.items()}
    speed = of["speed"]["rows"]["fresh"]
    speeds = {"en_lstm_web": speed["ours"], "en_core_web_sm": speed["peer"]}
    parts[SPEED] = {name: (n_words, f"{n_words:,}") for name, n_words in speeds.items()}
    return parts


def described(of: figures.Figures) -> str:
    """What the chart shows, in words."""
    parts = []
    for title, bars in values(of).items():
        shown = [f"{name} {words}" for name, (_, words) in bars.items()]
        parts.append(f"{title}: {', '.join(shown)}")
    return ". ".join(parts)


def chart(of: figures.Figures, inks: dict[str, str]) -> str:
    """Wrong tags and speed, two bars each, as an SVG that can be read on a phone."""
    with rc_context(STYLE | colors_of(inks)):
        figure = Figure(figsize=(4.8, 3.7), layout="constrained")
        for axes, (title, bars) in zip(figure.subplots(3), values(of).items(), strict=True):
            lengths = [length for length, _ in bars.values()]
            drawn = axes.barh(list(bars), lengths, color=[inks["ours"], inks["peer"]])
            axes.bar_label(drawn, [words for _, words in bars.values()], padding=4)
            axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
            axes.invert_yaxis()
            axes.set_xlim(0, 1.2 * max(lengths))
            axes.set_xticks([])
            axes.tick_params(left=False)
            axes.spines[:].set_visible(False)
        return to_svg(figure, TITLE, described(of))


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
    of = figures.read_figures(ROOT)
    for scheme, inks in INKS.items():
        (ASSETS / f"accuracy-speed-{scheme}.svg").write_text(chart(of, inks), encoding="utf8")
    draw_tags()
    make_report(sys.argv[1] if len(sys.argv) > 1 else "en_core_web_sm")
