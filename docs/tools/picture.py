"""Makes the pictures of the pages, and the report that they show.

    python docs/tools/picture.py

It needs en_lstm_web, en_core_web_sm, the extra `report`, Chromium and Pillow. An argument names
another package or folder of en_core_web_sm.

The pictures are Chromium's view of a drawing, on a light and on a dark page, and of the report's
beginning. The report is on text of the project, from which neither pipeline learned: the sample
corpus, imperatives and questions.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
from PIL import Image

from spacy_lstm_tagger import render, report
from spacy_lstm_tagger.tools.cli.report import read_gold
from spacy_lstm_tagger.tools.text.convert import convert_tags

# A sentence with a doubtful word, which has a colour.
TEXT = "They can fish."
ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "docs/assets"
# The data of the report, by kind.
KINDS = {
    "sample corpus": [
        ROOT / f"corpus/en_sample-{part}.conllu" for part in ("train", "dev", "test")
    ],
    "imperatives": [ROOT / "benchmarks/data/commands.txt"],
    "questions": [ROOT / "benchmarks/data/questions.txt"],
}
INK = {"light": "#1f2328", "dark": "#e6edf3"}
PAGE = '<body style="margin: 8px; color: {ink}; font: 20px Helvetica, Arial, sans-serif">{html}'
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

program = shutil.which("chromium") or shutil.which("google-chrome")
if program is None:
    raise SystemExit("Install Chromium to make the pictures.")


def photograph(page: Path, picture: Path, size: str) -> None:
    """Save Chromium's view of a page of width,height."""
    with TemporaryDirectory() as folder:
        options = [*OPTIONS, f"--window-size={size}", f"--user-data-dir={folder}"]
        command = [program, *options, f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


doc = spacy.load("en_lstm_web", config={"components.tagger.log_probs": True})(TEXT)
for scheme, ink in INK.items():
    picture = ASSETS / f"tagged-{scheme}.png"
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE.format(ink=ink, html=render(doc, jupyter=False)), encoding="utf8")
        photograph(page, picture, "800,400")
    image = Image.open(picture)
    # What is left of the transparent margins is cut.
    image.crop(image.getbbox()).save(picture, optimize=True)

with TemporaryDirectory() as folder:
    docs = {}
    for kind, paths in KINDS.items():
        docs[kind] = []
        for path in paths:
            data = Path(folder) / f"{path.stem}.spacy"
            convert_tags(path, data)
            docs[kind] += read_gold(data, spacy.blank("en").vocab, True)
baseline = sys.argv[1] if len(sys.argv) > 1 else "en_core_web_sm"
pipelines = {"en_lstm_web": spacy.load("en_lstm_web"), "en_core_web_sm": spacy.load(baseline)}
about = {"data": "the sample corpus, and imperatives and questions of benchmarks/data"}
made = report(pipelines, docs, about=about)
(ASSETS / "report.html").write_text(made.to_html(), encoding="utf8")
photograph(ASSETS / "report.html", ASSETS / "report.png", "960,285")
image = Image.open(ASSETS / "report.png").convert("RGB")
image.quantize(64).save(ASSETS / "report.png", optimize=True)
