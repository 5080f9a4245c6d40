"""Threads that share a batch, and OpenBLAS' own threads, which rest meanwhile."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread, current_thread

import numpy
import pytest
import threadpoolctl
from helpers import assert_same, made_up_docs, made_up_nlp, predict
from hosts import meanwhile

from spacy_lstm_tagger.models.numpy_network import (
    get_num_threads,
    one_thread,
    set_num_threads,
)
from spacy_lstm_tagger.models.numpy_network.threads import present_pool, run_in_threads

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
SECONDS = 60  # after which a test hangs


@pytest.fixture(autouse=True)
def number_of_threads():
    before = get_num_threads()
    yield
    set_num_threads(before)


def openblas_threads():
    """The number of threads of NumPy's OpenBLAS; None if NumPy has another library."""
    for library in threadpoolctl.threadpool_info():
        if library["internal_api"] == "openblas" and "numpy" in library["filepath"]:
            return library["num_threads"] if library["threading_layer"] == "pthreads" else None
    return None


@pytest.fixture
def openblas():
    """OpenBLAS with three threads."""
    if openblas_threads() is None:
        pytest.skip("NumPy has no OpenBLAS with threads of its own")
    with threadpoolctl.threadpool_limits(3, user_api="blas"):
        assert openblas_threads() == 3
        yield


def run_in_child(work):
    """Call a function in a forked process, in which it must not fail."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status == 0


def test_the_number_is_set():
    for n_threads in (1, 5, numpy.int64(2)):
        set_num_threads(n_threads)
        assert get_num_threads() == n_threads


@pytest.mark.parametrize("n_threads", [0, -1, 1.5, True, None, "2"])
def test_a_number_of_threads_below_one_or_of_another_type_is_refused(n_threads):
    before = get_num_threads()
    with pytest.raises(ValueError, match=f"number of threads is {n_threads!r}"):
        set_num_threads(n_threads)
    assert get_num_threads() == before


PROGRAM = "from spacy_lstm_tagger.models.numpy_network import get_num_threads as n; print(n())"
SPAWNED = """
import multiprocessing

from spacy_lstm_tagger.models.numpy_network import get_num_threads

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(get_num_threads))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "program", "expected"),
    [
        ("3", PROGRAM, "3"),
        ("7,2", PROGRAM, "7"),
        ("0", PROGRAM, None),
        (5000 * "9", PROGRAM, None),
        ("3", SPAWNED, "1"),
    ],
)
def test_the_first_number(given, program, expected, tmp_path):
    (tmp_path / "program.py").write_text(program)
    command, environment = [sys.executable, tmp_path / "program.py"], {"OMP_NUM_THREADS": given}
    output = subprocess.run(
        command, env=os.environ | environment, check=True, capture_output=True, text=True
    ).stdout
    n_cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert output.strip() == (expected or str(min(n_cpus, 4)))


@pytest.mark.parametrize("tok2vec", [{}, {"char_width": 8, "depth": 2}])
def test_any_number_gives_the_same(tok2vec):
    nlp = made_up_nlp(**tok2vec)
    docs, found = made_up_docs(nlp, n_docs=60), []
    for n_threads in (1, 2, 5):
        set_num_threads(n_threads)
        found.append(predict(nlp, docs))
    for scores in found[1:]:
        assert_same(scores, found[0])


def test_each_item_is_worked_on_once_and_by_several_threads():
    set_num_threads(3)
    together, seen = Barrier(3, timeout=SECONDS), []

    def work(item):
        if item < 3:
            together.wait()
        seen.append((item, current_thread().name))

    run_in_threads(work, range(50), 3)
    assert sorted(item for item, _ in seen) == list(range(50))
    assert len({name for _, name in seen}) == 3


def test_no_more_threads_work_than_are_asked_for():
    set_num_threads(3)
    names = set()

    def work(item):
        time.sleep(0.001)
        names.add(current_thread().name)

    run_in_threads(work, range(50), 1)
    assert names == {current_thread().name}


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("bad", [0, 7, 19])
def test_an_error_of_any_item_is_raised(n_threads, bad):
    set_num_threads(n_threads)

    def work(item):
        if item == bad:
            raise ZeroDivisionError(item)

    for _ in range(5):
        with pytest.raises(ZeroDivisionError, match=str(bad)):
            run_in_threads(work, range(20), n_threads)
    run_in_threads(lambda item: None, range(20), n_threads)


