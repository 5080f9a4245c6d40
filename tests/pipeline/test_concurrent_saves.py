"""Threads and processes save to one folder, and others load from it: what is there is always one of
the saves, whole."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import spacy
from helpers import SMALL_TABLES, make_nlp

from spacy_lstm_tagger import files

N_SAVES = 5


def make(seed):
    """A component with weights of its own."""
    return make_nlp(seed=seed).get_pipe("lstm_tagger")


def empty():
    return spacy.blank("en").add_pipe("lstm_tagger", config={"model": SMALL_TABLES})


def content(pipe):
    return pipe.to_bytes(exclude=["vocab"])


def save_again_and_again(pipe, folder):
    for _ in range(N_SAVES):
        pipe.to_disk(folder, exclude=["vocab"])


@pytest.mark.parametrize("action", ["load", "save"])
def test_in_the_midst_of_a_save(action, tmp_path, monkeypatch):
    first, second, third = (make(seed) for seed in range(3))
    saved = [content(second), content(third)]
    first.to_disk(tmp_path, exclude=["vocab"])
    replace, started = os.replace, []

    def load():
        return content(first.from_disk(tmp_path, exclude=["vocab"]))

    def save():
        third.to_disk(tmp_path, exclude=["vocab"])
        return load()

    with ThreadPoolExecutor(1) as pool:

        def start_after_the_checksums(source, target):
            replace(source, target)
            if target.name == "checksums.json" and not started:
                started.append(pool.submit({"load": load, "save": save}[action]))
                wait(started, timeout=1)  # in vain, unless it sees half a save

        monkeypatch.setattr(os, "replace", start_after_the_checksums)
        second.to_disk(tmp_path, exclude=["vocab"])
        assert started[0].result() == {"load": saved[0], "save": saved[1]}[action]
    assert load() == {"load": saved[0], "save": saved[1]}[action]


def test_a_system_without_locks(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fcntl", None)
    pipe = make(0)
    pipe.to_disk(tmp_path)
    assert content(empty().from_disk(tmp_path)) == content(pipe)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_processes_save_other_weights_while_one_loads(tmp_path):
    pipes, loaded = [make(seed) for seed in range(2)], empty()
    saved = [content(pipe) for pipe in pipes]
    pipes[0].to_disk(tmp_path, exclude=["vocab"])
    new = multiprocessing.get_context("fork").Process
    processes = [new(target=save_again_and_again, args=(pipe, tmp_path)) for pipe in pipes]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        assert content(loaded.from_disk(tmp_path, exclude=["vocab"])) in saved
    assert [process.exitcode for process in processes] == [0, 0]
    assert content(loaded.from_disk(tmp_path, exclude=["vocab"])) in saved
    assert sorted(os.listdir(tmp_path)) == ["cfg", "checksums.json", "model"]
