"""The search of the site finds what people type."""

import json
import shutil
import subprocess

import pytest
from helpers import ROOT

# What is typed, and the section that answers: a page, or a page and a heading.
ANSWERS = {
    "offline": "install.html#wheels-for-another-machine-offline",
    "confidence": "probabilities.html",
    "lemmatization": "recipes.html#sentences-and-lemmas-lemmatization",
    "conda": "install.html#extras",
    "huggingface": "faq.html#is-it-on-the-hugging-face-hub",
    "finetune": "adapt.html",
    "visualize": "probabilities.html#draw-them",
    "uppercase": "models.html#by-form-of-the-text",
    "quantization": "deploy.html#your-own-package-elsewhere",
    "pickle": "deploy.html#what-is-trusted-and-what-is-checked",
    "security": "deploy.html#what-is-trusted-and-what-is-checked",
    "F1": "evaluate.html#report",
    "token_acc": "evaluate.html#the-words-of-the-data-or-the-tokenizers",
    "twitter": "models.html#limits",
    "spacy 4": "faq.html#does-it-work-with-spacy-4",
    "apple silicon": "install.html#versions-and-systems",
    "error bars": "evaluate.html#a-fair-comparison-with-error-bars",
    "morphology": "models.html#en_lstm_web",
    "noun chunks": "recipes.html#noun-chunks",
    "install": "install.html",
    "speed": "models.html#speed",
    "unknown words": "models.html#unknown-words",
    "German": "your-language.html#2-get-a-treebank",
    "license": "install.html#licence-and-how-to-cite",
    "licence": "install.html#licence-and-how-to-cite",
    "cite": "install.html#licence-and-how-to-cite",
    "ONNX": "faq.html#can-i-use-onnx",
    "E018": "faq.html#e018-cant-retrieve-string-for-hash",
    "docker": "deploy.html#a-container-with-docker",
    "Spark": "deploy.html#ray-and-spark",
    "potatoes": "models.html#lemmas-potatoes-heroes-fled",
    "imperative": "models.html#imperatives-and-questions",
    "NLTK": "coming-from.html",
    "VRT": "coming-from.html#treetagger-cqpweb-sketch-engine-vrt",
    "averaged_perceptron_tagger_eng": (
        "coming-from.html#resource-averaged_perceptron_tagger_eng-not-found"
    ),
    "E922": "faq.html#e922-component-tagger-cannot-add-any-more-labels",
    "E030": "faq.html#e030-sentence-boundaries-unset",
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
