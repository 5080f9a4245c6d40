"""What only tags works where PyTorch is not installed."""

import subprocess
import sys

import pytest
from helpers import ROOT

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


@pytest.mark.slow
def test_in_a_program_that_can_not_import_it():
    command = [sys.executable, "-c", PROGRAM, *FILES]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout, done.stdout
