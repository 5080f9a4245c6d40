"""The search of the site finds what people type."""

import json
import shutil
import subprocess

import pytest
from helpers import ROOT

# What is typed, and the section that answers: a page, or a page and a heading.
ANSWERS = {
    "install": "start.html#install",
    "offline": "start.html#wheels-for-another-machine-offline",
    "license": "start.html#licence-and-how-to-cite",
    "capital letters": "models.html#dev-sets",
    "twitter": "models.html#limits",
    "imperative": "models.html#dev-sets",
    "OOV": "models.html#dev-sets",
    "held-out": "models.html#held-out-test-sets",
    "error rate": "models.html#limits",
    "test set": "models.html#held-out-test-sets",
    "proper nouns": "models.html#held-out-test-sets",
    "sentence segmentation": "models.html#sentence-segmentation-and-lemmas",
    "typos": "models.html#dev-sets",
    "uncertain": "use.html#find-low-confidence-words",
    "pretokenized": "use.html#pre-tokenized-text",
    "tokenization": "use.html#gold-or-predicted-tokens",
    "active learning": "improve.html#suggest-active-learning",
    "domain adaptation": "improve.html",
    "silver": "improve.html#train",
    "throughput": "models.html#speed",
    "latency": "models.html#speed",
    "en_core_web_lg": "models.html#compared-with-other-taggers",
    "lg": "models.html#compared-with-other-taggers",
    "trf": "models.html#compared-with-other-taggers",
    "en_core_web_trf": "models.html#compared-with-other-taggers",
    "Flair": "models.html#compared-with-other-taggers",
    "versioning": "start.html#what-1x-keeps",
    "contribute": "index.html",
    "named entity": "replace.html#in-place-of-a-whole-pipeline",
    "resume": "train.html#start-from-a-trained-tagger",
    "pre-tokenized": "train.html#when-it-fails",
    "checkpoint": "train.html#train-and-evaluate",
    "informal text": "train.html#text-as-people-write-it",
    "multiword": "train.html#what-comes-out",
    "NLTK": "replace.html#coming-from-nltk-stanza-udpipe-treetagger",
    "VRT": "replace.html#treetagger-cqpweb-sketch-engine-vrt",
    "lemmatization": "use.html#sentences-and-lemmas-lemmatization",
    "noun chunks": "use.html#noun-chunks",
    "confidence": "use.html#find-low-confidence-words",
    "custom tags": "train.html#data-with-custom-tags",
    "German": "train.html#your-language",
    "finetune": "improve.html",
    "medical": "improve.html",
    "docker": "deploy.html#a-container-docker-or-a-serverless-function",
    "ONNX": "errors.html#can-i-use-onnx-does-it-work-with-spacy-4-is-it-on-the-hugging-face-hub",
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
