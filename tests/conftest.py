import os
import re
from pathlib import Path

import pytest
from helpers import make_nlp
from thinc.compat import has_torch, torch

import spacy_lstm_tagger
from spacy_lstm_tagger.models.shim import NO_TORCH

# Without PyTorch, files that import it are left out, and tests that train are skipped.
NEEDS_TORCH = re.compile(r"^(import|from) (torch|hosts|speed|\S+\.(pytorch|learner))\b", re.M)
collect_ignore = [
    str(path)
    for path in Path(__file__).parent.rglob("test_*.py")
    if not has_torch and NEEDS_TORCH.search(path.read_text(encoding="utf8"))
]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call():
    try:
        return (yield)
    except ImportError as error:
        if has_torch or str(error) != NO_TORCH:
            raise
        pytest.skip("needs PyTorch")


def pytest_configure(config):
    """Let each worker of pytest-xdist, and what it starts, compute on one thread: with more, the
    workers would wait for each other."""
    if hasattr(config, "workerinput"):
        if has_torch:
            torch.set_num_threads(1)
        os.environ["OMP_NUM_THREADS"] = "1"


def pytest_report_header():
    return f"spacy_lstm_tagger {spacy_lstm_tagger.__version__} in {spacy_lstm_tagger.__path__[0]}"


@pytest.fixture
def nlp():
    return make_nlp()


@pytest.fixture(scope="session")
def trained():
    """A pipeline that has learned its training data; not to be changed."""
    return make_nlp(n_updates=40)


@pytest.fixture(scope="session")
def treebanks():
    """Folder of UD treebanks from the environment; tests that need it are skipped without."""
    path = os.environ.get("TREEBANKS")
    if not path:
        pytest.skip("set TREEBANKS to a folder of UD treebanks to run this")
    return Path(path)
