"""`spacy distill-tags`, from a training config and raw text to a pipeline."""

import contextlib

import pytest
import spacy
from helpers import ROOT, TAGGED, tags
from spacy.cli import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

FAST = [
    *("--training.eval_frequency", "10", "--distillation.max_epochs", "40"),
    *("--distillation.batcher.size", "1", "--distillation.optimizer.learn_rate", "0.2"),
]


def run(*args, cwd, fails=False):
    spacy.registry.cli.get_all()  # as `python -m spacy` does
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(app, args)
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    assert (done.exit_code != 0) is fails, done.output
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory, trained):
    folder = tmp_path_factory.mktemp("distill")
    trained.to_disk(folder / "teacher")
    (folder / "raw.txt").write_text("\n".join(text for text, _ in TAGGED))
    DocBin(docs=[trained(text) for text, _ in TAGGED]).to_disk(folder / "gold.spacy")
    config = spacy.util.load_config(ROOT / "configs/tutorial.cfg", interpolate=False)
    config["paths"]["train"] = "gold.spacy"
    config.to_disk(folder / "student.cfg")
    return folder


def test_distill_tags(folder):
    output = run(
        *("distill-tags", "teacher", "student.cfg", "-o", "out", "-t", "teacher"),
        *("--paths.raw_text", "raw.txt", *FAST),
        cwd=folder,
    )
    assert "--distillation.temperature 1.0" in output  # what was filled in
    assert "TAG_ACC" in output
    teacher, student = (spacy.load(folder / path) for path in ("teacher", "out/model-best"))
    for text, gold in TAGGED:
        assert tags(student(text)) == tags(teacher(text)) == gold
    # The config of the student is one for spaCy's commands.
    assert student.config["distillation"]["max_epochs"] == 40
    assert "Config is valid" in run("debug", "config", "out/model-best/config.cfg", cwd=folder)
    again = ["train", "out/model-best/config.cfg", "-o", "again", "--training.max_steps", "1"]
    assert "Saved pipeline" in run(*again, cwd=folder)
    # A student in the place of its teacher would be gone before it is needed again.
    again = ["distill-tags", "out/model-best", "out/model-best/config.cfg", "-o", "out"]
    assert "out/model-best would be overwritten" in run(*again, cwd=folder, fails=True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["teacher", "student.cfg"], "--paths.raw_text raw.txt"),
        (["nowhere", "student.cfg", "--paths.raw_text", "raw.txt"], "'nowhere'"),
        (["teacher", "student.cfg", "--path.raw_text", "raw.txt"], "path -> raw_text"),
    ],
)
def test_errors_say_what_to_do(folder, args, message):
    assert message in run("distill-tags", *args, "-o", "failed", cwd=folder, fails=True)
    assert not (folder / "failed").exists()
