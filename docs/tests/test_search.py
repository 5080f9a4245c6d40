"""The search of the site finds what people type."""

import json
import shutil
import subprocess

import pytest
from helpers import ROOT

# What is typed, and the section that answers: a page, or a page and a heading.
ANSWERS = {
    "install": "start.html#install",
    "license": "start.html#licence-license-and-how-to-cite",
    "capital letters": "models.html#dev-sets",
    "OOV": "models.html#dev-sets",
    "error rate": "models.html#limits",
    "uncertain": "use.html#find-low-confidence-words",
    "pre-tokenized": "train.html#when-it-fails",
    "lemmatization": "use.html#sentences-and-lemmas-lemmatization",
    "German": "train.html#your-language",
    "docker": "deploy.html#a-container-docker-or-a-serverless-function",
    "E018": "errors.html#e018-cant-retrieve-string-for-hash",
}
NODE = shutil.which("node")


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="Node.js runs the theme's search")
def test_the_search_finds_the_section_that_answers(site):
    command = [NODE, ROOT / "docs/tests/search.mjs", site]
    queries = "\n".join(ANSWERS)
    done = subprocess.run(command, input=queries, capture_output=True, text=True, check=True)
    found = dict(zip(ANSWERS, map(json.loads, done.stdout.splitlines()), strict=True))
    # The answer is among what a reader sees without scrolling.
    wrong = {query: of[:3] for query, of in found.items() if ANSWERS[query] not in of[:3]}
    assert not wrong
