"""What a program imports when it loads a pipeline and tags."""

import importlib.util
import json
import subprocess
import sys

import pytest
import spacy
from helpers import HASH_EMBED_CNN, fit

import spacy_lstm_tagger

# What extras install for a public name.
EXTRAS = {"report": "sklearn"}
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
LEARNING = {"spacy_lstm_tagger.models.torch_learner", "spacy_lstm_tagger.models.pytorch"}
NEEDED = {"numpy", "pydantic", "safetensors", "spacy_lstm_tagger", "threadpoolctl"}
UNNEEDED = ("spacy_lstm_tagger.tools", "spacy_lstm_tagger.training")


@pytest.mark.slow
def test_tagging_imports_only_what_it_needs(trained, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger", config={"model": {"tok2vec": HASH_EMBED_CNN}})
    fit(nlp).to_disk(tmp_path / "spacy")
    trained.to_disk(tmp_path / "lstm")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "spacy"), str(tmp_path / "lstm")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    modules = json.loads(result.stdout)
    assert LEARNING.isdisjoint(modules)
    assert {name.split(".")[0] for name in modules} - sys.stdlib_module_names == NEEDED
    assert [name for name in modules if name.startswith(UNNEEDED)] == []


BARE = """
import sys
import spacy_lstm_tagger
heavy = {"torch", "spacy", "thinc", "numpy", "sklearn"}
assert heavy.isdisjoint(sys.modules), heavy & set(sys.modules)
spacy_lstm_tagger.set_num_threads(2)
assert spacy_lstm_tagger.get_num_threads() == 2
"""


@pytest.mark.slow
def test_importing_the_package_imports_nothing_heavy():
    subprocess.run([sys.executable, "-c", BARE], timeout=120, check=True)


def test_public_names_come_from_their_modules():
    assert spacy_lstm_tagger.LSTMTagger is type(spacy.blank("en").add_pipe("lstm_tagger"))
    for name, module in spacy_lstm_tagger.MODULES.items():
        if importlib.util.find_spec(EXTRAS.get(name, "spacy")):
            assert getattr(spacy_lstm_tagger, name).__module__.startswith(
                f"spacy_lstm_tagger.{module}"
            )
    assert set(spacy_lstm_tagger.MODULES) < set(dir(spacy_lstm_tagger))
    assert "import_module" not in dir(spacy_lstm_tagger)
    with pytest.raises(AttributeError, match="no attribute 'LSTMTager'"):
        _ = spacy_lstm_tagger.LSTMTager
