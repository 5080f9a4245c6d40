"""The recipe of ARCHITECTURE.md works."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from helpers import ROOT

PROGRAM = """
import sys, spacy
from helpers import make_nlp, tags

TEXT = "The dog ate 3 apples"
old = spacy.load(sys.argv[1])
assert tags(old(TEXT)) == sys.argv[2].split()
tok2vec = {"digits": True}
nlp = make_nlp(n_updates=4, model={"tok2vec": tok2vec})
nlp.to_disk(sys.argv[3])
again = spacy.load(sys.argv[3])
assert again.config["components"]["lstm_tagger"]["model"]["tok2vec"]["digits"] is True
assert tags(again(TEXT)) == tags(nlp(TEXT))
old.to_disk(sys.argv[3])
assert tags(spacy.load(sys.argv[3])(TEXT)) == tags(old(TEXT))
"""


@pytest.mark.slow
def test_a_new_feature_of_words_breaks_no_saved_model(trained, tmp_path):
    """The recipe is followed to the letter in a copy of the package."""
    recipe = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf8")
    recipe = recipe.partition("## Add a feature of words")[2].partition("\n## ")[0]
    blocks = re.findall(r"```\n(.*?)\n *```", recipe, re.DOTALL)
    function, line, field, argument, entry = (
        "\n".join(text[3:] for text in block.split("\n")) for block in blocks
    )
    package = tmp_path / "spacy_lstm_tagger"
    shutil.copytree(ROOT / "spacy_lstm_tagger", package)
    insert(
        package / "models/features.py", function + "\n\n\n", before="# For each setting, a function"
    )
    insert(package / "models/features.py", line + "\n", after='    "syllables": syllables,\n')
    insert(package / "models/settings.py", field + "\n", after="    syllables: bool = False\n")
    tok2vec = package / "models/tok2vec.py"
    insert(tok2vec, argument + "\n", after="    syllables: bool = False,\n")
    insert(tok2vec, entry + "\n", after='        "syllables": syllables,\n')
    trained.to_disk(tmp_path / "old")
    code = "import sys, spacy; from helpers import tags; "
    code += "print(*tags(spacy.load(sys.argv[1])('The dog ate 3 apples')))"
    expected = run(ROOT, code, tmp_path / "old")
    run(tmp_path, PROGRAM, tmp_path / "old", expected.strip(), tmp_path / "saved")


def insert(path, text, *, before=None, after=None):
    code = path.read_text(encoding="utf8")
    mark = before or after
    assert code.count(mark) == 1, f"{mark!r} in {path.name}"
    path.write_text(code.replace(mark, text + mark if before else mark + text), encoding="utf8")


def run(package_dir, code, *args):
    paths = os.pathsep.join([str(package_dir), str(ROOT / "tests")])
    command = [sys.executable, "-c", code, *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": paths}
    # Python looks in its working directory first.
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=environment, cwd=package_dir
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
