"""Makes the picture of the README: Chromium's view of a drawing, on a light and on a dark page.

python .ci/picture.py      # needs en_lstm_web, Chromium and Pillow
"""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
from PIL import Image

from spacy_lstm_tagger import render

TEXT = "I read it yesterday, and you will read it tomorrow."
ASSETS = Path(__file__).parent.parent / "docs/assets"
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
    "--window-size=800,400",
    # The page shows through.
    "--default-background-color=00000000",
)

program = shutil.which("chromium") or shutil.which("google-chrome")
if program is None:
    raise SystemExit("Install Chromium to make the picture.")
doc = spacy.load("en_lstm_web", config={"components.tagger.log_probs": True})(TEXT)
for scheme, ink in INK.items():
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE.format(ink=ink, html=render(doc, jupyter=False)), encoding="utf8")
        picture = ASSETS / f"tagged-{scheme}.png"
        command = [program, *OPTIONS, f"--user-data-dir={folder}", f"--screenshot={picture}"]
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True)
    image = Image.open(picture)
    # What is left of the transparent margins is cut.
    image.crop(image.getbbox()).save(picture, optimize=True)
