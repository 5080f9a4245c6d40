"""Makes the picture of the README: Chromium's view of a drawing, on a light and on a dark page.

python .ci/picture.py      # needs en_lstm_web, Chromium, and the extra `browser`
"""

import shutil
from pathlib import Path

import spacy
from playwright.sync_api import sync_playwright

from spacy_lstm_tagger import render

TEXT = "They are waiting for the last train."
ASSETS = Path(__file__).parent.parent / "docs/assets"

doc = spacy.load("en_lstm_web", config={"components.lstm_tagger.log_probs": True})(TEXT)
with sync_playwright() as playwright:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
    for scheme in ("light", "dark"):
        page = browser.new_page(
            viewport={"width": 640, "height": 400}, color_scheme=scheme, device_scale_factor=2
        )
        page.set_content(render(doc, page=True, jupyter=False))
        box = page.locator(".tags").bounding_box()
        end = page.locator(".legend").bounding_box()
        height = end["y"] + end["height"] - box["y"] + 8
        clip = {"x": 0, "y": box["y"], "width": 640, "height": height}
        page.screenshot(path=ASSETS / f"tagged-{scheme}.png", clip=clip)
    browser.close()
