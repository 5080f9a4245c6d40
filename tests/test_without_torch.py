"""What only tags works where PyTorch is not installed."""

import os
import subprocess
import sys

import pytest
import srsly
from helpers import ROOT, make_nlp, tags

FILES = [
    "tests/without_torch.py",
    "pipelines/tests/test_en_lstm_web.py::test_it_tags_a_page_of_text",
]
# Other plugins that are installed may need PyTorch, so spaCy does not find them.
PROGRAM = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)

sys.meta_path.insert(0, Missing())
from importlib.metadata import distribution
import catalogue, pytest
catalogue.AVAILABLE_ENTRY_POINTS = {}
for point in distribution("spacy-lstm-tagger").entry_points:
    catalogue.AVAILABLE_ENTRY_POINTS.setdefault(point.group, []).append(point)
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


TEXT = "The dog that read the book ate 3 Äpfel"


@pytest.fixture
def folder(tmp_path):
    """A trained pipeline, and what it gives for a text with PyTorch."""
    nlp = make_nlp(n_updates=12, log_probs=True)
    nlp.to_disk(tmp_path / "model")
    doc = nlp(TEXT)
    expected = {"text": TEXT, "tags": tags(doc), "log_probs": doc._.tag_log_probs.tolist()}
    srsly.write_json(tmp_path / "expected.json", expected)
    return tmp_path


@pytest.mark.slow
def test_in_a_program_that_can_not_import_it(folder):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *FILES],
        env=os.environ | {"SAVED_WITH_TORCH": str(folder)},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout, done.stdout