def test_where_the_system_starts_no_threads_the_caller_does_all_the_work(monkeypatch):
    def fail(thread):
        raise RuntimeError("can't start new thread")

    set_num_threads(3)
    monkeypatch.setattr(Thread, "start", fail)
    done = []
    with pytest.warns(UserWarning, match=r"one thread tags from now on.*set_num_threads\(3\)"):
        run_in_threads(done.append, range(50), 3)
    # It says so once.
    run_in_threads(done.append, range(50), 3)
    assert done == 2 * list(range(50))


def test_a_thread_that_began_before_the_system_started_no_more_is_waited_for(monkeypatch):
    set_num_threads(3)
    leave, taken, done = Event(), Event(), []

    def fail(thread):
        leave.set()
        raise RuntimeError("can't start new thread")

    def work(item):
        if current_thread() is caller:
            taken.wait(SECONDS)
        else:
            taken.set()
            time.sleep(0.2)
        done.append(item)

    caller = current_thread()
    # The only thread is busy.
    present_pool().executor.submit(leave.wait, SECONDS)
    monkeypatch.setattr(Thread, "start", fail)
    with pytest.warns(UserWarning, match="one thread tags from now on"):
        run_in_threads(work, range(2), 3)
    assert sorted(done) == [0, 1]


def test_while_python_ends_the_caller_does_all_the_work():
    set_num_threads(3)
    present_pool().executor.shutdown()
    done = []
    with pytest.warns(UserWarning, match="one thread tags from now on"):
        run_in_threads(done.append, range(50), 3)
    assert done == list(range(50))


def test_a_thread_that_fails_leaves_the_number_that_was_set_meanwhile(monkeypatch):
    set_num_threads(3)

    def fail(thread):
        set_num_threads(8)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", fail)
    done = []
    run_in_threads(done.append, range(50), 3)
    assert done == list(range(50))
    assert get_num_threads() == 8


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_one_thread_and_can_have_more():
    set_num_threads(3)
    nlp = made_up_nlp()
    docs = made_up_docs(nlp, n_docs=60)
    expected = predict(nlp, docs)

    def work():
        assert get_num_threads() == 1
        assert_same(predict(nlp, docs), expected)
        set_num_threads(3)
        assert_same(predict(nlp, docs), expected)

    run_in_child(work)
    assert get_num_threads() == 3


def test_openblas_has_one_thread_in_a_prediction_and_its_own_after_it(openblas):
    nlp = made_up_nlp()
    docs = made_up_docs(nlp)
    deadline = time.monotonic() + SECONDS
    with meanwhile(lambda: predict(nlp, docs)):
        while openblas_threads() != 1:
            assert time.monotonic() < deadline
    assert openblas_threads() == 3


def test_openblas_has_its_threads_after_an_error(openblas):
    with pytest.raises(ZeroDivisionError), one_thread():
        raise ZeroDivisionError
    assert openblas_threads() == 3


def test_after_several_threads_tagged_at_once_openblas_has_its_threads(openblas):
    nlp = made_up_nlp()
    docs = made_up_docs(nlp)
    expected = predict(nlp, docs)
    with meanwhile(lambda: assert_same(predict(nlp, docs), expected), n_threads=3):
        for _ in range(20):
            predict(nlp, docs[:1])
    assert openblas_threads() == 3


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_is_forked_in_a_prediction_has_openblas_as_it_was(openblas):
    inside, leave = Event(), Event()

    def stay():
        with one_thread():
            inside.set()
            leave.wait(SECONDS)

    def work():
        assert openblas_threads() == 3
        with one_thread():
            assert openblas_threads() == 1
        assert openblas_threads() == 3

    with ThreadPoolExecutor(1) as pool:
        stays = pool.submit(stay)
        inside.wait(SECONDS)
        try:
            run_in_child(work)
        finally:
            leave.set()
        stays.result()
    assert openblas_threads() == 3


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_prediction_that_forks_ends_in_both_processes(openblas):
    with one_thread():
        child = os.fork()
    if child == 0:
        try:
            with one_thread():
                assert openblas_threads() == 1
            os._exit(openblas_threads() != 3)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert openblas_threads() == 3
