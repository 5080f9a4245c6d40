import subprocess
import sys

import pytest

# In a process of its own: a hang then ends in an error.
SCRIPT = """
import multiprocessing, sys, spacy, torch
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[2])
    torch.set_num_threads(2)
    torch.mm(torch.ones(1000, 1000), torch.ones(1000, 1000))
    nlp = spacy.load(sys.argv[1])
    texts = ["The dog ate the apple", "Everybody read that book"] * 5
    one = [[token.tag_ for token in doc] for doc in nlp.pipe(texts)]
    several = [[token.tag_ for token in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=2)]
    assert one == several
    assert one[0] == ["DET", "NN", "V", "DET", "NN"]
"""


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_several_processes_give_the_tags_of_one(trained, start_method, tmp_path):
    """Also after torch has used its threads, which a fork does not inherit."""
    trained.to_disk(tmp_path / "model")
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, tmp_path / "script.py", tmp_path / "model", start_method]
    subprocess.run(command, check=True, timeout=120)
