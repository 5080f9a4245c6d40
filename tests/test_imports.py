"""What a program imports when it loads a pipeline and tags."""

import json
import subprocess
import sys

import pytest
import spacy
from helpers import HASH_EMBED_CNN, ROOT, make_examples

# Other plugins that are installed would import what they need, so spaCy does not find them.
PROGRAM = """
import json, sys
from importlib.metadata import distribution
import catalogue
catalogue.AVAILABLE_ENTRY_POINTS = {}
import spacy

def tag(path):
    assert all(token.tag_ for token in spacy.load(path)("The dog ate the apple"))

tag(sys.argv[1])
before = set(sys.modules)
for point in distribution("spacy-lstm-tagger").entry_points:
    catalogue.AVAILABLE_ENTRY_POINTS.setdefault(point.group, []).append(point)
tag(sys.argv[2])
print(json.dumps(sorted(set(sys.modules) - before)))
"""
HEAVY = {
    "IPython",
    "matplotlib",
    "pandas",
    "PIL",
    "pyarrow",
    "pyspark",
    "ray",
    "scipy",
    "sklearn",
    "sympy",
    "torch._dynamo",
    "torch._inductor",
    "transformers",
    "spacy_lstm_tagger.cli",
    "spacy_lstm_tagger.models.learner",
    "spacy_lstm_tagger.models.pytorch",
    "spacy_lstm_tagger.tools.report",
    "spacy_lstm_tagger.tools.visualizer",
}
NEEDED = {"numpy", "safetensors", "spacy_lstm_tagger"}
PARTS = {"models", "pipeline", "soft_tags"}  # of spacy_lstm_tagger


@pytest.mark.slow
def test_tagging_imports_only_what_it_needs(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger", config={"model": {"tok2vec": HASH_EMBED_CNN}})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    nlp.to_disk(tmp_path)
    paths = [tmp_path, ROOT / "tests/assets/0.1.0/model"]
    command = [sys.executable, "-c", PROGRAM, *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    modules = json.loads(result.stdout)
    assert HEAVY.isdisjoint(modules)
    assert {name.split(".")[0] for name in modules} - sys.stdlib_module_names == NEEDED
    ours = [name.split(".") for name in modules if name.startswith("spacy_lstm_tagger.")]
    assert {parts[1] for parts in ours} == PARTS
