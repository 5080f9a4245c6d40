"""Same seed, same data: same model, also in another process."""

import os
import subprocess
import sys

import pytest
from helpers import ROOT

TRAIN = """
from hashlib import sha256
import torch
from helpers import make_nlp

torch.set_num_threads(1)
nlp = make_nlp(n_updates=5, adversarial=0.03)
print(sha256(nlp.get_pipe("lstm_tagger").to_bytes(exclude=["vocab"])).hexdigest())
"""


@pytest.mark.slow
def test_another_process_makes_the_same_model_bit_for_bit():
    pytest.importorskip("torch")
    command, models = [sys.executable, "-c", TRAIN], set()
    for seed in ("1", "2"):
        settings = {"PYTHONPATH": str(ROOT / "tests"), "PYTHONHASHSEED": seed}
        done = subprocess.run(
            command, env=os.environ | settings, cwd=ROOT, check=True, capture_output=True
        )
        models.add(done.stdout)
    assert len(models) == 1
