"""A step's output is whole or not there."""

import os
import subprocess
import sys

import pytest
import srsly
from helpers import ROOT

WRITE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"
MAKE = "import pathlib, sys; pathlib.Path(sys.argv[1]).mkdir()"
THREADS = (
    "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(os.environ['OMP_NUM_THREADS'])"
)


@pytest.fixture
def step(tmp_path):
    """A function that runs a step in a folder of its own."""

    def run(*words):
        command = [sys.executable, ROOT / "pipelines/step.py", *words]
        environment = {name: value for name, value in os.environ.items() if "THREADS" not in name}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_the_output_replaces_an_earlier_one_as_a_whole(step, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old.txt").touch()
    wait = ("-c", "import time; time.sleep(0.1)")
    commands = ("-c", MAKE, "out", "and", "-c", WRITE, "out/new.txt", "new", "and", *wait)
    assert step("out", *commands).returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["new.txt"]
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []
    assert srsly.read_json(tmp_path / "training/seconds.json")["out"] >= 0.1


def test_a_command_that_fails_ends_the_step_and_leaves_the_earlier_output(step, tmp_path):
    (tmp_path / "out").write_text("old")
    fail = ("-c", "import sys; sys.exit(3)")
    done = step("out", "-c", WRITE, "out", "new", "and", *fail, "and", "-c", WRITE, "x", "x")
    assert done.returncode == 3
    assert (tmp_path / "out").read_text() == "old"
    assert not (tmp_path / "x").exists()


def test_commands_that_go_on_write_in_its_place_and_their_seconds_add_up(step, tmp_path):
    (tmp_path / "out").mkdir()
    step("--go-on", "out", "-c", WRITE, "out/1", "1")
    first = srsly.read_json(tmp_path / "training/seconds.json")["out"]
    step("--go-on", "out", "-c", WRITE, "out/2", "2")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1", "2"]
    assert srsly.read_json(tmp_path / "training/seconds.json")["out"] >= first


def test_one_thread_unless_more_are_asked_for(step, tmp_path):
    step("one", "-c", THREADS, "one")
    step("--threads", "2", "two", "-c", THREADS, "two")
    assert (tmp_path / "one").read_text() == "1"
    assert (tmp_path / "two").read_text() == "2"


def test_a_step_that_is_left_out(step, tmp_path):
    done = step("--if", "again=student", "out", "-c", WRITE, "out", "x")
    assert done.returncode == 0
    assert "out is left out: the variable is student" in done.stdout
    assert not (tmp_path / "out").exists()
