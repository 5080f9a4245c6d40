"""`spacy tag-stream` as a filter: bad lines, bad state files, interruptions."""

import os
import signal
import subprocess
import sys
from functools import partial
from time import sleep

import pytest
from helpers import ONE_WAY, make_nlp, run_command, said


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("stream") / "model"
    make_nlp(n_updates=5, model=ONE_WAY).to_disk(path)
    return str(path)


def run(*args, text=b""):
    return run_command("tag-stream", *args, text=text)


def words(output):
    return [[pair.rpartition("/")[0] for pair in line.split()] for line in output.splitlines()]


def test_a_line_that_is_too_long_is_left_out(model):
    done = run(model, text=b"The dog\n" + b"x" * 1_000_001 + b"\n\nate\n" + b"y" * 2_000_002)
    assert words(done.stdout) == [["The", "dog"], [], [], ["ate"], []]
    said = "Line {} is left out: it has more than 1,000,000 characters\n"
    assert done.stderr == said.format(2) + said.format(5)
    assert done.exit_code == 1


def test_a_line_may_be_as_long_as_the_pipeline_takes(model):
    done = run(model, text=b" ".join([b"x" * 3999] * 250) + b" \nThe\n")
    assert [len(line) for line in words(done.stdout)] == [250, 1]
    assert done.exit_code == 0


def test_byte_order_marks_and_white_space_are_not_words(model):
    assert words(run(model, text="\ufeffThe  dog\tate\n".encode()).stdout) == [
        ["The", "dog", "ate"]
    ]


def test_a_line_changes_the_state_only_if_it_is_tagged(model, tmp_path):
    for name, text in {"a": b"The dog\n", "b": b"The dog\n" + b"x" * 1_000_001}.items():
        run(model, "--state", tmp_path / name, text=text)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != b""


def test_a_state_that_can_not_be_used_is_known_before_the_work(model, tmp_path):
    path = tmp_path / "state"
    path.write_bytes(b"not a state")
    done = run(model, "--state", path, text=b"The dog\n")
    assert done.exit_code == 1
    assert "state: Not a state of a TagStream" in said(done)
    assert "The/" not in done.output
    assert path.read_bytes() == b"not a state"


@pytest.mark.slow
def test_output_is_utf8_whatever_the_terminal_says(model):
    command = [sys.executable, "-m", "spacy", "tag-stream", model]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    text = "The \N{DOG FACE}\n".encode()
    done = subprocess.run(command, input=text, capture_output=True, env=env, check=True)
    assert done.stdout.decode().split()[1].startswith("\N{DOG FACE}/")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that can be caught")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_writes_the_state_of_the_output(model, tmp_path, number):
    command = [sys.executable, "-m", "spacy", "tag-stream", model, "--state", tmp_path / "state"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    # What runs in the background of a shell ignores SIGINT.
    heed = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, **pipes, preexec_fn=heed) as process:
        process.stdin.write(b"The dog\n")
        process.stdin.flush()
        assert words(process.stdout.readline().decode()) == [["The", "dog"]]
        sleep(0.2)  # until it waits for the next line
        process.send_signal(number)
        assert process.wait(timeout=60) == (143 if number == signal.SIGTERM else 130)
    run(model, "--state", tmp_path / "whole", text=b"The dog\n")
    assert (tmp_path / "state").read_bytes() == (tmp_path / "whole").read_bytes()
