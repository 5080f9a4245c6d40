"""What a program imports when it loads a pipeline and tags."""

import json
import subprocess
import sys

import pytest
import spacy
from helpers import HASH_EMBED_CNN, SMALL_TABLES, TAGGED, make_examples, tags

TEXT = TAGGED[0][0]

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
    "transformers",
    "spacy_lstm_tagger.cli",
    "spacy_lstm_tagger.tools.report",
    "spacy_lstm_tagger.tools.visualizer",
}
NEEDED = {"numpy", "safetensors", "spacy_lstm_tagger"}
PARTS = {"models", "pipeline"}  # of spacy_lstm_tagger


@pytest.mark.slow
def test_tagging_imports_only_what_it_needs(tmp_path):
    configs = {
        "tagger": {"@architectures": "spacy.Tagger.v2", "tok2vec": HASH_EMBED_CNN},
        "lstm_tagger": SMALL_TABLES,
    }
    for name, model in configs.items():
        nlp = spacy.blank("en")
        nlp.add_pipe(name, config={"model": model})
        examples = make_examples(nlp)
        nlp.initialize(lambda examples=examples: examples)
        nlp.to_disk(tmp_path / name)
    command = [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in configs)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    modules = json.loads(result.stdout)
    assert HEAVY.isdisjoint(modules)
    assert {name.split(".")[0] for name in modules} - sys.stdlib_module_names == NEEDED
    ours = [name.split(".") for name in modules if name.startswith("spacy_lstm_tagger.")]
    assert {parts[1] for parts in ours} == PARTS


NO_TORCH = """
import sys
sys.modules["torch"] = None  # as where it is not installed
import spacy
from spacy.training import Example

path, again, text = sys.argv[1:]
nlp = spacy.load(path)
tags = [token.tag_ for token in nlp(text)]
nlp.to_disk(again)
assert [token.tag_ for token in spacy.load(again)(text)] == tags
nlp.get_pipe("lstm_tagger").calibrate([Example(nlp.make_doc(text), nlp(text))])
for learn in (
    lambda: nlp.update([Example(nlp.make_doc(text), nlp(text))]),
    lambda: nlp.get_pipe("lstm_tagger").add_label("NEW"),
    lambda: nlp.initialize(lambda: [Example(nlp.make_doc(text), nlp(text))]),
):
    try:
        learn()
    except ImportError as error:
        assert "pip install 'spacy-lstm-tagger[train]'" in str(error)
    else:
        raise AssertionError("it learned without PyTorch")
print(*tags)
"""


@pytest.mark.slow
def test_tagging_needs_no_pytorch(trained, tmp_path):
    trained.to_disk(tmp_path / "model")
    command = [sys.executable, "-c", NO_TORCH, tmp_path / "model", tmp_path / "again", TEXT]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == tags(trained(TEXT))
