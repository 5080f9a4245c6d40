"""What the workers of label-tags do, with functions of Python's own."""

import math
import os
import signal
import subprocess
import sys

import pytest

from spacy_lstm_tagger.training.workers import run_in_processes

pytestmark = pytest.mark.slow

# Workers have work for a minute, and say that they have begun it.
PROGRAM = """
from spacy_lstm_tagger.training.workers import run_in_processes

def items():
    for i in range(10):
        yield "import time; print('working', flush=True); time.sleep(60)"
        print("started", flush=True)

if __name__ == "__main__":
    run_in_processes(exec, items(), 2, print)
"""


def test_all_items_are_worked_on_and_few_are_read_ahead():
    found, n_read = [], 0

    def items():
        nonlocal n_read
        for i in range(20):
            n_read += 1
            yield float(i)

    def collect(result):
        found.append(result)
        assert n_read <= len(found) + 4

    run_in_processes(math.sqrt, items(), 2, collect)
    assert sorted(found) == [math.sqrt(i) for i in range(20)]


def test_workers_compute_on_one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    found = []
    run_in_processes(os.getenv, ["OMP_NUM_THREADS"], 2, found.append)
    assert (found, os.environ["OMP_NUM_THREADS"]) == (["1"], "7")


def test_the_first_error_ends_the_work():
    endless = iter(lambda: 1.0, None)
    with pytest.raises(TypeError):
        run_in_processes(math.sqrt, endless, 2, len)
    with pytest.raises(ValueError, match="domain"):
        run_in_processes(math.sqrt, iter([4.0, -1.0, *[4.0] * 9]), 2, print)


def test_a_killed_worker_is_reported():
    with pytest.raises(ChildProcessError, match="A worker process was killed"):
        run_in_processes(signal.raise_signal, [signal.SIGTERM] * 9, 2, print)


@pytest.mark.skipif(os.name == "nt", reason="other signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("said", ["started", "working"])
def test_workers_end_with_the_program(tmp_path, name, said):
    sent = getattr(signal, name)
    (tmp_path / "program.py").write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as program:
        while program.stdout.readline() != f"{said}\n":
            assert program.poll() is None
        if sent == signal.SIGINT:
            os.killpg(program.pid, sent)  # as Ctrl+C on a terminal does
        else:
            program.send_signal(sent)
        # The workers have the other ends of its pipes, so this waits for them, too.
        _, errors = program.communicate(timeout=30)
    assert program.returncode == -sent
    if sent == signal.SIGINT:
        assert errors.count("Traceback") == 1, errors  # the program's own, none of the workers
