"""What tests of pages share: a look at a page in a real Chromium, where there is one."""

import shutil
from contextlib import contextmanager

import pytest

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
# The page scrolls sideways by so many pixels.
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOUBLED_IDS = """[...document.querySelectorAll("[id]")].map(e => e.id)
    .filter((id, i, all) => all.indexOf(id) !== i)"""


@contextmanager
def chromium():
    """A browser. Skips the test if Playwright with axe-core, or Chromium, is not installed."""
    pytest.importorskip("axe_playwright_python")
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("install Chromium to run this")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def problems(browser, html):
    """What is wrong with a page, by width and colour scheme: its overflow in pixels, ids that occur
    twice, violations that axe-core finds (contrast among them), and requests to other places."""
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            page = browser.new_page(
                viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
            )
            requests = []
            page.on("request", lambda request, to=requests: to.append(request.url))
            page.set_content(html)
            axe = Axe().run(page)
            wrong = {
                "overflow": page.evaluate(OVERFLOW),
                "ids": page.evaluate(DOUBLED_IDS),
                "requests": requests,
                "axe": [
                    (rule["id"], node["html"]) for rule in axe.response["violations"]
                    for node in rule["nodes"]
                ],
            }  # fmt: skip
            found[width, scheme] = {name: value for name, value in wrong.items() if value}
            page.close()
    return found
