"""A program that PyInstaller made of a pipeline."""

import subprocess
import sys

import pytest
import spacy
from thinc.compat import has_torch

PROGRAM = """
import en_lstm_web
print(*[token.tag_ for token in en_lstm_web.load()("They are waiting.")])
"""


@pytest.mark.slow
@pytest.mark.skipif(has_torch, reason="would freeze PyTorch, too, which takes minutes")
@pytest.mark.skipif(not spacy.util.is_package("en_lstm_web"), reason="needs en_lstm_web")
def test_a_frozen_program_tags(tmp_path):
    pytest.importorskip("PyInstaller")
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", "program.py"]
    subprocess.run(command, cwd=tmp_path, check=True)
    program = tmp_path / "dist/program/program"
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["PRP", "VBP", "VBG", "."]
