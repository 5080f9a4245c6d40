"""What all tests share: options, fixtures, and what happens without PyTorch."""

import os
import re
from pathlib import Path

import catalogue
import pytest
import spacy
from helpers import ROOT, WEB, make_nlp
from hypothesis import settings
from thinc.api import fix_random_seed
from thinc.compat import has_torch, torch

import spacy_lstm_tagger
from spacy_lstm_tagger.models.shim import NO_TORCH
from spacy_lstm_tagger.tools.text.convert import convert_tags

# Where pytest's cache keeps the tests that passed in the last run.
PASSED = "spacy_lstm_tagger/passed"
# Without PyTorch, files that import it are left out, and tests that train are skipped.
NEEDS_TORCH = re.compile(r"^(import|from) (torch|hosts|speed|\S+\.(pytorch|torch_learner))\b", re.M)

# A property draws the same examples each time. `.ci/run` draws others, with the profile "fresh".
settings.register_profile("fresh", deadline=None, print_blob=True)
settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")

# Each new pipeline asks for some forty groups of entry points. Catalogue searches those of all
# packages each time, which takes a third of the time in which a small pipeline is made or loaded.
# In a dict, it looks them up.
entry_points = catalogue.AVAILABLE_ENTRY_POINTS
# Before Python 3.12 it is a dict that searches, too.
if hasattr(entry_points, "select"):
    groups = {group: entry_points.select(group=group) for group in entry_points.groups}
    catalogue.AVAILABLE_ENTRY_POINTS = groups


def pytest_ignore_collect(collection_path):
    if has_torch or collection_path.suffix != ".py":
        return None
    return bool(NEEDS_TORCH.search(collection_path.read_text(encoding="utf8"))) or None


@pytest.hookimpl(wrapper=True)
def skip_what_trains():
    """Skip a test, or what its fixture needs, if it asks for PyTorch and there is none."""
    try:
        return (yield)
    except ImportError as error:
        if has_torch or str(error) != NO_TORCH:
            raise
        pytest.skip("needs PyTorch")


pytest_pyfunc_call = pytest_fixture_setup = skip_what_trains


def pytest_configure(config):
    """Let each worker of pytest-xdist, and what it starts, compute on one thread: with more, the
    workers would wait for each other."""
    if hasattr(config, "workerinput"):
        if has_torch:
            torch.set_num_threads(1)
        os.environ["OMP_NUM_THREADS"] = "1"


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run the slow tests, too")
    parser.addoption(
        "--not-passed", action="store_true", help="leave out what passed in the last run"
    )


def pytest_collection_modifyitems(config, items):
    passed = config.cache.get(PASSED, []) if config.getoption("--not-passed") else []
    left_out = set(passed)
    if not config.getoption("--all"):
        left_out |= {item.nodeid for item in items if item.get_closest_marker("slow")}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]


def pytest_terminal_summary(terminalreporter, config):
    passed = [report.nodeid for report in terminalreporter.getreports("passed")]
    if config.pluginmanager.hasplugin("cacheprovider"):
        config.cache.set(PASSED, passed)


def pytest_report_header(config):
    which = "all tests" if config.getoption("--all") else "without slow tests (--all runs them)"
    version, (path,) = spacy_lstm_tagger.__version__, spacy_lstm_tagger.__path__
    return f"spacy_lstm_tagger {version} in {path}: {which}"


@pytest.fixture(autouse=True)
def same_seed():
    """Let a test draw the same random numbers in any order of the tests."""
    fix_random_seed(0)


@pytest.fixture
def nlp():
    return make_nlp()


@pytest.fixture(scope="session")
def trained():
    """A pipeline that has learned its training data; not to be changed."""
    return make_nlp(n_updates=8)


@pytest.fixture(scope="session")
def web():
    """The pipeline that ships; not to be changed."""
    return spacy.load(WEB)


@pytest.fixture(scope="session")
def corpora(tmp_path_factory):
    """The corpora that ship, as DocBins in a folder; not to be changed."""
    folder = tmp_path_factory.mktemp("corpora")
    convert_tags(ROOT / "corpus/lesson.txt", folder / "lesson.spacy")
    for part in ("train", "dev"):
        convert_tags(ROOT / f"corpus/en_sample-{part}.conllu", folder / f"{part}.spacy")
    return folder


@pytest.fixture(scope="session")
def treebanks():
    """Folder of UD treebanks from the environment; tests that need it are skipped without."""
    path = os.environ.get("TREEBANKS")
    if not path:
        pytest.skip("set TREEBANKS to a folder of UD treebanks to run this")
    return Path(path)
