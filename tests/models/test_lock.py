import copy
import os
import pickle
from threading import Barrier, Event, Thread

import pytest
from spacy_lstm_tagger.models.isolation import prepare_for_forks
from spacy_lstm_tagger.models.lock import WeightsLock

SECONDS = 60  # after which a test hangs


def in_thread(work):
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def join(*threads):
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_threads_read_at_the_same_time():
    lock, together = WeightsLock(), Barrier(3)

    def read():
        with lock.reading():
            together.wait(SECONDS)

    join(*[in_thread(read) for _ in range(3)])


def test_a_change_is_alone():
    lock, seen = WeightsLock(), []

    def change():
        for _ in range(200):
            with lock.changing():
                seen.append("start")
                seen.append("end")

    def read():
        for _ in range(200):
            with lock.reading():
                assert len(seen) % 2 == 0

    join(*[in_thread(work) for work in (change, change, read, read)])
    assert seen == ["start", "end"] * 400


def test_a_thread_can_enter_again():
    lock = WeightsLock()

    def work():
        with lock.reading(), lock.reading():
            pass
        with lock.changing(), lock.reading(), lock.changing():
            pass
        with lock.reading(), lock.changing():
            pass

    join(in_thread(work))


def test_a_read_inside_a_read_does_not_wait_for_a_change_that_waits():
    lock, is_reading = WeightsLock(), Event()

    def change():
        is_reading.wait(SECONDS)
        with lock.changing():
            pass

    def read():
        with lock.reading():
            is_reading.set()
            while not lock._writers_waiting:
                pass
            with lock.reading():
                pass

    join(in_thread(change), in_thread(read))


@pytest.mark.parametrize(("many", "one"), [("changing", "reading"), ("reading", "changing")])
def test_nobody_waits_for_ever(many, one):
    lock, done = WeightsLock(), Event()

    def keep_on():
        while not done.is_set():
            with getattr(lock, many)():
                pass

    def get_through():
        for _ in range(20):
            with getattr(lock, one)():
                pass
        done.set()

    join(*[in_thread(work) for work in (keep_on, keep_on, get_through)])


def test_an_error_opens_the_lock():
    lock = WeightsLock()
    for enter in (lock.reading, lock.changing):
        with pytest.raises(RuntimeError), enter():
            raise RuntimeError

    def change():
        with lock.changing():
            pass

    join(in_thread(change))


@pytest.mark.parametrize(
    "make_copy", [copy.deepcopy, lambda lock: pickle.loads(pickle.dumps(lock))]
)
def test_a_copy_is_open(make_copy):
    lock = WeightsLock()
    with lock.changing():
        copied = make_copy(lock)

    def change():
        with copied.changing():
            pass

    with lock.reading():
        join(in_thread(change))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_does_not_wait_for_threads_that_it_does_not_have():
    prepare_for_forks()
    lock, is_reading, done = WeightsLock(), Event(), Event()

    def read():
        with lock.reading():
            is_reading.set()
            done.wait(SECONDS)

    reader = in_thread(read)
    is_reading.wait(SECONDS)
    child = os.fork()
    if child == 0:
        with lock.changing():
            os._exit(7)
    _, status = os.waitpid(child, 0)
    done.set()
    join(reader)
    assert os.waitstatus_to_exitcode(status) == 7
