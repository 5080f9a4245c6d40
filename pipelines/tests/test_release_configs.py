"""The configs of the release."""

import re
import subprocess

import pytest
import srsly
from helpers import GOLD, LABELLED, ROOT, has_transformers, run_command, write_labels
from spacy.cli._util import import_code
from spacy.cli.init_config import fill_config
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config
from spacy.vocab import Vocab

FOLDER = ROOT / "pipelines"
CODE = FOLDER / "teacher_functions.py"

pytest.importorskip("torch")
each_config = pytest.mark.parametrize(
    "name", ["en_lstm_web.cfg", pytest.param("teacher.cfg", marks=has_transformers)]
)


@pytest.fixture
def paths(tmp_path):
    """The paths of a config, with a sentence in each file."""
    words = ["Dogs", "bark"]
    pos = ["NOUN", "VERB"]
    doc = Doc(Vocab(), words=words, tags=["NNS", "VBP"], pos=pos, lemmas=["dog", "bark"])
    for folder, names in (("gold", GOLD), ("labelled", LABELLED)):
        (tmp_path / folder).mkdir()
        for name in names:
            path = tmp_path / folder / name
            if folder == "labelled":
                path.mkdir()
                path = path / "00000"
            DocBin(docs=[doc]).to_disk(path.with_suffix(".spacy"))
    write_labels(tmp_path / "labels", ["NNS", "VBP"], [f"POS={name}" for name in pos])
    gold = str(tmp_path / "gold")
    folders = {name: str(tmp_path / name) for name in ("labelled", "labels")}
    return {"train": gold, "dev": gold, **folders}


@each_config
def test_fill_config_adds_nothing(name, tmp_path):
    import_code(CODE)
    config, filled = fill_config(tmp_path / "filled.cfg", FOLDER / name, silent=True)
    assert config == filled


@each_config
def test_debug_config(name, paths):
    known = load_config(FOLDER / name)["paths"]
    options = [f"--paths.{part}={path}" for part, path in paths.items() if part in known]
    done = run_command("debug", "config", FOLDER / name, "--code", CODE, *options)
    assert "Config is valid" in done.output, done.output


def test_the_workflow_names_files_that_are_there():
    project = srsly.read_yaml(FOLDER / "project.yml")
    commands = {command["name"]: command for command in project["commands"]}
    assert list(commands) == project["workflows"]["release"]
    made = set()
    for command in commands.values():
        for needed in command["deps"]:
            if needed.startswith("${vars."):
                # An input, which `check` has found.
                continue
            needed = needed.replace("${vars.student}", project["vars"]["student"])
            is_made = any(f"{output}/".startswith(f"{needed}/") for output in made)
            assert (FOLDER / needed).is_file() or is_made, needed
        made |= set(command.get("outputs", []))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a clone")
def test_what_the_workflow_writes_is_ignored_by_git():
    project = srsly.read_yaml(FOLDER / "project.yml")
    for folder in project["directories"]:
        command = ["git", "check-ignore", "--quiet", f"{folder}/x"]
        assert subprocess.run(command, cwd=FOLDER, check=False).returncode == 0, folder
    for command in project["commands"]:
        for written in command.get("outputs", []):
            assert written.split("/")[0] in project["directories"]


def test_a_step_runs_again_after_a_change_of_its_code():
    """spaCy's projects skip a step whose `deps` are what they were."""
    for command in srsly.read_yaml(FOLDER / "project.yml")["commands"]:
        found = set(re.findall(r"[\w.]+\.py\b", " ".join(command["script"])))
        needed = set(found)
        while found:
            code = (FOLDER / found.pop()).read_text(encoding="utf8")
            modules = re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE)
            new = {f"{name}.py" for name in modules if (FOLDER / f"{name}.py").exists()} - needed
            found |= new
            needed |= new
        assert needed <= set(command["deps"]), command["name"]


def test_the_student_knows_white_space_and_is_a_drop_in(paths):
    import_code(CODE)
    config = load_config(FOLDER / "en_lstm_web.cfg")
    config["paths"].update(paths)
    nlp = init_nlp(config)
    doc = nlp("One line\n\nand  another")
    assert {(token.pos_, str(token.morph)) for token in doc if token.is_space} == {("SPACE", "")}
    with nlp.select_pipes(enable=["tok2vec", "tagger"]):
        assert all(token.tag_ for token in nlp("Dogs bark"))
